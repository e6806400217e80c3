#include "spf/evaluator.h"

#include "base/ascii.h"
#include "spf/client_name.h"
#include "spf/limits.h"
#include "spf/published.h"

namespace dmarc::spf {
namespace {

Finding finding_of(Trouble trouble) {
  Finding finding;
  finding.code = trouble.code;
  finding.problem = std::move(trouble.problem);
  return finding;
}

Finding neutral() {
  Finding finding;
  finding.code = Code::neutral;
  return finding;
}

}  // namespace

Finding Evaluator::check_host(const dns::Name& domain) {
  auto text = published_record(domain, resolver_);
  if (!text) return finding_of(std::move(text.error()));

  const auto record = parse_record(*text);
  Finding finding = record
                        ? evaluate(*record, domain)
                        : finding_of({Code::permerror, "syntax error in the record of " +
                                                           shown(domain) + ": " + record.error()});
  finding.record = *std::move(text);
  return finding;
}

Finding Evaluator::evaluate(const Record& record, const dns::Name& domain) {
  prefetch(record, domain);
  // RFC 7208 section 4.6.2 "Mechanisms": in order, the first that matches decides.
  for (const Directive& directive : record.directives) {
    MatchResult result = match(directive, domain);
    if (!result) return finding_of(std::move(result.error()));
    if (!*result) continue;
    Finding finding;
    finding.code = directive.qualifier;
    finding.mechanism = std::move((*result)->mechanism);
    finding.path = std::move((*result)->path);
    if (finding.code == Code::fail && record.explanation)
      finding.explanation = Explanation{domain, *record.explanation};
    return finding;
  }
  if (record.redirect) return follow_redirect(record.redirect, domain);
  return neutral();  // RFC 7208 section 4.7 "Default Result"
}

// RFC 7208 section 6.1 "redirect: Redirected Query".
Finding Evaluator::follow_redirect(const std::optional<MacroString>& redirect,
                                   const dns::Name& domain) {
  if (auto over = count_term()) return finding_of(*std::move(over));
  const auto target = target_name(redirect, domain);
  if (!target) {
    // RFC 8616 section 4 "SPF": such a term has no effect.
    if (target.error() == ExpansionError::non_ascii_local_part) return neutral();
    return finding_of(
        {Code::permerror, "the redirect of " + shown(domain) + " leads to no usable name"});
  }
  Finding finding = check_host(*target);
  if (finding.code == Code::none) finding.code = Code::permerror;
  finding.path.insert(finding.path.begin(), base::printable(target->text()));
  return finding;
}

Evaluator::MatchResult Evaluator::match(const Directive& directive, const dns::Name& domain) {
  if (directive.mechanism == Mechanism::all) return Match{directive.text, {}};
  if (directive.network) {
    if (!in_network(directive, *directive.network)) return std::nullopt;
    return Match{directive.text, {}};
  }
  if (auto over = count_term()) return tl::unexpected(*std::move(over));
  const auto target = target_name(directive.target, domain);
  if (target) return ask(directive, *target);
  // RFC 7208 section 4.8 "Domain Specification" leaves it open what an unusable name means. It does
  // not match, except for include: check_host() of it is none by section 4.3 "Initial Processing",
  // and that is a permerror by section 5.2 "include".
  if (directive.mechanism != Mechanism::include ||
      target.error() == ExpansionError::non_ascii_local_part)
    return std::nullopt;
  return tl::unexpected(
      Trouble{Code::permerror, "an include of " + shown(domain) + " leads to no usable name"});
}

tl::expected<dns::Name, ExpansionError> Evaluator::target_name(
    const std::optional<MacroString>& spec, const dns::Name& domain) {
  if (!spec) return domain;
  MacroContext context{identity_, domain};
  if (spec->uses('p')) context.client_name = client_name(identity_.client, domain, resolver_);
  return expand_domain(*spec, context);
}

std::optional<Trouble> Evaluator::count_term() {
  if (++terms_ <= max_dns_terms) return {};
  return Trouble{Code::permerror,
                 "more than " + std::to_string(max_dns_terms) + " terms that ask the DNS"};
}

std::optional<Trouble> Evaluator::count_void(const dns::Name& name, dns::Type type) {
  if (++void_lookups_ <= options_.max_void_lookups) return {};
  return Trouble{Code::permerror, "more than " + std::to_string(options_.max_void_lookups) +
                                      " void look-ups; the last was for " +
                                      std::string(dns::to_string(type)) + " records of " +
                                      shown(name)};
}

// Behind a term that matches without the DNS nothing can be needed, and no more terms than the
// limit leaves. The count runs through all records of the check, so that nested records can't
// multiply what is asked for nothing.
void Evaluator::prefetch(const Record& record, const dns::Name& domain) {
  std::size_t reachable = terms_;
  const auto room = [&] {
    return ++reachable <= max_dns_terms && prefetched_terms_ < max_dns_terms;
  };
  for (const Directive& directive : record.directives) {
    if (directive.mechanism == Mechanism::all) return;
    if (directive.network) {
      if (in_network(directive, *directive.network)) return;
      continue;
    }
    if (!room()) return;
    prefetch(directive, domain);
  }
  if (!record.redirect || !room()) return;
  Directive redirect;
  redirect.mechanism = Mechanism::include;
  redirect.target = record.redirect;
  prefetch(redirect, domain);
}

void Evaluator::prefetch(const Directive& directive, const dns::Name& domain) {
  // %{p} would have to wait for an answer first.
  if (directive.target && directive.target->uses('p')) return;
  const auto target = target_name(directive.target, domain);
  if (!target) return;
  ++prefetched_terms_;
  switch (directive.mechanism) {
    case Mechanism::include:
      return resolver_.prefetch(*target, dns::Type::txt);
    case Mechanism::mx:
      return resolver_.prefetch(*target, dns::Type::mx);
    case Mechanism::ptr:
      return resolver_.prefetch(reverse_name(identity_.client), dns::Type::ptr);
    case Mechanism::exists:
      return resolver_.prefetch(*target, dns::Type::a);
    default:
      return resolver_.prefetch(*target, address_type(identity_.client));
  }
}

}  // namespace dmarc::spf
