#include <unistd.h>

#include <algorithm>
#include <array>

#include <dmarc/public_suffixes.h>

#include "base/ascii.h"
#include "base/read_file.h"
#include "config/fill.h"
#include "config/values.h"
#include "spf/libspf2/libspf2.h"

namespace dmarc::config {
namespace {

using policy::Settings;

constexpr std::array always_ignored{"127.0.0.1", "::1"};

std::string this_host() {
  // gethostname(2) does not promise a NUL after a name that it had to cut.
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

Filled fill_identity(Context& context, Settings& settings) {
  const Values& values = context.values();
  const auto expanded = [&](const std::string& id) {
    return id == "HOSTNAME" ? settings.host_name : id;
  };
  const auto ids = split_list(values.text("AuthservID"));
  if (ids.empty() && values.is_set("AuthservID"))
    return context.wrong("AuthservID", values.text("AuthservID"), "a name");
  if (!ids.empty()) settings.authserv_id = expanded(ids.front());

  // The old list form of AuthservID counts only where there is no list of its own.
  const bool has_list = values.is_set("TrustedAuthservIDs");
  if (has_list && ids.size() > 1)
    context.warn("AuthservID", "AuthservID is one name where TrustedAuthservIDs is set, using \"" +
                                   settings.authserv_id + "\"");
  std::ranges::transform(has_list ? values.list("TrustedAuthservIDs") : ids,
                         std::back_inserter(settings.trusted_authserv_ids), expanded);
  settings.authserv_id_with_job_id = values.flag("AuthservIDWithJobID");
  settings.auth_results_trust = context.values().is({"AuthResultsTrust", "any"})
                                    ? policy::AuthResultsTrust::any
                                    : policy::AuthResultsTrust::topmost;
  return {};
}

Filled fill_ignored_hosts(Context& context, Settings& settings) {
  if (context.values().is_set("IgnoreHosts")) {
    const std::string path = context.file_of("IgnoreHosts");
    const auto text = base::read_file(path);
    if (!text)
      return context.failed_elsewhere("can't load ignore list from " + path + ": " +
                                      base::error_text(text.error()));
    for (const ListEntry& entry : parse_list_file(*text)) {
      const auto added = settings.ignore_hosts.add(entry.text);
      if (!added)
        context.warn_in(path, entry.line, "\"" + entry.text + "\" left out: " + added.error());
    }
  }
  for (const char* address : always_ignored)
    static_cast<void>(settings.ignore_hosts.add(address));
  return {};
}

std::string left_out(const std::string& domain, dns::NameError error) {
  return "\"" + domain + "\" left out: it is not a domain (" + std::string(describe(error)) + ")";
}

Filled fill_ignored(Context& context, Settings& settings) {
  settings.ignore_authenticated_clients = context.values().flag("IgnoreAuthenticatedClients");
  for (const std::string& domain : context.values().list("IgnoreMailFrom")) {
    if (auto name = dns::Name::parse(domain)) {
      settings.ignore_mail_from.push_back(std::move(*name));
    } else {
      context.warn("IgnoreMailFrom", left_out(domain, name.error()));
    }
  }
  return fill_ignored_hosts(context, settings);
}

Filled fill_form(Context& context, Settings& settings) {
  const Values& values = context.values();
  settings.required_headers = values.flag("RequiredHeaders");
  settings.required_from = values.flag("RequiredFrom");
  settings.reject_multi_value_from = values.flag("RejectMultiValueFrom");
  settings.multi_from_policy = context.values().is({"MultiFromPolicy", "permerror"})
                                   ? policy::MultiFromPolicy::permerror
                                   : policy::MultiFromPolicy::strictest;
  return {};
}

policy::SelfValidate self_validate(bool always, bool never) {
  if (always) return policy::SelfValidate::always;
  return never ? policy::SelfValidate::never : policy::SelfValidate::automatic;
}

Filled fill_signatures(Context& context, Settings& settings) {
  const Values& values = context.values();
  settings.dkim_self_validate = self_validate(values.is({"DKIMSelfValidate", "true"}),
                                              values.is({"DKIMSelfValidate", "false"}));
  settings.dkim_ignore_results = values.flag("DKIMIgnoreResults");
  settings.arc_self_validate = self_validate(values.is({"ARCSelfValidate", "true"}),
                                             values.is({"ARCSelfValidate", "false"}));
  return {};
}

Filled fill_spf(Context& context, Settings& settings) {
  settings.spf_ignore_results = context.values().flag("SPFIgnoreResults");
  settings.spf_self_validate = context.values().flag("SPFSelfValidate");
  settings.spf.evaluator =
      context.values().is({"SPFEngine", "libspf2"}) ? &spf::libspf2() : nullptr;
  settings.spf.max_void_lookups =
      static_cast<std::size_t>(context.values().number("SPFVoidLookups"));
  settings.spf.receiver = settings.host_name;
  return {};
}

/// DiscoveryMethod, or what newer OpenDMARC versions call it.
bool discovers_by_psl(const Context& context) {
  const std::string mode = context.values().text("DMARCbisWalkMode");
  if (mode.empty() || context.values().is_set("DiscoveryMethod"))
    return context.values().is({"DiscoveryMethod", "psl"});
  return base::iequals(mode, "psl") || base::iequals(mode, "rfc7489");
}

Filled fill_discovery(Context& context, Settings& settings) {
  if (context.values().is_set("PublicSuffixList")) {
    const std::string path = context.file_of("PublicSuffixList");
    if (auto list = PublicSuffixes::load(path)) {
      settings.public_suffixes = std::move(*list);
    } else {
      context.add(log::make<log::Id::public_suffix_list>(path, list.error()));
    }
  }
  if (!discovers_by_psl(context)) return {};
  settings.discovery = DiscoveryMethod::psl;
  if (!settings.public_suffixes)
    context.warn(context.values().is_set("DiscoveryMethod") ? AnyOption("DiscoveryMethod")
                                                            : AnyOption("DMARCbisWalkMode"),
                 "discovery by psl needs PublicSuffixList, using the tree walk");
  return {};
}

/// What OpenDMARC's printf would have made of a RejectString; empty when it is fine. Without a "%s"
/// the text is taken as it is.
std::string reject_string_problem(std::string_view text) {
  if (text.find("%s") == std::string_view::npos) return {};
  unsigned domains = 0;
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string_view::npos; at += 2) {
    const std::string_view conversion = text.substr(at, 2);
    if (conversion == "%s" && ++domains > 1) return "contains more than one %s";
    if (conversion != "%s" && conversion != "%%")
      return "contains \"" + base::printable(conversion) +
             "\"; next to %s, write %% for a percent sign";
  }
  return {};
}

Filled fill_whitelist(Context& context, Settings& settings) {
  for (const std::string& domain : context.values().list("DomainWhitelist")) {
    if (auto name = dns::Name::parse(domain)) {
      settings.domain_whitelist.push_back(std::move(*name));
    } else {
      context.warn("DomainWhitelist", left_out(domain, name.error()));
    }
  }
  if (!context.values().is_set("DomainWhitelistFile")) return {};
  const std::string path = context.file_of("DomainWhitelistFile");
  const auto text = base::read_file(path);
  if (!text)
    return context.failed_elsewhere("can't load domain whitelist file from " + path + ": " +
                                    base::error_text(text.error()));
  for (const ListEntry& entry : parse_list_file(*text)) {
    if (auto name = dns::Name::parse(entry.text)) {
      settings.domain_whitelist.push_back(std::move(*name));
    } else {
      context.warn_in(path, entry.line, left_out(entry.text, name.error()));
    }
  }
  return {};
}

Filled fill_enforcement(Context& context, Settings& settings) {
  const Values& values = context.values();
  settings.reject_failures = values.flag("RejectFailures");
  settings.hold_quarantined_messages = values.flag("HoldQuarantinedMessages");
  settings.software_header = values.flag("SoftwareHeader");
  settings.temp_error_action =
      values.is({"TempErrorAction", "tempfail"}) ? policy::TempErrorAction::tempfail
      : values.is({"TempErrorAction", "accept"}) ? policy::TempErrorAction::accept
                                                 : policy::TempErrorAction::enforced;
  settings.copy_failures_to = values.text("CopyFailuresTo");
  settings.reject_string = values.text("RejectString");
  if (const auto problem = reject_string_problem(settings.reject_string); !problem.empty())
    return context.failed("RejectString " + problem);
  if (std::ranges::any_of(settings.reject_string, base::is_eight_bit))
    context.warn("RejectString", "RejectString is not ASCII, other characters are sent as \"?\"");
  return {};
}

}  // namespace

Filled fill_policy(Context& context, Settings& settings) {
  settings.host_name = this_host();
  settings.version = DMARCD_VERSION;
  for (const auto step : {fill_identity, fill_ignored, fill_form, fill_signatures, fill_spf,
                          fill_discovery, fill_enforcement, fill_whitelist}) {
    if (auto filled = step(context, settings); !filled) return filled;
  }
  return {};
}

}  // namespace dmarc::config
