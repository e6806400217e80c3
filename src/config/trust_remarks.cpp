// What a configuration trusts although it need not: for each such setting what may be forged, and
// the setting that ends it. `dmarcd -n` shows them.

#include <array>

#include "config/fill.h"

namespace dmarc::config {
namespace {

struct TrustRemark {
  bool (*applies)(const Values& values);
  /// The first that is set names the line.
  std::array<AnyOption, 2> options;
  std::string_view text;
};

bool believes_dkim(const Values& values) {
  return !values.flag("DKIMIgnoreResults") && !values.is({"DKIMSelfValidate", "true"});
}

bool believes_spf(const Values& values) {
  return !values.flag("SPFIgnoreResults") && !values.flag("SPFSelfValidate");
}

constexpr std::array trust_remarks{
    TrustRemark{
        [](const Values& values) {
          return believes_dkim(values) && values.is({"DKIMSelfValidate", "auto"});
        },
        {"TrustedAuthservIDs", "AuthservID"},
        "a message without a signature passes by dkim=pass in a field under a trusted name, which "
        "its sender can write while no filter in front removes it; DKIMSelfValidate true ends "
        "that"},
    TrustRemark{
        [](const Values& values) {
          return believes_dkim(values) && values.is({"DKIMSelfValidate", "false"});
        },
        {"DKIMSelfValidate", "DKIMSelfValidate"},
        "no signature is verified: any message passes by dkim=pass in a field under a trusted "
        "name, which its sender can write while no filter in front removes it; DKIMSelfValidate "
        "true ends that"},
    TrustRemark{
        [](const Values& values) {
          return values.is({"AuthResultsTrust", "any"});
        },
        {"AuthResultsTrust", "AuthResultsTrust"},
        "fields under a trusted name are believed, and left in the message, wherever they stand: "
        "those at the bottom are the sender's; AuthResultsTrust topmost ends that"},
    TrustRemark{
        believes_spf,
        {"SPFSelfValidate", "SPFIgnoreResults"},
        "a message passes by SPF in an Authentication-Results field under a trusted name or in "
        "the topmost Received-SPF field, which its sender can write; SPFSelfValidate true ends "
        "that"},
    TrustRemark{
        [](const Values& values) {
          return values.flag("SPFSelfValidate") && !values.flag("SPFIgnoreResults");
        },
        {"SPFSelfValidate", "SPFSelfValidate"},
        "SPF is checked here, and results in fields do not count any more: behind a relay of "
        "yours all its mail has the relay's address; run the filter where mail arrives, and set "
        "SPFIgnoreResults true"},
    TrustRemark{
        [](const Values& values) {
          return values.flag("RejectFailures") && values.is({"TempErrorAction", "accept"});
        },
        {"TempErrorAction", "TempErrorAction"},
        "a message that only a temporary failure keeps from being rejected is accepted: its "
        "sender can name a domain whose servers do not answer; TempErrorAction enforced ends "
        "that"},
    TrustRemark{
        [](const Values& values) {
          return values.is({"MultiFromPolicy", "permerror"});
        },
        {"MultiFromPolicy", "MultiFromPolicy"},
        "a message whose From field names several domains is accepted, whatever they ask for; "
        "MultiFromPolicy strictest ends that"},
    TrustRemark{
        [](const Values& values) { return values.is_set("IgnoreMailFrom"); },
        {"IgnoreMailFrom", "IgnoreMailFrom"},
        "anybody can write these domains into From, and is not judged; IgnoreHosts names clients "
        "instead"},
};

}  // namespace

std::vector<std::string> trust_remarks_on(const Values& values, const std::string& file) {
  std::vector<std::string> remarks;
  for (const TrustRemark& row : trust_remarks) {
    if (!row.applies(values)) continue;
    const unsigned first = values.line(row.options.front());
    const unsigned line = first > 0 ? first : values.line(row.options.back());
    remarks.push_back((file.empty() ? "" : file + ": ") +
                      (line > 0 ? "line " + std::to_string(line) + ": " : "") +
                      std::string(row.text));
  }
  return remarks;
}

}  // namespace dmarc::config
