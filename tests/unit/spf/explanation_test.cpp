#include <gtest/gtest.h>

#include <dmarc/spf.h>

#include "spf/limits.h"
#include "world.h"

namespace dmarc::spf {
namespace {

Ask with_explanation() {
  Ask ask;
  ask.options.explanation = true;
  return ask;
}

std::string explanation_in(std::string_view zone, std::string_view from = "user@example.org") {
  Ask ask = with_explanation();
  ask.from = from;
  ask.options.receiver = "mx.receiver.example";
  ask.options.now = 1700000000;
  return check_in(zone, ask).explanation;
}

std::string of_text(std::string_view text) {
  return explanation_in(record("-all exp=why.example.org") + "why.example.org TXT " +
                        std::string(text));
}

TEST(SpfExplanation, is_not_asked_for_by_default) {
  RecordingResolver resolver(record("-all exp=why.example") + "why.example TXT Because.");
  const Result result = check_with(resolver);
  EXPECT_EQ(result.code, Code::fail);
  EXPECT_EQ(result.explanation, "");
  EXPECT_EQ(resolver.lookups, std::vector<std::string>{"TXT example.org"});
}

TEST(SpfExplanation, expands_every_macro) {
  EXPECT_EQ(of_text("%{c} may not send for %{s} to %{r} at %{t}: see http://%{d}/?h=%{H}&p=%{p}"),
            "192.0.2.1 may not send for user@example.org to mx.receiver.example at 1700000000: "
            "see http://example.org/?h=mx.client.example&p=unknown");
}

TEST(SpfExplanation, belongs_to_fail_alone) {
  for (const char* all : {"~all", "?all", "+all"})
    EXPECT_EQ(
        explanation_in(record(std::string(all) + " exp=why.example") + "why.example TXT Because."),
        "")
        << all;
}

TEST(SpfExplanation, is_that_of_the_record_that_fails) {
  const std::string texts = "one.example TXT One.\ntwo.example TXT Two.\n";
  EXPECT_EQ(explanation_in(record("redirect=r.example exp=one.example") +
                           "r.example TXT v=spf1 -all exp=two.example\n" + texts),
            "Two.");
  EXPECT_EQ(explanation_in(record("redirect=r.example exp=one.example") +
                           "r.example TXT v=spf1 -all\n" + texts),
            "");
  EXPECT_EQ(explanation_in(record("include:i.example -all exp=one.example") +
                           "i.example TXT v=spf1 -all exp=two.example\n" + texts),
            "One.");
}

TEST(SpfExplanation, errors_leave_none_and_do_not_change_the_result) {
  for (const char* why :
       {"", "why.example RCODE SERVFAIL", "why.example A 192.0.2.1",
        "why.example TXT one\nwhy.example TXT two", "why.example TXT The %{x}-files.",
        "why.example TXT \"\\239\\187\\191Why\"", "why.example TXT \"a\\010b\"",
        "why.example TXT 100%"}) {
    const std::string zone = record("-all exp=why.example") + why;
    EXPECT_EQ(explanation_in(zone), "") << why;
    EXPECT_EQ(code_in(zone), "fail") << why;
  }
}

TEST(SpfExplanation, does_not_count_as_void_look_up) {
  EXPECT_EQ(code_in(record("a:x.example a:y.example -all exp=z.example"), with_explanation()),
            "fail");
}

TEST(SpfExplanation, never_holds_what_the_sender_wrote_outside_ascii) {
  EXPECT_EQ(explanation_in(record("-all exp=why.example") + "why.example TXT %{l}",
                           "j\xC3\xBCrgen@example.org"),
            "");
}

TEST(SpfExplanation, is_bounded) {
  dns::Zone zone = zone_of(record("-all exp=why.example"));
  zone.add(name_of("why.example"), dns::Type::txt, std::string(max_explanation + 1, 'x'));
  RecordingResolver resolver(std::move(zone));
  EXPECT_EQ(check_with(resolver, with_explanation()).explanation, "");
}

}  // namespace
}  // namespace dmarc::spf
