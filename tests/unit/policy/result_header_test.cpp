#include "policy/result_header.h"

#include <gtest/gtest.h>

#include <string>

#include "mail/auth_results.h"
#include "world.h"

namespace dmarc::policy {
namespace {

DmarcField field_of(Result result, std::optional<Policy> policy, Policy disposition) {
  return {.result = result,
          .header_from = "Example.COM",
          .policy = policy,
          .disposition = disposition,
          .reason = ""};
}

TEST(DmarcField, has_the_form_that_scripts_know) {
  const auto value = [](Result result, std::optional<Policy> policy, Policy disposition) {
    const auto field = dmarc_field("mx.example.org", field_of(result, policy, disposition));
    EXPECT_EQ(field.name, "Authentication-Results");
    return field.value;
  };
  EXPECT_EQ(value(Result::fail, Policy::reject, Policy::none),
            "mx.example.org; dmarc=fail (p=reject dis=none) header.from=Example.COM "
            "policy.dmarc=reject");
  EXPECT_EQ(value(Result::pass, Policy::reject, Policy::none),
            "mx.example.org; dmarc=pass (p=reject dis=none) header.from=Example.COM "
            "policy.dmarc=reject");
  EXPECT_EQ(value(Result::fail, Policy::quarantine, Policy::quarantine),
            "mx.example.org; dmarc=fail (p=quarantine dis=quarantine) header.from=Example.COM "
            "policy.dmarc=quarantine");
  EXPECT_EQ(value(Result::fail, Policy::none, Policy::none),
            "mx.example.org; dmarc=fail (p=none dis=none) header.from=Example.COM "
            "policy.dmarc=none");
  EXPECT_EQ(value(Result::none, std::nullopt, Policy::none),
            "mx.example.org; dmarc=none (p=none dis=none) header.from=Example.COM");
}

TEST(DmarcField, tells_the_reason_of_an_error) {
  DmarcField field = field_of(Result::permerror, std::nullopt, Policy::none);
  field.reason = "several From fields";
  EXPECT_EQ(dmarc_field("mx.example.org", field).value,
            "mx.example.org; dmarc=permerror reason=\"several From fields\" "
            "header.from=Example.COM");
  field.header_from.clear();
  EXPECT_EQ(dmarc_field("mx.example.org", field).value,
            "mx.example.org; dmarc=permerror reason=\"several From fields\"");
  field = field_of(Result::temperror, std::nullopt, Policy::none);
  field.reason = "no answer in time";
  EXPECT_EQ(dmarc_field("mx.example.org", field).value,
            "mx.example.org; dmarc=temperror (p=none dis=none) reason=\"no answer in time\" "
            "header.from=Example.COM");
}

TEST(DmarcField, quotes_an_id_with_a_job_id) {
  const auto field = dmarc_field("mx.example.org/4F2A1", field_of(Result::none, {}, Policy::none));
  EXPECT_EQ(field.value,
            "\"mx.example.org/4F2A1\"; dmarc=none (p=none dis=none) header.from=Example.COM");
}

TEST(DmarcField, cannot_be_broken_by_what_is_put_into_it) {
  for (const char* text : {"a\r\nX-Forged: yes", "a; dkim=pass header.d=b.com", "a\"b", "(a", "a\\",
                           "a b=c", "", "\xff\x01"}) {
    DmarcField field = field_of(Result::permerror, std::nullopt, Policy::none);
    field.reason = text;
    field.header_from = text;
    const std::string value = dmarc_field("mx.example.org", field).value;
    EXPECT_TRUE(test::is_one_printable_line(value)) << value;
    const auto parsed = mail::parse_auth_results(value);
    ASSERT_TRUE(parsed.has_value()) << value;
    EXPECT_EQ(parsed->results.size(), 1U) << value;
  }
}

TEST(SpfField, names_the_identity_that_was_checked) {
  spf::Result result;
  result.code = spf::Code::pass;
  result.domain = *dns::Name::parse("Example.COM");
  EXPECT_EQ(spf_field("mx.example.org", result).value,
            "mx.example.org; spf=pass smtp.mailfrom=example.com");
  result.scope = spf::Scope::helo;
  result.code = spf::Code::temperror;
  EXPECT_EQ(spf_field("mx.example.org", result).value,
            "mx.example.org; spf=temperror smtp.helo=example.com");
  result.domain.reset();
  result.code = spf::Code::none;
  EXPECT_EQ(spf_field("mx.example.org/4F2A1", result).value, "\"mx.example.org/4F2A1\"; spf=none");
}

TEST(SoftwareField, names_program_host_and_job) {
  Message message;
  message.job_id = "4F2A1";
  message.mta_name = "MX.example.org";
  Settings settings;
  settings.host_name = "mx.example.org";
  settings.version = "1.2.3";
  EXPECT_EQ(software_field(message, settings).name, "DMARC-Filter");
  EXPECT_EQ(software_field(message, settings).value,
            "OpenDMARC Filter v1.2.3 MX.example.org 4F2A1");
  settings.host_name = "host.example.org";
  EXPECT_EQ(software_field(message, settings).value,
            "OpenDMARC Filter v1.2.3 MX.example.org via host.example.org 4F2A1");
  message.mta_name.clear();
  EXPECT_EQ(software_field(message, settings).value,
            "OpenDMARC Filter v1.2.3 host.example.org 4F2A1");
}

TEST(ShownDomain, is_as_written_where_that_is_plain_ascii) {
  Judgement judgement;
  judgement.author.as_written = "Example.COM";
  judgement.verdicts = {Verdict(*dns::Name::parse("example.com"))};
  EXPECT_EQ(shown_domain(judgement), "Example.COM");
  judgement.verdicts = {Verdict(*dns::Name::parse("other.com"))};
  EXPECT_EQ(shown_domain(judgement), "other.com");
  judgement.author.as_written =
      "b\xc3\xbc"
      "cher.example";
  judgement.verdicts = {Verdict(*dns::Name::parse("xn--bcher-kva.example"))};
  EXPECT_EQ(shown_domain(judgement), "xn--bcher-kva.example");
}

TEST(ShownDomain, comes_from_the_from_field_when_nothing_was_evaluated) {
  Judgement judgement;
  judgement.author.as_written = "Example.COM";
  EXPECT_EQ(shown_domain(judgement), "Example.COM");
  judgement.author.as_written = "[192.0.2.1]";
  EXPECT_EQ(shown_domain(judgement), "");
  judgement.author.as_written = "";
  EXPECT_EQ(shown_domain(judgement), "");
}

}  // namespace
}  // namespace dmarc::policy
