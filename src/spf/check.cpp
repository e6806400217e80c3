#include <algorithm>

#include "base/ascii.h"
#include "spf/check_state.h"
#include "spf/client_names.h"
#include "spf/evaluation.h"
#include "spf/explanation.h"
#include "spf/libspf2_engine.h"
#include "spf/lookups.h"

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

// RFC 7208 section 4.3 "Initial Processing" for a sender without local part, section 2.4 "The "MAIL
// FROM" Identity" for the null path.
Identity identity_of(const Request& request, const dns::Name& domain) {
  const bool anonymous =
      request.sender.kind == mail::ReversePath::Kind::null || request.sender.local_part.empty();
  return {request.client.unmapped(), anonymous ? "postmaster" : request.sender.local_part, domain,
          helo_for_macros(request.helo)};
}

class NoAnswers final : public dns::Answers {
 public:
  dns::AnswerPtr find(const dns::Question&) const override { return nullptr; }
};

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

/// The parts refer to each other, so a State stays where it is.
class Check::State {
 public:
  State(const Request& request, Options options) : options_(std::move(options)) {
    const bool null_path = request.sender.kind == mail::ReversePath::Kind::null;
    result_.scope = null_path ? Scope::helo : Scope::mailfrom;
    auto domain = sender_domain(request);
    if (!domain) {
      result_.problem = std::move(domain.error());
      return;
    }
    result_.domain = *std::move(domain);
    run_.emplace(identity_of(request, *result_.domain), options_);
  }

  dns::Step<Result> go_on(const dns::Answers& answers) {
    if (!run_) return std::move(result_);
    run_->lookups.feed(answers);
    if (!run_->evaluate() || !run_->ask_library(answers) || !run_->explain(result_.explanation))
      return run_->lookups.need();
    Finding& finding = *run_->finding;
    result_.code = finding.code;
    result_.mechanism = std::move(finding.mechanism);
    result_.path = std::move(finding.path);
    result_.problem = std::move(finding.problem);
    result_.record = std::move(finding.record);
    return std::move(result_);
  }

 private:
  /// The check of a usable domain. Each step is false while an answer is missing.
  struct Run {
    Run(Identity whom, const Options& how) : identity(std::move(whom)), options(how) {}

    bool evaluate();
    bool ask_library(const dns::Answers& answers);
    bool explain(std::string& text);

    const Identity identity;
    const Options& options;
    Lookups lookups;
    ClientNames client_names{identity.client};
    Evaluation evaluation{identity, options, lookups, client_names};
    std::optional<Finding> finding;
    bool library_done = false;
    std::optional<ExplanationText> explanation;
  };

  const Options options_;
  Result result_;
  std::optional<Run> run_;
};

bool Check::State::Run::evaluate() {
  if (!finding) finding = evaluation.run();
  return finding.has_value();
}

// Our own evaluation has asked for what is needed, and its finding stands where the library is not
// to be trusted with the records.
bool Check::State::Run::ask_library(const dns::Answers& answers) {
  if (options.engine != EngineKind::libspf2 || library_done) return true;
  LibraryRun run = check_host_with_libspf2(identity, answers, options);
  if (run.missing && !lookups.find(*run.missing) && !lookups.exhausted()) return false;
  if (run.finding) finding = std::move(run.finding);
  library_done = true;
  return true;
}

bool Check::State::Run::explain(std::string& text) {
  if (!options.explanation || !finding->explanation) return true;
  if (!explanation)
    explanation.emplace(*finding->explanation, identity, options, lookups, client_names);
  auto expanded = explanation->run();
  if (!expanded && !lookups.exhausted()) return false;
  text = std::move(expanded).value_or("");
  return true;
}

Check::Check(Request request, Options options)
    : state_(std::make_unique<State>(request, std::move(options))) {}
Check::Check(Check&&) noexcept = default;
Check& Check::operator=(Check&&) noexcept = default;
Check::~Check() = default;

dns::Step<Result> Check::begin() {
  return state_->go_on(NoAnswers());
}

dns::Step<Result> Check::next(const dns::Answers& answers) {
  return state_->go_on(answers);
}

Result check(const Request& request, dns::Resolver& resolver, const Options& options) {
  Check check(request, options);
  return dns::wait_for(check, resolver);
}

}  // namespace dmarc::spf
