#include "policy/removals.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace dmarc::policy {
namespace {

using mail::MethodResult;
using mail::ResultWord;

/// Holds each pass that a believed field reports against what was found.
class Contradictions {
 public:
  Contradictions(const Claims& claims, const Judgement& judgement, const Assessment& assessment)
      : claims_(claims),
        authentication_(judgement.authentication),
        arc_(judgement.arc),
        assessment_(assessment) {}

  bool any_in(const BelievedField& field) const {
    return std::ranges::any_of(field.results, [&](const MethodResult& result) {
      return result.result == ResultWord::pass && contradicts(field, result);
    });
  }

 private:
  bool contradicts(const BelievedField& field, const MethodResult& result) const {
    if (result.method == "dkim") return dkim_contradicts(field, result);
    if (result.method == "spf") return spf_contradicts(result);
    if (result.method == "arc") return claims_.wants_own_arc && !arc_.passed;
    if (result.method == "dmarc") return dmarc_contradicts(result);
    return false;
  }

  bool dkim_contradicts(const BelievedField& field, const MethodResult& result) const {
    if (claims_.dkim_source != DkimSource::own)
      return std::ranges::find(claims_.upstream_dkim.discounted, field.index,
                               &UpstreamDkim::Discounted::index) !=
             claims_.upstream_dkim.discounted.end();
    const auto signer = result.domain("header", "d");
    const auto identity = result.domain("header", "i");
    return std::ranges::none_of(authentication_.dkim, [&](const Authentication::Dkim& signature) {
      if (signature.input.outcome != MethodOutcome::pass) return false;
      const dns::Name& domain = signature.input.domain;
      return signer ? *signer == domain : identity && identity->is_at_or_below(domain);
    });
  }

  bool spf_contradicts(const MethodResult& result) const {
    const bool judged = authentication_.spf_source == Authentication::SpfSource::own ||
                        authentication_.spf_source == Authentication::SpfSource::auth_results;
    if (!judged) return false;
    const bool helo = authentication_.spf_scope == spf::Scope::helo;
    // Filters that check both identities report both; the other one was not looked at here.
    if (!helo && !result.has("smtp", "mailfrom") && result.has("smtp", "helo")) return false;
    if (authentication_.spf_result != ResultWord::pass || !authentication_.spf) return true;
    for (const std::string_view name : {"mailfrom", "helo"}) {
      if (!result.has("smtp", name) || (name == "helo" && !helo)) continue;
      // A null reverse-path is written in many ways; the domain is then that of HELO.
      const auto domain = result.domain("smtp", name);
      if (helo && name == "mailfrom" && !domain) continue;
      return domain != authentication_.spf->domain;
    }
    return false;
  }

  bool dmarc_contradicts(const MethodResult& result) const {
    if (assessment_.result != Result::pass) return true;
    const auto author = result.domain("header", "from");
    return author && std::ranges::none_of(assessment_.verdicts, [&](const Verdict& verdict) {
             return verdict.author == *author;
           });
  }

  const Claims& claims_;
  const Authentication& authentication_;
  const Arc& arc_;
  const Assessment& assessment_;
};

bool reports_dmarc(const BelievedField& field) {
  return std::ranges::find(field.results, "dmarc", &MethodResult::method) != field.results.end();
}

}  // namespace

Removals find_removals(const Claims& claims, const Judgement& judgement,
                       const Assessment& assessment, const Settings& settings) {
  const bool any = settings.auth_results_trust == AuthResultsTrust::any;
  const Contradictions contradictions(claims, judgement, assessment);
  std::vector<Removal> wanted;
  for (const BelievedField& field : claims.trusted.fields)
    if ((field.is_ours && reports_dmarc(field)) ||
        (!any && (!field.left_out.empty() || contradictions.any_in(field))))
      wanted.push_back({field.index, field.authserv_id});
  for (const DoubtedField& field : claims.trusted.doubted)
    if (!any || field.reports_our_dmarc) wanted.push_back({field.index, field.authserv_id});
  std::ranges::sort(wanted, {}, &Removal::index);
  Removals removals;
  if (wanted.size() > max_removals) {
    removals.left_behind = wanted.size() - max_removals;
    wanted.resize(max_removals);
  }
  std::ranges::reverse(wanted);
  removals.fields = std::move(wanted);
  return removals;
}

}  // namespace dmarc::policy
