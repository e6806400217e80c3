// A check step by step: what it needs, and that nothing is asked twice.
#include <gtest/gtest.h>

#include <unordered_map>

#include <dmarc/spf.h>

#include "spf/libspf2/libspf2.h"
#include "spf/limits.h"
#include "world.h"

namespace dmarc::spf {
namespace {

using Lines = std::vector<std::string>;

// Answers come one by one, from a zone.
class Feed final : public dns::Answers {
 public:
  explicit Feed(dns::Zone zone) : zone_(std::move(zone)) {}

  dns::AnswerPtr find(const dns::Question& question) const override {
    const auto found = answers_.find(question);
    return found == answers_.end() ? nullptr : found->second;
  }
  void answer(const dns::Question& question) {
    answers_.emplace(question, std::make_shared<dns::Answer>(zone_.answer(question)));
  }
  void fail(const dns::Question& question) {
    answers_.emplace(question,
                     std::make_shared<dns::Answer>(dns::Answer::failed(dns::Failure::timeout)));
  }

 private:
  dns::Zone zone_;
  std::unordered_map<dns::Question, dns::AnswerPtr> answers_;
};

Lines lines_of(const dns::Need& need) {
  Lines lines;
  for (const dns::Question& question : need.questions)
    lines.push_back(std::string(dns::to_string(question.type)) + ' ' + question.name.text());
  return lines;
}

// The needs of a check that gets one answer at a time, and its result.
struct Course {
  std::vector<Lines> needs;
  Result result;
};

Course course_of(dns::Zone zone, const Ask& ask = {}) {
  Feed feed(std::move(zone));
  Check check(request_of(ask), ask.options);
  Course course;
  dns::Step<Result> step = check.begin();
  while (const auto* need = std::get_if<dns::Need>(&step)) {
    course.needs.push_back(lines_of(*need));
    feed.answer(need->questions.front());
    step = check.next(feed);
  }
  course.result = std::get<Result>(std::move(step));
  return course;
}

TEST(SpfCheck, needs_what_it_waits_for_and_what_it_foresees_once) {
  const Course course = course_of(zone_of(record("a include:net.example mx -all") +
                                          "example.org A 198.51.100.1\n"
                                          "example.org MX 10 m1.example\n"
                                          "example.org MX 20 m2.example\n"
                                          "net.example TXT v=spf1 a:x.net.example ~all\n"
                                          "x.net.example A 198.51.100.2\n"
                                          "m1.example A 198.51.100.3\nm2.example A 192.0.2.1\n"));
  EXPECT_EQ(course.needs,
            (std::vector<Lines>{{"TXT example.org"},
                                {"A example.org", "TXT net.example", "MX example.org"},
                                {"TXT net.example"},
                                {"A x.net.example"},
                                {"MX example.org"},
                                {"A m1.example", "A m2.example"},
                                {"A m2.example"}}));
  EXPECT_EQ(course.result.code, Code::pass);
  EXPECT_EQ(course.result.mechanism, "mx");
}

TEST(SpfCheck, goes_through_all_answers_that_are_at_hand) {
  Feed feed(zone_of(record("a mx -all") + "example.org A 198.51.100.1\n"));
  for (const dns::Type type : {dns::Type::txt, dns::Type::a, dns::Type::mx})
    feed.answer({name_of("example.org"), type});
  Check check(request_of({}), {});
  EXPECT_TRUE(std::holds_alternative<dns::Need>(check.begin()));
  EXPECT_EQ(std::get<Result>(check.next(feed)).code, Code::fail);
}

TEST(SpfCheck, waits_on_when_another_answer_comes_than_the_awaited_one) {
  Feed feed(zone_of(record("a mx -all")));
  Check check(request_of({}), {});
  feed.answer(std::get<dns::Need>(check.begin()).questions.front());
  EXPECT_EQ(lines_of(std::get<dns::Need>(check.next(feed))),
            (Lines{"A example.org", "MX example.org"}));
  feed.answer({name_of("example.org"), dns::Type::mx});
  EXPECT_EQ(lines_of(std::get<dns::Need>(check.next(feed))), Lines{"A example.org"});
  feed.answer({name_of("example.org"), dns::Type::a});
  EXPECT_EQ(std::get<Result>(check.next(feed)).code, Code::fail);
}

TEST(SpfCheck, ends_at_once_when_its_caller_gives_up) {
  for (const Evaluator* evaluator : {static_cast<const Evaluator*>(nullptr), &libspf2()}) {
    Feed feed(zone_of(record("include:a.example include:b.example mx -all")));
    Options options;
    options.evaluator = evaluator;
    Check check(request_of({}), options);
    feed.answer(std::get<dns::Need>(check.begin()).questions.front());
    const auto step = check.next(feed);
    for (const dns::Question& question : std::get<dns::Need>(step).questions)
      feed.fail(question);
    const auto last = check.next(feed);
    ASSERT_TRUE(std::holds_alternative<Result>(last));
    EXPECT_EQ(std::get<Result>(last).code, Code::temperror);
  }
}

TEST(SpfCheck, needs_nothing_without_a_usable_domain) {
  Check check(request_of({.from = "", .helo = "[192.0.2.1]"}), {});
  const auto step = check.begin();
  ASSERT_TRUE(std::holds_alternative<Result>(step));
  EXPECT_EQ(std::get<Result>(step).code, Code::none);
  EXPECT_EQ(std::get<Result>(step).scope, Scope::helo);
}

TEST(SpfCheck, may_be_moved_while_it_waits) {
  Feed feed(zone_of(record("ip4:192.0.2.1 -all")));
  Check first(request_of({}), {});
  feed.answer(std::get<dns::Need>(first.begin()).questions.front());
  Check second = std::move(first);
  EXPECT_EQ(std::get<Result>(second.next(feed)).mechanism, "ip4:192.0.2.1");
}

// Our own evaluation validates only the client's names below the target of ptr; the library wants
// the addresses of all of them.
TEST(SpfCheck, asks_what_only_the_library_wants) {
  Ask ask;
  ask.options.evaluator = &libspf2();
  const Course course =
      course_of(zone_of(record("ptr -all") + "1.2.0.192.in-addr.arpa PTR other.example\n"
                                             "1.2.0.192.in-addr.arpa PTR a.example.org\n"
                                             "other.example A 192.0.2.1\n"
                                             "a.example.org A 192.0.2.1\n"),
                ask);
  EXPECT_EQ(course.result.code, Code::pass);
  EXPECT_EQ(course.result.mechanism, "") << "the library did it";
  EXPECT_EQ(course.needs.back(), Lines{"A other.example"});
}

// Five includes of 60 kB each, five mx of ten hosts: reading ends at the first of them.
TEST(SpfCheck, large_records_end_a_check_before_they_cost_much) {
  dns::Zone zone;
  std::string terms = "v=spf1";
  std::string included = "v=spf1";
  while (included.size() < 60000)
    included += " ip4:198.51.100.1";
  for (int i = 0; i < 5; ++i) {
    const std::string number = std::to_string(i);
    terms += " include:i" + number + ".example mx:m" + number + ".example";
    zone.add(name_of("i" + number + ".example"), dns::Type::txt, included);
  }
  zone.add(name_of("example.org"), dns::Type::txt, terms + " -all");
  const Course course = course_of(std::move(zone));
  EXPECT_EQ(course.result.code, Code::permerror);
  EXPECT_EQ(course.result.problem, "the record of i0.example has more than 1000 terms");
  EXPECT_EQ(course.needs.size(), 2U);
}

}  // namespace
}  // namespace dmarc::spf
