#include "spf/check.h"

#include <algorithm>

#include "base/ascii.h"
#include "spf/evaluator.h"
#include "spf/explanation.h"
#include "spf/libspf2_engine.h"

namespace dmarc::spf {
namespace {

std::string_view without_root_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

// A domain that can be checked, or why not (RFC 7208 section 4.3 "Initial Processing").
tl::expected<dns::Name, std::string> helo_domain(std::string_view helo) {
  auto name = dns::Name::parse(without_root_dot(helo));
  if (!name)
    return tl::unexpected("HELO " + base::printable(helo, 100) +
                          " is no host name: " + std::string(dns::describe(name.error())));
  if (!name->is_hostname())
    return tl::unexpected("HELO " + base::printable(helo, 100) + " is no host name");
  return *std::move(name);
}

tl::expected<dns::Name, std::string> sender_domain(const Request& request) {
  const mail::ReversePath& sender = request.sender;
  switch (sender.kind) {
    case mail::ReversePath::Kind::null:
      return helo_domain(request.helo);
    case mail::ReversePath::Kind::literal:
      return tl::unexpected(std::string("the sender is at an address, not at a domain"));
    case mail::ReversePath::Kind::invalid:
      return tl::unexpected("the sender is no valid path: " + sender.detail);
    case mail::ReversePath::Kind::mailbox:
      break;
  }
  if (!sender.domain || !sender.domain->is_hostname())
    return tl::unexpected(std::string("the sender's domain is no host name"));
  return *sender.domain;
}

// %{h}; RFC 8616 section 4 "SPF": U-labels are converted.
std::string helo_for_macros(std::string_view helo) {
  if (std::any_of(helo.begin(), helo.end(), base::is_eight_bit))
    if (const auto name = dns::Name::parse(without_root_dot(helo))) return name->text();
  return std::string(helo);
}

Finding evaluate(const Identity& identity, dns::Resolver& resolver, const Options& options) {
  if (options.engine == EngineKind::libspf2)
    if (auto finding = check_host_with_libspf2(identity, resolver, options))
      return *std::move(finding);
  return Evaluator(identity, resolver, options).check_host(identity.domain);
}

}  // namespace

std::string_view to_string(Code code) {
  switch (code) {
    case Code::none:
      return "none";
    case Code::neutral:
      return "neutral";
    case Code::pass:
      return "pass";
    case Code::fail:
      return "fail";
    case Code::softfail:
      return "softfail";
    case Code::temperror:
      return "temperror";
    case Code::permerror:
      return "permerror";
  }
  return "";
}

Result check(const Request& request, dns::Resolver& resolver, const Options& options) {
  Result result;
  const bool null_path = request.sender.kind == mail::ReversePath::Kind::null;
  result.scope = null_path ? Scope::helo : Scope::mailfrom;
  const auto domain = sender_domain(request);
  if (!domain) {
    result.problem = domain.error();
    return result;
  }
  result.domain = *domain;

  // RFC 7208 section 4.3 "Initial Processing" for a sender without local part, section 2.4 "The
  // "MAIL FROM" Identity" for the null path.
  const bool anonymous = null_path || request.sender.local_part.empty();
  const Identity identity{request.client.unmapped(),
                          anonymous ? "postmaster" : request.sender.local_part, *domain,
                          helo_for_macros(request.helo)};
  Finding finding = evaluate(identity, resolver, options);
  if (options.explanation && finding.explanation)
    result.explanation = explain(*finding.explanation, identity, resolver, options);
  result.code = finding.code;
  result.mechanism = std::move(finding.mechanism);
  result.path = std::move(finding.path);
  result.problem = std::move(finding.problem);
  result.record = std::move(finding.record);
  return result;
}

}  // namespace dmarc::spf
