#include "config/values.h"

#include <gtest/gtest.h>

namespace dmarc::config {
namespace {

Values read(std::string_view text) {
  auto values = read_values(text);
  EXPECT_TRUE(values) << (values ? "" : values.error().reason);
  return values ? std::move(*values) : Values{};
}

/// "LINE: REASON"
std::string failure(std::string_view text) {
  const auto values = read_values(text);
  if (values) return "none";
  return std::to_string(values.error().line) + ": " + values.error().reason;
}

TEST(Reader, an_empty_file_sets_nothing) {
  for (const char* text : {"", "\n", "\n\n  \t\n", "# only a comment", "  # one\n#two\n"}) {
    const Values values = read(text);
    EXPECT_FALSE(values.is_set("Socket"));
    EXPECT_EQ(values.line("Socket"), 0U);
    EXPECT_EQ(values.text("RejectString"), "rejected by DMARC policy for %s");
    EXPECT_TRUE(values.flag("Background"));
  }
}

TEST(Reader, a_line_is_a_name_blanks_and_the_rest) {
  const Values values = read(
      "AuthservID OpenDMARC\n"
      "\t Socket \t inet:8893@127.0.0.1 \t\n"
      "RejectString no,  not  for %s");
  EXPECT_EQ(values.text("AuthservID"), "OpenDMARC");
  EXPECT_EQ(values.text("Socket"), "inet:8893@127.0.0.1");
  EXPECT_EQ(values.text("RejectString"), "no,  not  for %s");
  EXPECT_EQ(values.line("RejectString"), 3U);
}

TEST(Reader, names_have_no_case) {
  EXPECT_TRUE(read("rejectfailures true").flag("RejectFailures"));
  EXPECT_EQ(read("USERID x").text("UserID"), "x");
  EXPECT_EQ(read("Userid x").text("UserID"), "x");
}

TEST(Reader, a_hash_cuts_the_line_wherever_it_stands) {
  EXPECT_EQ(read("AuthservID a#b").text("AuthservID"), "a");
  EXPECT_EQ(read("AuthservID a # b").text("AuthservID"), "a");
  EXPECT_EQ(failure("AuthservID # b"),
            "1: required value missing for AuthservID: expected text such as \"HOSTNAME\"");
}

TEST(Reader, quotes_and_backslashes_are_ordinary) {
  EXPECT_EQ(read(R"(AuthservID "a\)").text("AuthservID"), R"("a\)");
}

TEST(Reader, the_last_line_of_a_name_counts) {
  const Values values = read("Socket a\nSocket b\nsocket c\n");
  EXPECT_EQ(values.text("Socket"), "c");
  EXPECT_EQ(values.line("Socket"), 3U);
  ASSERT_EQ(values.replaced().size(), 2U);
  EXPECT_EQ(values.replaced()[0].line, 1U);
  EXPECT_EQ(values.replaced()[0].by_line, 2U);
}

TEST(Reader, lines_may_end_with_cr_lf) {
  const Values values =
      read("\xef\xbb\xbfSocket inet:1@[::1]\r\n\r\nDNSTimeout 7\r\nSyslog true\r\n");
  EXPECT_EQ(values.text("Socket"), "inet:1@[::1]");
  EXPECT_EQ(values.number("DNSTimeout"), 7);
  EXPECT_TRUE(values.flag("Syslog"));
}

TEST(Reader, long_lines_are_not_split) {
  const std::string name(60'000, 'a');
  EXPECT_EQ(read("AuthservID " + name + "\nSyslog 1").text("AuthservID"), name);
  EXPECT_TRUE(read("#" + name + "\nSyslog 1").flag("Syslog"));
  EXPECT_EQ(failure("\nAuthservID " + name + name), "2: line longer than 65536 octets");
}

TEST(Reader, a_boolean_is_told_by_its_first_character) {
  for (const char* word : {"true", "True", "TRUE", "t", "yes", "Y", "1", "1st", "tru", "yellow"})
    EXPECT_TRUE(read(std::string("RejectFailures ") + word).flag("RejectFailures")) << word;
  for (const char* word : {"false", "F", "no", "N", "0", "never"})
    EXPECT_FALSE(read(std::string("Background ") + word).flag("Background")) << word;
  EXPECT_EQ(failure("Syslog true\nRejectFailures maybe"),
            "2: illegal value \"maybe\" for RejectFailures: expected true or false");
  EXPECT_EQ(failure("Syslog on"), "1: illegal value \"on\" for Syslog: expected true or false");
}

TEST(Reader, integers_are_those_of_c) {
  EXPECT_EQ(read("UMask 022").number("UMask"), 022);
  EXPECT_EQ(read("UMask 22").number("UMask"), 22);
  EXPECT_EQ(read("UMask 0x12").number("UMask"), 022);
  EXPECT_EQ(read("UMask 01000").number("UMask"), 01000);
  EXPECT_EQ(read("DNSTimeout +7").number("DNSTimeout"), 7);
  const std::string mask = " for UMask: expected an octal number from 0 to 0777, with a leading 0";
  for (const char* value : {"08", "rw", "2x", "-1", "0x", "99999999999999999999", "7 7"})
    EXPECT_EQ(failure(std::string("UMask ") + value),
              std::string("1: illegal value \"") + value + "\"" + mask);
}

TEST(Reader, durations_have_a_range) {
  const std::string range = " for DNSTimeout: expected a number of seconds from 1 to 3600";
  for (const char* value : {"0", "-5", "3601", "5s", "1.5"})
    EXPECT_EQ(failure(std::string("DNSTimeout ") + value),
              std::string("1: illegal value \"") + value + "\"" + range);
  EXPECT_EQ(read("DNSTimeout 3600").number("DNSTimeout"), 3600);
}

TEST(Reader, words_of_a_choice_have_no_case) {
  EXPECT_TRUE(read("DiscoveryMethod PSL").is({"DiscoveryMethod", "psl"}));
  EXPECT_TRUE(read("").is({"DiscoveryMethod", "treewalk"}));
  EXPECT_EQ(failure("DiscoveryMethod walk"),
            "1: illegal value \"walk\" for DiscoveryMethod: expected treewalk or psl");
}

TEST(Reader, lists_are_split_at_commas) {
  using List = std::vector<std::string>;
  const auto ids = [](std::string_view value) {
    return read("TrustedAuthservIDs " + std::string(value)).list("TrustedAuthservIDs");
  };
  EXPECT_EQ(ids("a"), (List{"a"}));
  EXPECT_EQ(ids(",a,, b ,c d,\t"), (List{"a", "b", "c"}));
  EXPECT_EQ(ids(","), List{});
  EXPECT_EQ(read("Nameservers ::1 192.0.2.1,[::2]:53").list("Nameservers"),
            (List{"::1", "192.0.2.1", "[::2]:53"}));
  EXPECT_EQ(read("").list("TrustedAuthservIDs"), List{});
}

TEST(Reader, a_value_is_required) {
  EXPECT_EQ(failure("\nSocket"),
            "2: required value missing for Socket: expected text such as "
            "\"inet:8893@127.0.0.1\"");
  EXPECT_EQ(failure("Syslog \t"), "1: required value missing for Syslog: expected true or false");
}

TEST(Reader, control_characters_are_no_value) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(failure("Socket a\0b"sv),
            "1: illegal value \"a\\x00b\" for Socket: control characters are not allowed");
  EXPECT_EQ(failure("RejectString a\rb"),
            "1: illegal value \"a\\x0db\" for RejectString: control characters are not allowed");
}

TEST(Reader, an_unknown_name_suggests_the_one_that_was_meant) {
  EXPECT_EQ(failure("Syslog 1\n\nAuthServerID x"),
            "3: unrecognized parameter \"AuthServerID\"; did you mean \"AuthservID\"?");
  EXPECT_EQ(failure("rejectfailure true"),
            "1: unrecognized parameter \"rejectfailure\"; did you mean \"RejectFailures\"?");
  EXPECT_EQ(failure("Elephant true"), "1: unrecognized parameter \"Elephant\"");
  EXPECT_EQ(failure("\x1b[31m x"), "1: unrecognized parameter \"\\x1b[31m\"");
  EXPECT_EQ(failure("Elephant"), "1: unrecognized parameter \"Elephant\"");
  EXPECT_EQ(failure(std::string(65'000, 'x')),
            "1: unrecognized parameter \"" + std::string(64, 'x') + "...\"");
}

TEST(Reader, a_name_of_old_versions_tells_its_successor) {
  EXPECT_EQ(failure("AlwaysDeliver true"),
            "1: unrecognized parameter \"AlwaysDeliver\"; RejectFailures took its place, with the "
            "opposite meaning");
  EXPECT_EQ(failure("forensicreports true"),
            "1: unrecognized parameter \"forensicreports\"; it is FailureReports now");
  EXPECT_EQ(failure("ForensicReportsSentBy a"),
            "1: unrecognized parameter \"ForensicReportsSentBy\"; it is FailureReportsSentBy now");
  EXPECT_EQ(failure("TemporaryDirectory /tmp"),
            "1: unrecognized parameter \"TemporaryDirectory\"; it is not needed any more; remove "
            "the line");
  EXPECT_EQ(failure("Include other.conf"),
            "1: unrecognized parameter \"Include\"; one file holds the whole configuration");
}

TEST(Reader, the_first_error_is_reported) {
  EXPECT_EQ(failure("Syslog 1\nNonsense\nRejectFailures maybe\n"),
            "2: unrecognized parameter \"Nonsense\"");
}

/// "LINE:ENTRY LINE:ENTRY"
std::string entries(std::string_view text) {
  std::string result;
  for (const ListEntry& entry : parse_list_file(text))
    result += (result.empty() ? "" : " ") + std::to_string(entry.line) + ":" + entry.text;
  return result;
}

TEST(ListFile, has_one_entry_a_line) {
  EXPECT_EQ(entries("a\nb\n"), "1:a 2:b");
  EXPECT_EQ(entries("a\nb"), "1:a 2:b");
  EXPECT_EQ(entries(""), "");
}

TEST(ListFile, an_entry_ends_at_the_first_blank_or_hash) {
  EXPECT_EQ(entries("a b c\nd#e\nf # g\n"), "1:a 2:d 3:f");
}

TEST(ListFile, blanks_before_an_entry_do_no_harm) {
  EXPECT_EQ(entries("  a\n\tb\n"), "1:a 2:b");
}

TEST(ListFile, empty_lines_and_comments_are_skipped) {
  EXPECT_EQ(entries("\n# a\n   \n  # b\nc\n"), "5:c");
}

TEST(ListFile, lines_may_end_with_cr_lf) {
  EXPECT_EQ(entries("a\r\n\r\nb\r\n"), "1:a 3:b");
}

TEST(ListFile, long_lines_are_not_split) {
  const std::string comment(10'000, '#');
  EXPECT_EQ(entries(comment + "\na\n"), "2:a");
}

}  // namespace
}  // namespace dmarc::config
