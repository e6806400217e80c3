#include <algorithm>

#include <dmarc/spf.h>

#include "base/ascii.h"
#include "spf/evaluation.h"
#include "spf/questions.h"

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
                          " is not a host name: " + std::string(dns::describe(name.error())));
  if (!name->is_hostname())
    return tl::unexpected("HELO " + base::printable(helo, 100) + " is not a host name");
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
      return tl::unexpected("the sender is not a valid path: " + sender.detail);
    case mail::ReversePath::Kind::mailbox:
      break;
  }
  if (!sender.domain || !sender.domain->is_hostname())
    return tl::unexpected(std::string("the sender's domain is not a host name"));
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

}  // namespace

/// The text of exp= (RFC 7208 section 6.2 "exp: Explanation"), as a state that goes on when an
/// answer comes. It is written by whoever owns the record, so it is only looked up when Options ask
/// for it. Limit: max_explanation octets.
class ExplanationText {
 public:
  /// The references must stay valid as long as the object lives.
  ExplanationText(Explanation explanation, const Identity& identity, const Options& options,
                  Questions& questions, ClientNames& client_names)
      : explanation_(std::move(explanation)),
        identity_(identity),
        options_(options),
        questions_(questions),
        client_names_(client_names) {}

  /// Printable ASCII; empty when there is no usable text, for whatever reason. Nothing while
  /// `questions` lacks an answer.
  std::optional<std::string> run();

 private:
  /// False while the client's name, which `text` uses, is not known.
  bool complete_context(const MacroString& text, MacroContext& context);
  std::optional<std::string> expand(const MacroString& text);

  const Explanation explanation_;
  const Identity& identity_;
  const Options& options_;
  Questions& questions_;
  ClientNames& client_names_;

  std::optional<dns::Name> name_;  ///< what exp= expands to
  dns::AnswerPtr answer_;          ///< its TXT records; owns the text of `text_`
  std::optional<MacroString> text_;
};

std::optional<std::string> ExplanationText::run() {
  if (!name_) {
    MacroContext context{identity_, explanation_.domain};
    if (!complete_context(explanation_.target, context)) return {};
    auto name = expand_domain(explanation_.target, context);
    if (!name) return std::string();
    name_ = *std::move(name);
  }
  if (!text_) {
    answer_ = questions_.find({*name_, dns::Type::txt});
    if (!answer_) return {};
    if (answer_->records.size() != 1) return std::string();
    auto text = parse_macro_string(answer_->records.front(), MacroPlace::explanation);
    if (!text) return std::string();
    text_ = *std::move(text);
  }
  return expand(*text_);
}

bool ExplanationText::complete_context(const MacroString& text, MacroContext& context) {
  context.receiver = options_.receiver;
  context.now = options_.now;
  if (!text.uses('p')) return true;
  auto name = client_names_.for_macro(questions_, explanation_.domain);
  if (!name) return false;
  context.client_name = *std::move(name);
  return true;
}

std::optional<std::string> ExplanationText::expand(const MacroString& text) {
  MacroContext context{identity_, explanation_.domain};
  if (!complete_context(text, context)) return {};
  auto expanded = expand_text(text, context);
  const auto printable = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (!expanded || !std::all_of(expanded->begin(), expanded->end(), printable))
    return std::string();
  return *std::move(expanded);
}

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
    run_->questions.feed(answers);
    if (!run_->evaluate() || !run_->ask_evaluator(answers) || !run_->explain(result_.explanation))
      return run_->questions.need();
    Finding& finding = *run_->finding;
    result_.code = finding.code;
    result_.mechanism = std::move(finding.mechanism);
    result_.path = std::move(finding.path);
    result_.problem = std::move(finding.problem);
    result_.failure = finding.failure;
    result_.record = std::move(finding.record);
    return std::move(result_);
  }

 private:
  /// The check of a usable domain. Each step is false while an answer is missing.
  struct Run {
    Run(Identity whom, const Options& how) : identity(std::move(whom)), options(how) {}

    bool evaluate();
    bool ask_evaluator(const dns::Answers& answers);
    bool explain(std::string& text);

    const Identity identity;
    const Options& options;
    Questions questions;
    ClientNames client_names{identity.client};
    Evaluation evaluation{identity, options, questions, client_names};
    std::optional<Finding> finding;
    bool evaluator_asked = false;
    std::optional<ExplanationText> explanation;
  };

  const Options options_;
  Result result_;
  std::optional<Run> run_;
};

// RFC 7208 section 5.5 "ptr (do not use)" takes a failure of the DNS for a term that does not
// match. What was not asked for want of our own means could be anything.
bool Check::State::Run::evaluate() {
  if (finding) return true;
  finding = evaluation.run();
  if (!finding) return false;
  if (const auto& unasked = questions.kept_away()) {
    std::string record = std::move(finding->record);
    finding = Finding::of(failed_lookup(dns::Answer::failed(dns::Failure::own_limit), *unasked));
    finding->record = std::move(record);
  }
  return true;
}

// Our own finding stands where the other evaluator has none.
bool Check::State::Run::ask_evaluator(const dns::Answers& answers) {
  const bool stands = finding->failure == dns::Failure::own_limit;
  if (options.evaluator == nullptr || evaluator_asked || stands) return true;
  Evaluator::Run run = options.evaluator->run(identity, answers, options);
  if (run.missing && !questions.find(*run.missing) && !questions.exhausted()) return false;
  if (run.finding) finding = std::move(run.finding);
  evaluator_asked = true;
  return true;
}

bool Check::State::Run::explain(std::string& text) {
  if (!options.explanation || !finding->explanation) return true;
  if (!explanation)
    explanation.emplace(*finding->explanation, identity, options, questions, client_names);
  auto expanded = explanation->run();
  if (!expanded && !questions.exhausted()) return false;
  text = std::move(expanded).value_or("");
  return true;
}

Check::Check(Request request, Options options)
    : state_(std::make_unique<State>(request, std::move(options))) {}
Check::Check(Check&&) noexcept = default;
Check& Check::operator=(Check&&) noexcept = default;
Check::~Check() = default;

dns::Step<Result> Check::begin() {
  return state_->go_on(dns::NoAnswers());
}

dns::Step<Result> Check::next(const dns::Answers& answers) {
  return state_->go_on(answers);
}

Result check(const Request& request, dns::Resolver& resolver, const Options& options) {
  Check check(request, options);
  return dns::wait_for(check, resolver);
}

}  // namespace dmarc::spf
