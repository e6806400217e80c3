#include "config/options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "config/values.h"
#include "support/data.h"

namespace dmarc::config {
namespace {

/// OpenDMARC's own list: the names and defaults that existing files rely on. DNSTimeout, which does
/// nothing there and has no default, is the one row that differs on purpose.
struct Known {
  std::string_view name;
  std::string_view default_value;
};
constexpr Known opendmarc_options[] = {
    {"AuthservID", ""},
    {"AuthservIDWithJobID", "false"},
    {"AutoRestart", "false"},
    {"AutoRestartCount", "0"},
    {"AutoRestartRate", ""},
    {"Background", "true"},
    {"BaseDirectory", ""},
    {"ChangeRootDirectory", ""},
    {"CopyFailuresTo", ""},
    {"DNSTimeout", "5"},
    {"DomainWhitelist", ""},
    {"DomainWhitelistFile", ""},
    {"DomainWhitelistSize", "3000"},
    {"EnableCoredumps", "false"},
    {"FailureReports", "false"},
    {"FailureReportsBcc", ""},
    {"FailureReportsOnNone", "false"},
    {"FailureReportsSentBy", ""},
    {"HistoryFile", ""},
    {"HoldQuarantinedMessages", "false"},
    {"IgnoreAuthenticatedClients", "false"},
    {"IgnoreHosts", ""},
    {"IgnoreMailFrom", ""},
    {"IgnoreMailTo", ""},
    {"MilterDebug", "0"},
    {"NoReportsList", ""},
    {"PidFile", ""},
    {"PublicSuffixList", ""},
    {"RecordAllMessages", "false"},
    {"RequiredHeaders", "false"},
    {"RequiredFrom", "false"},
    {"RejectFailures", "false"},
    {"RejectMultiValueFrom", "false"},
    {"RejectString", "rejected by DMARC policy for %s"},
    {"ReportCommand", "/usr/sbin/sendmail -t -odq"},
    {"Socket", ""},
    {"SoftwareHeader", "false"},
    {"SPFIgnoreResults", "false"},
    {"SPFSelfValidate", "false"},
    {"Syslog", "false"},
    {"SyslogFacility", "mail"},
    {"TestDNSData", ""},
    {"TrustedAuthservIDs", ""},
    {"UMask", ""},
    {"UserID", ""},
};

/// A value that the option accepts.
std::string_view sample_value(const Option& option) {
  if (!option.example.empty()) return option.example;
  return option.default_value.empty() ? "example" : option.default_value;
}

template <typename Visit>
void for_each_option(Visit visit) {
  for (const Section& section : sections) {
    for (const Option& option : section.options)
      visit(option);
  }
}

TEST(Options, every_option_of_opendmarc_is_known_with_its_default) {
  EXPECT_EQ(std::size(opendmarc_options), 45U);
  for (const Known& known : opendmarc_options) {
    const Option* option = find_option(known.name);
    ASSERT_NE(option, nullptr) << known.name;
    EXPECT_EQ(option->name, known.name);
    EXPECT_EQ(option->default_value, known.default_value) << known.name;
  }
}

TEST(Options, what_opendmarc_reads_at_start_only_is_read_at_start_only) {
  for (const char* name :
       {"AutoRestart", "AutoRestartCount", "AutoRestartRate", "Background", "ChangeRootDirectory",
        "EnableCoredumps", "MilterDebug", "PidFile", "Socket", "UMask", "UserID"})
    EXPECT_EQ(find_option(name)->reload, Reload::at_start) << name;
  for (const char* name : {"AuthservID", "IgnoreHosts", "RejectFailures", "RejectString"})
    EXPECT_EQ(find_option(name)->reload, Reload::for_new_connections) << name;
}

TEST(Options, names_are_unique_in_any_case) {
  std::set<std::string> names;
  for (const std::string_view name : option_names())
    EXPECT_TRUE(names.insert(base::lower(name)).second) << name;
  EXPECT_EQ(find_option("rejectFAILURES"), find_option("RejectFailures"));
  EXPECT_EQ(find_option("RejectFailure"), nullptr);
  EXPECT_EQ(find_option(""), nullptr);
}

TEST(Options, every_default_and_every_example_is_a_value) {
  for_each_option([](const Option& option) {
    Values values;
    EXPECT_TRUE(values.set(option, sample_value(option), 1)) << option.name;
    if (!option.default_value.empty()) {
      EXPECT_TRUE(values.set(option, option.default_value, 2)) << option.name;
    }
  });
}

TEST(Options, every_word_of_a_choice_is_a_value_and_another_is_not) {
  for_each_option([](const Option& option) {
    if (option.type != Type::choice) return;
    Values values;
    for (const std::string_view word : option.choices())
      EXPECT_TRUE(values.set(option, word, 1)) << option.name << " " << word;
    EXPECT_FALSE(values.set(option, "otherwise", 1)) << option.name;
    EXPECT_NE(std::ranges::find(option.choices(), option.default_value), option.choices().end());
  });
}

/// What is in the table is read somewhere: the code that fills a Configuration names it.
TEST(Options, every_option_is_read) {
  std::string code;
  for (const char* file :
       {"configuration.cpp", "fill_policy.cpp", "fill_process.cpp", "fill_reports.cpp"})
    code += test::read_data(std::string("../../src/config/") + file);
  for_each_option([&](const Option& option) {
    const std::string name = "\"" + std::string(option.name) + "\"";
    EXPECT_EQ(code.find(name) != std::string::npos, option.effect == Effect::acts) << option.name;
  });
}

TEST(Options, every_option_is_explained) {
  for_each_option([](const Option& option) {
    EXPECT_TRUE(option.summary.ends_with('.')) << option.name;
    EXPECT_EQ(option.effect == Effect::never,
              !option.details.empty() && !option.details.ends_with('.'))
        << option.name;
    const bool has_value = !option.example.empty() || !option.default_value.empty();
    EXPECT_TRUE(has_value || option.in_sample == InSample::absent) << option.name;
  });
}

TEST(Options, an_error_can_say_what_a_value_has_to_be) {
  const auto expected = [](std::string_view name) { return expected_value(*find_option(name)); };
  EXPECT_EQ(expected("Syslog"), "true or false");
  EXPECT_EQ(expected("DiscoveryMethod"), "treewalk or psl");
  EXPECT_EQ(expected("DNSTimeout"), "a number of seconds from 1 to 3600");
  EXPECT_EQ(expected("UMask"), "an octal number from 0 to 0777, with a leading 0");
  EXPECT_EQ(expected("AutoRestartCount"), "a number from 0 to 2147483647");
  EXPECT_EQ(expected("IgnoreMailFrom"), "a list such as \"example.com,example.net\"");
  EXPECT_EQ(expected("IgnoreHosts"), "a path such as \"/etc/opendmarc/ignore.hosts\"");
  EXPECT_EQ(expected("SyslogFacility"), "text such as \"mail\"");
  EXPECT_EQ(expected("TestDNSData"), "a path");
  EXPECT_EQ(expected("Nameservers"), "IP addresses, each with an optional port");
}

}  // namespace
}  // namespace dmarc::config
