#include "config/configuration.h"

#include <gtest/gtest.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "spf/libspf2/libspf2.h"
#include "support/temporary_folder.h"
#include "unit/dmarc/public_suffix_file.h"

namespace dmarc::config {
namespace {

using List = std::vector<std::string>;

Configuration made_from(std::string_view text) {
  auto made = load_text(text, "/etc/opendmarc.conf", "dmarcd");
  EXPECT_TRUE(made) << made.error();
  return made ? std::move(*made) : Configuration{};
}

std::string host_name() {
  std::array<char, 256> name{};
  EXPECT_EQ(::gethostname(name.data(), name.size() - 1), 0);
  return name.data();
}

bool ignores(const Configuration& made, std::string_view host, std::string_view address) {
  return made.policy.ignore_hosts.contains(host, base::IpAddress::parse(address));
}

TEST(Configuration, the_file_that_everybody_starts_from) {
  const Configuration made = made_from(
      "AuthservID OpenDMARC\n"
      "TrustedAuthservIDs mail.yourdomain.com\n"
      "IgnoreAuthenticatedClients true\n"
      "RejectFailures true\n"
      "RequiredHeaders    true\n"
      "Socket inet:8893@127.0.0.1\n"
      "SPFIgnoreResults true\n"
      "SPFSelfValidate true\n");
  EXPECT_EQ(made.path, "/etc/opendmarc.conf");
  EXPECT_EQ(made.process.socket, "inet:8893@127.0.0.1");
  EXPECT_EQ(made.policy.authserv_id, "OpenDMARC");
  EXPECT_EQ(made.policy.trusted_authserv_ids, (List{"mail.yourdomain.com"}));
  EXPECT_TRUE(made.policy.ignore_authenticated_clients);
  EXPECT_TRUE(made.policy.reject_failures);
  EXPECT_TRUE(made.policy.required_headers);
  EXPECT_TRUE(made.policy.spf_ignore_results);
  EXPECT_TRUE(made.policy.spf_self_validate);
  EXPECT_TRUE(made.warnings.empty());
}

TEST(Configuration, the_settings_of_debians_package) {
  const test::TemporaryFolder folder;
  const Configuration made = made_from(
      "PidFile /run/opendmarc/opendmarc.pid\n"
      "PublicSuffixList " +
      folder.write("suffixes", test::suffix_list_text()) +
      "\n"
      "Socket local:/run/opendmarc/opendmarc.sock\n"
      "Syslog true\n"
      "UMask 0002\n"
      "UserID opendmarc\n");
  EXPECT_EQ(made.process.pid_file, "/run/opendmarc/opendmarc.pid");
  EXPECT_EQ(made.process.socket, "local:/run/opendmarc/opendmarc.sock");
  EXPECT_EQ(made.process.umask, 2U);
  EXPECT_EQ(made.process.user, "opendmarc");
  EXPECT_TRUE(made.logging.syslog);
  ASSERT_NE(made.policy.public_suffixes, nullptr);
  EXPECT_TRUE(made.policy.public_suffixes->is_public_suffix(*dns::Name::parse("co.uk")));
  EXPECT_EQ(made.policy.discovery, DiscoveryMethod::treewalk);
  EXPECT_TRUE(made.warnings.empty());
}

TEST(Configuration, defaults_are_those_of_an_empty_file) {
  const Configuration made = defaults();
  EXPECT_EQ(made.path, "");
  EXPECT_EQ(made.process.socket, "");
  EXPECT_EQ(made.process.user, "");
  EXPECT_EQ(made.process.umask, std::nullopt);
  EXPECT_TRUE(made.process.background);
  EXPECT_EQ(made.process.max_connections, 5000U);
  EXPECT_FALSE(made.logging.syslog);
  EXPECT_EQ(made.logging.facility, LOG_MAIL);
  EXPECT_EQ(made.dns.timeout, std::chrono::seconds(5));
  EXPECT_TRUE(made.dns.nameservers.empty());
  EXPECT_TRUE(made.warnings.empty());
}

TEST(Configuration, the_default_policy_is_that_of_a_settings_value) {
  const policy::Settings made = defaults().policy;
  const policy::Settings plain;
  EXPECT_EQ(made.authserv_id, plain.authserv_id);
  EXPECT_EQ(made.authserv_id_with_job_id, plain.authserv_id_with_job_id);
  EXPECT_EQ(made.trusted_authserv_ids, plain.trusted_authserv_ids);
  EXPECT_EQ(made.auth_results_trust, plain.auth_results_trust);
  EXPECT_EQ(made.software_header, plain.software_header);
  EXPECT_EQ(made.ignore_authenticated_clients, plain.ignore_authenticated_clients);
  EXPECT_EQ(made.ignore_mail_from, plain.ignore_mail_from);
  EXPECT_EQ(made.required_headers, plain.required_headers);
  EXPECT_EQ(made.required_from, plain.required_from);
  EXPECT_EQ(made.reject_multi_value_from, plain.reject_multi_value_from);
  EXPECT_EQ(made.multi_from_policy, plain.multi_from_policy);
  EXPECT_EQ(made.dkim_self_validate, plain.dkim_self_validate);
  EXPECT_EQ(made.dkim_ignore_results, plain.dkim_ignore_results);
  EXPECT_EQ(made.arc_self_validate, plain.arc_self_validate);
  EXPECT_EQ(made.spf_ignore_results, plain.spf_ignore_results);
  EXPECT_EQ(made.spf_self_validate, plain.spf_self_validate);
  EXPECT_EQ(made.spf.evaluator, plain.spf.evaluator);
  EXPECT_EQ(made.discovery, plain.discovery);
  EXPECT_EQ(made.public_suffixes, plain.public_suffixes);
  EXPECT_EQ(made.reject_failures, plain.reject_failures);
  EXPECT_EQ(made.hold_quarantined_messages, plain.hold_quarantined_messages);
  EXPECT_EQ(made.reject_string, plain.reject_string);
  EXPECT_EQ(made.temp_error_action, plain.temp_error_action);
}

TEST(Configuration, knows_its_host_and_version) {
  const Configuration made = defaults();
  EXPECT_EQ(made.policy.host_name, host_name());
  EXPECT_EQ(made.policy.spf.receiver, host_name());
  EXPECT_FALSE(made.policy.version.empty());
}

TEST(Configuration, every_switch_arrives_where_it_belongs) {
  EXPECT_TRUE(made_from("AuthservIDWithJobID true").policy.authserv_id_with_job_id);
  EXPECT_TRUE(made_from("SoftwareHeader true").policy.software_header);
  EXPECT_TRUE(made_from("DKIMIgnoreResults true").policy.dkim_ignore_results);
  EXPECT_TRUE(made_from("RequiredFrom true").policy.required_from);
  EXPECT_TRUE(made_from("RejectMultiValueFrom true").policy.reject_multi_value_from);
  EXPECT_TRUE(made_from("HoldQuarantinedMessages true").policy.hold_quarantined_messages);
  EXPECT_FALSE(made_from("Background false").process.background);
  EXPECT_EQ(made_from("MaximumConnections 0").process.max_connections, 0U);
  EXPECT_EQ(made_from("RejectString go away").policy.reject_string, "go away");
  EXPECT_EQ(made_from("DNSTimeout 60").dns.timeout, std::chrono::seconds(60));
}

TEST(Configuration, every_choice_arrives_where_it_belongs) {
  EXPECT_EQ(made_from("AuthResultsTrust any").policy.auth_results_trust,
            policy::AuthResultsTrust::any);
  EXPECT_EQ(made_from("AuthResultsTrust topmost").policy.auth_results_trust,
            policy::AuthResultsTrust::topmost);
  EXPECT_EQ(made_from("MultiFromPolicy permerror").policy.multi_from_policy,
            policy::MultiFromPolicy::permerror);
  EXPECT_EQ(made_from("TempErrorAction Tempfail").policy.temp_error_action,
            policy::TempErrorAction::tempfail);
  EXPECT_EQ(made_from("TempErrorAction accept").policy.temp_error_action,
            policy::TempErrorAction::accept);
  EXPECT_EQ(made_from("DKIMSelfValidate True").policy.dkim_self_validate,
            policy::SelfValidate::always);
  EXPECT_EQ(made_from("DKIMSelfValidate false").policy.dkim_self_validate,
            policy::SelfValidate::never);
  EXPECT_EQ(made_from("ARCSelfValidate True").policy.arc_self_validate,
            policy::SelfValidate::always);
  EXPECT_EQ(made_from("ARCSelfValidate false").policy.arc_self_validate,
            policy::SelfValidate::never);
  EXPECT_EQ(made_from("MilterEngine native").process.engine, MilterEngine::native);
  EXPECT_EQ(made_from("MilterEngine libmilter").process.engine, MilterEngine::libmilter);
  EXPECT_EQ(made_from("SPFEngine libspf2").policy.spf.evaluator, &spf::libspf2());
  EXPECT_EQ(made_from("SPFEngine native").policy.spf.evaluator, nullptr);
  EXPECT_EQ(made_from("SPFVoidLookups 5").policy.spf.max_void_lookups, 5U);
  EXPECT_EQ(made_from("DiscoveryMethod psl").policy.discovery, DiscoveryMethod::psl);
}

TEST(Configuration, newer_names_choose_the_discovery_method) {
  for (const char* mode : {"psl", "RFC7489"})
    EXPECT_EQ(made_from(std::string("DMARCbisWalkMode ") + mode).policy.discovery,
              DiscoveryMethod::psl);
  for (const char* mode : {"auto", "rfc9989", "whatever"})
    EXPECT_EQ(made_from(std::string("DMARCbisWalkMode ") + mode).policy.discovery,
              DiscoveryMethod::treewalk);
  EXPECT_EQ(made_from("DMARCbisWalkMode psl\nDiscoveryMethod treewalk").policy.discovery,
            DiscoveryMethod::treewalk);
}

TEST(Configuration, facilities_have_names) {
  EXPECT_EQ(made_from("SyslogFacility LOCAL3").logging.facility, LOG_LOCAL3);
  EXPECT_EQ(made_from("SyslogFacility security").logging.facility, LOG_AUTH);
  EXPECT_EQ(made_from("SyslogFacility daemon").logging.facility, LOG_DAEMON);
}

TEST(Configuration, hostname_stands_for_this_host) {
  const auto policy = made_from("AuthservID HOSTNAME\nTrustedAuthservIDs a, HOSTNAME").policy;
  EXPECT_EQ(policy.authserv_id, host_name());
  EXPECT_EQ(policy.trusted_authserv_ids, (List{"a", host_name()}));
  EXPECT_EQ(made_from("AuthservID hostname").policy.authserv_id, "hostname");
}

TEST(Configuration, authserv_id_may_be_the_list_of_trusted_ids) {
  const auto policy = made_from("AuthservID a, b,HOSTNAME").policy;
  EXPECT_EQ(policy.authserv_id, "a");
  EXPECT_EQ(policy.trusted_authserv_ids, (List{"a", "b", host_name()}));
}

TEST(Configuration, authserv_id_is_one_name_beside_a_list_of_trusted_ids) {
  const auto policy = made_from("AuthservID a, b\nTrustedAuthservIDs c").policy;
  EXPECT_EQ(policy.authserv_id, "a");
  EXPECT_EQ(policy.trusted_authserv_ids, (List{"c"}));
}

TEST(Configuration, ignored_domains_are_kept_as_names) {
  EXPECT_EQ(
      made_from("IgnoreMailFrom Example.COM , b\xc3\xbc"
                "cher.example")
          .policy.ignore_mail_from,
      (std::vector{*dns::Name::parse("example.com"), *dns::Name::parse("xn--bcher-kva.example")}));
}

TEST(Configuration, nameservers_have_optional_ports) {
  const auto servers = made_from("Nameservers 127.0.0.1:5353, ::1 192.0.2.1").dns.nameservers;
  ASSERT_EQ(servers.size(), 3U);
  EXPECT_EQ(servers[0], resolver::ServerAddress::parse("127.0.0.1:5353"));
  EXPECT_EQ(servers[1], resolver::ServerAddress::parse("::1"));
  EXPECT_EQ(servers[2], resolver::ServerAddress::parse("192.0.2.1"));
}

TEST(Configuration, this_machine_is_always_ignored) {
  const test::TemporaryFolder folder;
  for (const std::string& text :
       {std::string(), "IgnoreHosts " + folder.write("hosts", "192.0.2.1\n")}) {
    const Configuration made = made_from(text);
    EXPECT_TRUE(ignores(made, "localhost", "127.0.0.1"));
    EXPECT_TRUE(ignores(made, "localhost", "::1"));
    EXPECT_FALSE(ignores(made, "localhost", "127.0.0.2"));
  }
}

TEST(Configuration, this_machine_can_be_an_exception) {
  const test::TemporaryFolder folder;
  const Configuration made = made_from("IgnoreHosts " + folder.write("hosts", "!127.0.0.1\n"));
  EXPECT_FALSE(ignores(made, "localhost", "127.0.0.1"));
}

TEST(Configuration, ignored_hosts_come_from_a_file) {
  const test::TemporaryFolder folder;
  const Configuration made =
      made_from("IgnoreHosts " +
                folder.write("hosts", "# relays\n  mail.example.org  our relay\n192.0.2.0/24\n"));
  EXPECT_TRUE(ignores(made, "mail.example.org", "203.0.113.1"));
  EXPECT_TRUE(ignores(made, "unknown", "192.0.2.99"));
  EXPECT_FALSE(ignores(made, "unknown", "203.0.113.1"));
  EXPECT_TRUE(made.warnings.empty());
}

TEST(Configuration, relative_paths_are_below_the_base_directory) {
  const test::TemporaryFolder folder;
  folder.write("hosts", "192.0.2.1\n");
  folder.write("suffixes", test::suffix_list_text());
  const Configuration made = made_from(
      "IgnoreHosts hosts\nPublicSuffixList suffixes\nBaseDirectory " + folder.path() + "\n");
  EXPECT_EQ(made.process.base_directory, folder.path());
  EXPECT_TRUE(ignores(made, "unknown", "192.0.2.1"));
  EXPECT_NE(made.policy.public_suffixes, nullptr);
}

// The filter changes to it between reading the configuration and writing the history.
TEST(Configuration, files_below_a_relative_base_directory_are_found_from_anywhere) {
  const test::TemporaryFolder folder;
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  std::filesystem::create_directory("base");
  const Configuration made = made_from("HistoryFile history\nBaseDirectory base\n");
  std::filesystem::current_path(here);
  EXPECT_EQ(made.history.path, folder.path("base/history"));
}

TEST(Configuration, restart_limits) {
  const auto rate = [](std::string_view text) {
    return made_from("AutoRestartRate " + std::string(text)).process.restart_limits.rate;
  };
  EXPECT_EQ(rate("10/1h")->restarts, 10U);
  EXPECT_EQ(rate("10/1h")->period, std::chrono::hours(1));
  EXPECT_EQ(rate("3/90")->period, std::chrono::seconds(90));
  EXPECT_EQ(rate("3/2D")->period, std::chrono::hours(48));
  EXPECT_EQ(rate("0/5m")->restarts, 0U);
  for (const char* wrong : {"10", "/1h", "10/", "10/h", "10/0", "-1/1h", "10/1w", "1/1h1"})
    EXPECT_FALSE(rate(wrong)) << wrong;
  EXPECT_EQ(made_from("AutoRestartCount 7").process.restart_limits.count, 7U);
}

TEST(Configuration, the_whitelist_is_that_of_the_option_and_of_its_file) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("list", "# forwarders\nForwarder.example  # ours\n");
  const auto made =
      made_from("DomainWhitelist lists.example, relay.example\nDomainWhitelistFile " + path);
  std::vector<std::string> names;
  for (const dns::Name& name : made.policy.domain_whitelist)
    names.push_back(name.text());
  EXPECT_EQ(names,
            (std::vector<std::string>{"lists.example", "relay.example", "forwarder.example"}));
}

TEST(Configuration, test_data_is_read_with_the_rest) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("zone", "_dmarc.example.org v=DMARC1; p=none\n");
  const auto data = made_from("TestDNSData " + path).dns.test_data;
  ASSERT_TRUE(data);
  EXPECT_TRUE(data->lists(*dns::Name::parse("_dmarc.example.org")));
  EXPECT_FALSE(made_from("DNSTimeout 5").dns.test_data);
  EXPECT_FALSE(made_from("TestDNSData " + folder.write("empty", "# nothing\n")).dns.test_data);
}

TEST(Configuration, a_file_is_read_by_its_path) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("opendmarc.conf", "Socket inet:1@127.0.0.1\r\n");
  const auto made = load(path, "dmarcd");
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(made->path, path);
  EXPECT_EQ(made->process.socket, "inet:1@127.0.0.1");
}

}  // namespace
}  // namespace dmarc::config
