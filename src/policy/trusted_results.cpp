#include "policy/trusted_results.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "policy/authserv_ids.h"

namespace dmarc::policy {
namespace {

using mail::MethodResult;

/// Takes the results that count from one trusted field after the other, top first.
class Reader {
 public:
  Reader(AuthResultsTrust trust, TrustedResults& results) : trust_(trust), results_(results) {}

  /// True when the field stays: it has a result that counts, or none at all.
  bool read(std::string_view value) {
    if (blocked_ || ++examined_ > TrustedResults::max_examined) return false;
    auto parsed = mail::parse_auth_results(value);
    if (!parsed) {
      blocked_ = trust_ == AuthResultsTrust::topmost;
      return false;
    }
    bool counted = parsed->results.empty();
    for (Method& method : methods_)
      counted |= take(method, parsed->results);
    return take_others(parsed->results) || counted;
  }

 private:
  struct Method {
    std::string_view name;
    std::vector<MethodResult> TrustedResults::*results;
    bool decided = false;
  };

  bool take(Method& method, const std::vector<MethodResult>& found) {
    if (method.decided) return false;
    bool taken = false;
    for (const MethodResult& result : found) {
      if (result.method != method.name) continue;
      taken = true;
      (results_.*method.results).push_back(result);
    }
    method.decided = taken && trust_ == AuthResultsTrust::topmost;
    return taken;
  }

  /// Methods without a use here, such as iprev or auth: a filter in front may report them to those
  /// who read the message later, so they follow the same rule. They don't save a field that reports
  /// dmarc, which nobody but us does.
  bool take_others(const std::vector<MethodResult>& found) {
    if (std::ranges::find(found, "dmarc", &MethodResult::method) != found.end()) return false;
    bool taken = false;
    for (const MethodResult& result : found) {
      if (!is_used(result.method)) taken |= others_.insert(result.method).second;
    }
    return taken;
  }

  bool is_used(std::string_view name) const {
    return std::ranges::any_of(methods_, [&](const Method& method) { return method.name == name; });
  }

  AuthResultsTrust trust_;
  TrustedResults& results_;
  std::set<std::string> others_;
  std::array<Method, 3> methods_{{{"spf", &TrustedResults::spf},
                                  {"dkim", &TrustedResults::dkim},
                                  {"arc", &TrustedResults::arc}}};
  std::size_t examined_ = 0;
  bool blocked_ = false;
};

}  // namespace

TrustedResults read_trusted_results(const Message& message, const Settings& settings) {
  const AuthservIds ids(message, settings);
  const bool removes = settings.auth_results_trust == AuthResultsTrust::topmost;
  TrustedResults results;
  Reader reader(settings.auth_results_trust, results);
  std::size_t position = 0;  // among the fields of this name, 1 is the topmost
  for (const auto* field : mail::fields_named(message.header, "Authentication-Results")) {
    ++position;
    const auto id = mail::claimed_authserv_id(field->value);
    if (!id) continue;
    const bool trusted = ids.trusts(*id);
    if (!trusted && !(removes && ids.claims_trust(*id))) {
      if (position > TrustedResults::max_examined) continue;
      results.events.push_back(
          log::make<log::Id::untrusted_auth_results>(message.job_id, position - 1, *id));
    } else if (!(trusted && reader.read(field->value)) && removes) {
      if (results.removals.size() < TrustedResults::max_removals) {
        results.removals.push_back({position, *id});
      } else {
        ++results.left_behind;
      }
    }
  }
  std::ranges::reverse(results.removals);
  return results;
}

}  // namespace dmarc::policy
