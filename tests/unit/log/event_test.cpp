#include "log/event.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/data.h"

namespace dmarc::log {
namespace {

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

TEST(Event, fills_the_gaps_in_order) {
  const Event event = make<Id::result>("4F2A1", "example.org", "fail");
  EXPECT_EQ(event.id(), Id::result);
  EXPECT_EQ(event.priority(), Priority::info);
  EXPECT_EQ(event.text(), "4F2A1: example.org fail");
}

TEST(Event, keeps_text_that_looks_like_a_gap_in_an_argument) {
  EXPECT_EQ(make<Id::result>("{}", "%s", "{}").text(), "{}: %s {}");
}

TEST(Event, keeps_its_arguments_as_they_were_given) {
  const Event event = make<Id::removed_auth_results>("4F2A1", 3, "a\r\nb");
  EXPECT_EQ(event.argument(0), "4F2A1");
  EXPECT_EQ(event.argument(1), "3");
  EXPECT_EQ(event.argument("authserv_id"), "a\r\nb");
  EXPECT_EQ(event.argument("domain"), "") << "the format has no such name";
}

TEST(Event, writes_numbers_in_decimal) {
  EXPECT_EQ(make<Id::too_many_sessions>(UINT64_MAX).argument("limit"), "18446744073709551615");
  EXPECT_EQ(make<Id::too_many_sessions>(INT64_MIN).argument("limit"), "-9223372036854775808");
}

TEST(Event, is_added_to_a_line) {
  std::string line = "<30>";
  make<Id::note>("text").append_text(line);
  EXPECT_EQ(line, "<30>text");
}

TEST(Event, shows_control_and_eight_bit_octets_as_escapes) {
  const Event event = make<Id::note>("a\r\nb\x1b[31m\xc3\xbc\x7f");
  EXPECT_TRUE(is_printable(event.text())) << event.text();
  EXPECT_EQ(event.text(), "a\\x0d\\x0ab\\x1b[31m\\xc3\\xbc\\x7f");
}

TEST(Event, cuts_an_argument_that_is_too_long) {
  const std::string longest(1024, 'x');
  EXPECT_EQ(make<Id::note>(longest).text(), longest);
  EXPECT_EQ(make<Id::note>(longest + "y").text(), longest + "...");
  EXPECT_EQ(make<Id::note>(std::string(1'000'000, 'x')).text(), longest + "...");
}

TEST(EventTable, describes_each_event_under_its_own_name) {
  std::set<std::string_view> names;
  for (const Description& row : descriptions) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(&describe(row.id), &row);
    EXPECT_FALSE(row.format.empty()) << row.name;
    EXPECT_TRUE(row.when.ends_with('.')) << row.name;
    EXPECT_TRUE(row.advice.ends_with('.')) << row.name;
    EXPECT_TRUE(is_printable(row.format)) << row.name;
    EXPECT_TRUE(is_printable(row.when)) << row.name;
    EXPECT_TRUE(is_printable(row.advice)) << row.name;
  }
}

TEST(EventTable, names_each_argument_of_an_event_differently) {
  for (const Description& row : descriptions) {
    std::set<std::string> names;
    std::string_view rest = row.format;
    for (std::size_t begin; (begin = rest.find('{')) != std::string_view::npos;) {
      const std::size_t end = rest.find('}', begin);
      ASSERT_NE(end, std::string_view::npos) << row.name;
      const std::string name(rest.substr(begin + 1, end - begin - 1));
      EXPECT_TRUE(names.insert(name).second) << row.name;
      EXPECT_FALSE(name.empty()) << row.name;
      EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << name;
      rest.remove_prefix(end + 1);
    }
    EXPECT_EQ(names.size(), row.arguments()) << row.name;
  }
}

TEST(EventTable, the_page_of_messages_is_up_to_date) {
  EXPECT_EQ(test::read_data("../../docs/log-messages.md"), messages_page())
      << "renew it with `cmake --build BUILD -t documentation`";
}

// Scripts look for these lines; capitals stand for what varies.
TEST(EventTable, keeps_the_lines_of_opendmarc_to_the_octet) {
  const std::vector<std::pair<std::string, Event>> expected{
      {"JOBID: FROMDOMAIN RESULT", make<Id::result>("JOBID", "FROMDOMAIN", "RESULT")},
      {"ignoring connection from HOST", make<Id::ignored_host>("HOST")},
      {"ignoring authenticated client, mailfrom=ARG", make<Id::ignored_authenticated>("ARG")},
      {"implicit authentication service: ID", make<Id::implicit_authserv_id>("ID")},
      {"JOBID: RFC5322 requirement error: REASON", make<Id::header_requirement>("JOBID", "REASON")},
      {"JOBID: RFC5322 requirement error: missing From field; reject",
       make<Id::missing_from_reject>("JOBID")},
      {"JOBID: RFC5322 requirement error: missing From field; accepting",
       make<Id::missing_from_accept>("JOBID")},
      {"JOBID: ignoring mail from DOMAIN", make<Id::ignored_domain>("JOBID", "DOMAIN")},
      {"JOBID: SPF(mailfrom): DOMAIN RESULT", make<Id::spf_mailfrom>("JOBID", "DOMAIN", "RESULT")},
      {"JOBID: SPF(helo): DOMAIN RESULT", make<Id::spf_helo>("JOBID", "DOMAIN", "RESULT")},
      {"JOBID: multi-valued From field detected", make<Id::multi_valued_from>("JOBID")},
      {"JOBID: unable to parse From header field", make<Id::unparsable_from>("JOBID")},
      {"JOBID ignoring Authentication-Results at N from ID",
       make<Id::untrusted_auth_results>("JOBID", "N", "ID")},
      {"JOBID: DMARC-Filter header add failed",
       make<Id::add_header_failed>("JOBID", "DMARC-Filter")},
      {"JOBID: smfi_setreply() failed", make<Id::set_reply_failed>("JOBID")},
      {"JOBID: smfi_quarantine() failed", make<Id::quarantine_failed>("JOBID")},
      {"mlfi_negotiate(): required milter action(s) not available (got 0x1, need 0x21)",
       make<Id::actions_missing>("1", "21")},
      {"WARNING: symbol 'i' not available", make<Id::no_job_id>()},
      {"OpenDMARC Filter v1.0 starting (args: -f)", make<Id::starting>("1.0", " (args: -f)")},
      {"additional trusted authentication services: A, B", make<Id::trusted_services>("A, B")},
      {"OpenDMARC Filter v1.0 terminating with status 0, errno = 0",
       make<Id::terminating>("1.0", "0", "0")},
      {"configuration reloaded from FILE", make<Id::reloaded>("FILE")},
      {"ignoring reload signal", make<Id::reload_ignored>()},
      {"can't write pid to FILE: ERR", make<Id::pid_file>("FILE", "ERR")},
  };
  for (const auto& [line, event] : expected)
    EXPECT_EQ(event.text(), line);
}

// The priorities matter too: syslog.conf routes by them.
TEST(EventTable, keeps_the_priorities_of_opendmarc) {
  EXPECT_EQ(describe(Id::result).priority, Priority::info);
  EXPECT_EQ(describe(Id::untrusted_auth_results).priority, Priority::debug);
  EXPECT_EQ(describe(Id::multi_valued_from).priority, Priority::error);
  EXPECT_EQ(describe(Id::unparsable_from).priority, Priority::error);
  EXPECT_EQ(describe(Id::no_job_id).priority, Priority::warning);
}

}  // namespace
}  // namespace dmarc::log
