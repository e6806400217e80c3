#include "spf/evaluation.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "spf/limits.h"

namespace dmarc::spf {

Evaluation::Evaluation(const Identity& identity, const Options& options, Questions& questions,
                       ClientNames& client_names)
    : identity_(identity), options_(options), questions_(questions), client_names_(client_names) {
  frames_.emplace_back(identity.domain, Entry::outermost);
}

std::optional<Finding> Evaluation::run() {
  while (!frames_.empty()) {
    Progress progress = advance(frames_.back());
    if (progress == Progress::waits) {
      if (!questions_.exhausted()) return {};
      finish(too_many_questions());
      break;
    }
    while (progress == Progress::finished) {
      const Frame finished = std::move(frames_.back());
      frames_.pop_back();
      if (frames_.empty()) break;
      progress = return_to(frames_.back(), finished);
    }
  }
  finding_.record = std::move(record_);
  return std::move(finding_);
}

Evaluation::Progress Evaluation::advance(Frame& frame) {
  switch (frame.stage) {
    case Stage::record:
      return read_record(frame);
    case Stage::client_name:
      return expand_client_name(frame);
    case Stage::answer:
      return read_answer(frame);
    case Stage::hosts:
      return read_hosts(frame);
    case Stage::term:
    case Stage::nested:
      break;
  }
  return begin_term(frame);
}

Evaluation::Progress Evaluation::finish(Finding finding) {
  finding_ = std::move(finding);
  return Progress::finished;
}

// RFC 7208 sections 4.3 to 4.6.
Evaluation::Progress Evaluation::read_record(Frame& frame) {
  if (auto trouble = without_record(frame.domain)) return finish(*std::move(trouble));
  frame.source = questions_.find({frame.domain, dns::Type::txt});
  if (!frame.source) return Progress::waits;
  const auto text = published_record(frame.domain, *frame.source);
  if (!text) return finish(text.error());
  if (frame.entry == Entry::outermost) record_ = *text;
  record_text_ += text->size();
  if (record_text_ > max_record_text) return finish(too_much_text());

  auto record = read_terms(frame.domain, *text);
  if (!record) return finish(std::move(record.error()));
  frame.record = *std::move(record);
  keep_what_matters(frame.record);
  foresee(frame);
  frame.stage = Stage::term;
  return Progress::on;
}

// One term more than the limit allows is kept: reaching it is the error.
void Evaluation::keep_what_matters(Record& record) const {
  std::size_t reachable = terms_;
  std::size_t kept = 0;
  for (Directive& directive : record.directives) {
    const bool asks = asks_dns(directive.mechanism);
    if (directive.network && !in_network(directive, *directive.network)) continue;
    if (&record.directives[kept] != &directive) record.directives[kept] = std::move(directive);
    ++kept;
    if (!asks || ++reachable > max_dns_terms) break;
  }
  record.directives.erase(record.directives.begin() + static_cast<std::ptrdiff_t>(kept),
                          record.directives.end());
}

// The allowance runs through all records of the check, so that nested records can't multiply what
// is asked for nothing.
void Evaluation::foresee(Frame& frame) {
  std::size_t reachable = terms_;
  const auto& directives = frame.record.directives;
  for (std::size_t i = 0; i <= directives.size(); ++i) {
    if (i < directives.size() ? !asks_dns(directives[i].mechanism) : !frame.record.redirect) return;
    if (++reachable > max_dns_terms || foreseen_terms_ >= max_dns_terms) return;
    if (foresee_term(frame, i)) ++foreseen_terms_;
  }
}

bool Evaluation::foresee_term(Frame& frame, std::size_t index) {
  const bool redirect = index == frame.record.directives.size();
  const auto& spec = redirect ? frame.record.redirect : frame.record.directives[index].target;
  // %{p} has to wait for an answer first.
  if (spec && spec->uses('p')) return false;
  Target target = spec ? expand_domain(*spec, {identity_, frame.domain}) : Target(frame.domain);
  if (target)
    questions_.foresee(question(
        redirect ? Mechanism::include : frame.record.directives[index].mechanism, *target));
  frame.targets.emplace_back(index, std::move(target));
  return frame.targets.back().second.has_value();
}

// RFC 7208 section 4.6.2 "Mechanisms": in order, the first that matches decides.
Evaluation::Progress Evaluation::begin_term(Frame& frame) {
  if (!frame.at_redirect())
    return asks_dns(frame.directive().mechanism) ? begin_dns_term(frame) : match(frame);
  if (frame.record.redirect) return begin_dns_term(frame);
  Finding neutral;  // RFC 7208 section 4.7 "Default Result"
  neutral.code = Code::neutral;
  return finish(std::move(neutral));
}

Evaluation::Progress Evaluation::begin_dns_term(Frame& frame) {
  if (++terms_ > max_dns_terms) return finish(too_many_terms());
  if (frame.next_target < frame.targets.size() &&
      frame.targets[frame.next_target].first == frame.at)
    return use_target(frame, std::move(frame.targets[frame.next_target++].second));
  const auto& spec = frame.spec();
  if (!spec) return use_target(frame, frame.domain);
  if (!spec->uses('p')) return use_target(frame, expand_domain(*spec, {identity_, frame.domain}));
  frame.stage = Stage::client_name;
  return Progress::on;
}

Evaluation::Progress Evaluation::expand_client_name(Frame& frame) {
  auto name = client_names_.for_macro(questions_, frame.domain);
  if (!name) return Progress::waits;
  return use_target(frame,
                    expand_domain(*frame.spec(), {identity_, frame.domain, *std::move(name)}));
}

// RFC 7208 section 4.8 "Domain Specification" leaves it open what an unusable name means. It does
// not match, except for include and redirect: check_host() of it is none by section 4.3 "Initial
// Processing", and that is a permerror by sections 5.2 "include" and 6.1 "redirect: Redirected
// Query". RFC 8616 section 4 "SPF": a term that needs a local part outside ASCII has no effect.
Evaluation::Progress Evaluation::use_target(Frame& frame, Target target) {
  const bool redirect = frame.at_redirect();
  const bool include = !redirect && frame.directive().mechanism == Mechanism::include;
  if (target) {
    if (redirect) return enter(frame, *std::move(target), Entry::redirect);
    if (include) return enter(frame, *std::move(target), Entry::include);
    frame.target = *std::move(target);
    frame.stage = Stage::answer;
    return Progress::on;
  }
  const bool no_effect = target.error() == ExpansionError::non_ascii_local_part;
  if (redirect && no_effect) {
    frame.record.redirect.reset();
    frame.stage = Stage::term;
    return Progress::on;
  }
  if (no_effect || (!redirect && !include)) return no_match(frame);
  return finish(Trouble{Code::permerror, (redirect ? "the redirect of " : "an include of ") +
                                             shown(frame.domain) + " leads to no usable name"});
}

// Adding to the stack moves the frames: `frame` is not to be used any more.
Evaluation::Progress Evaluation::enter(Frame& frame, dns::Name domain, Entry entry) {
  frame.stage = Stage::nested;
  frames_.emplace_back(std::move(domain), entry);
  return Progress::on;
}

Evaluation::Progress Evaluation::return_to(Frame& parent, const Frame& finished) {
  // RFC 7208 section 6.1 "redirect: Redirected Query".
  if (finished.entry == Entry::redirect) {
    if (finding_.code == Code::none) finding_.code = Code::permerror;
    finding_.path.insert(finding_.path.begin(), base::printable(finished.domain.text()));
    return Progress::finished;
  }
  // RFC 7208 section 5.2 "include". A void look-up needs no counting here: it is a permerror
  // anyway.
  switch (finding_.code) {
    case Code::pass:
      break;
    case Code::none:
      return finish(Trouble{Code::permerror, "included: " + finding_.problem});
    case Code::permerror:
    case Code::temperror:
      return finish(Trouble{finding_.code, std::move(finding_.problem), finding_.failure});
    case Code::neutral:
    case Code::fail:
    case Code::softfail:
      return no_match(parent);
  }
  std::string mechanism = std::move(finding_.mechanism);
  std::vector<std::string> path = std::move(finding_.path);
  path.insert(path.begin(), base::printable(finished.domain.text()));
  const Progress progress = match(parent);
  finding_.mechanism = std::move(mechanism);
  finding_.path = std::move(path);
  return progress;
}

Evaluation::Progress Evaluation::match(const Frame& frame) {
  const Directive& directive = frame.directive();
  Finding finding;
  finding.code = directive.qualifier;
  finding.mechanism = directive.text;
  if (finding.code == Code::fail && frame.record.explanation)
    finding.explanation = Explanation{frame.domain, *frame.record.explanation, frame.source};
  return finish(std::move(finding));
}

Evaluation::Progress Evaluation::no_match(Frame& frame) {
  ++frame.at;
  frame.stage = Stage::term;
  return Progress::on;
}

}  // namespace dmarc::spf
