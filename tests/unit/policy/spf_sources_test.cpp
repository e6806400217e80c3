#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/authentication.h"
#include "world.h"

namespace dmarc::policy {
namespace {

using Source = Authentication::SpfSource;
using test::Mail;

mail::MethodResult spf_result(std::string_view result, std::string_view property,
                              std::string_view value) {
  return {"spf",
          mail::parse_result_word(result),
          "",
          {{"smtp", std::string(property), std::string(value)}}};
}

spf::Result own_result(spf::Code code, std::string_view domain = "legitimate.com") {
  spf::Result result;
  result.code = code;
  if (const auto name = dns::Name::parse(domain)) result.domain = *name;
  return result;
}

/// A message whose sender is at legitimate.com, and its possible sources.
struct Sources {
  Mail mail = Mail().sender("<any@legitimate.com>").helo("mail.legitimate.com");
  std::vector<mail::MethodResult> upstream = {};
  Settings settings = {};
  std::optional<spf::Result> own = {};

  Sources& received(std::string_view value) {
    mail.field("Received-SPF", value);
    return *this;
  }
  SpfFinding find() { return find_spf(mail.message(), settings, upstream, own ? &*own : nullptr); }
};

void expect(const SpfFinding& found, Source source, MethodOutcome outcome,
            std::string_view domain = "legitimate.com") {
  EXPECT_EQ(found.source, source);
  ASSERT_TRUE(found.input.has_value());
  EXPECT_EQ(found.input->outcome, outcome);
  EXPECT_EQ(found.input->domain.text(), domain);
}

void expect_nothing(const SpfFinding& found) {
  EXPECT_EQ(found.source, Source::none);
  EXPECT_FALSE(found.input.has_value());
}

TEST(SpfSources, take_a_trusted_pass_for_the_envelope_sender) {
  for (const char* value : {"legitimate.com", "LEGITIMATE.com", "any@legitimate.com",
                            "@legitimate.com", "a@b@legitimate.com"}) {
    Sources sources{.upstream = {spf_result("pass", "mailfrom", value)}};
    expect(sources.find(), Source::auth_results, MethodOutcome::pass);
  }
}

TEST(SpfSources, need_the_very_domain_of_the_envelope_sender) {
  for (const char* value :
       {"attack.com", "sub.legitimate.com", "com", "", "any@legitimate.com@attack.com",
        "legitimate.com.", "legitimate.com'", "legitimate.com(.attack.com", "@"}) {
    Sources sources{.upstream = {spf_result("pass", "mailfrom", value)}};
    expect_nothing(sources.find());
  }
}

TEST(SpfSources, ignore_a_pass_for_helo_when_there_is_a_sender) {
  Sources sources{.upstream = {spf_result("pass", "helo", "legitimate.com")}};
  expect_nothing(sources.find());
}

TEST(SpfSources, take_a_pass_for_helo_when_the_sender_is_null) {
  for (const char* property : {"helo", "mailfrom"}) {
    Sources sources{.upstream = {spf_result("pass", property, "mail.legitimate.com")}};
    sources.mail.sender("<>");
    expect(sources.find(), Source::auth_results, MethodOutcome::pass, "mail.legitimate.com");
  }
  Sources other{.upstream = {spf_result("pass", "helo", "legitimate.com")}};
  other.mail.sender("<>");
  expect_nothing(other.find());
}

TEST(SpfSources, have_no_identity_when_the_sender_is_no_clean_path) {
  for (const char* sender :
       {"<any@[1.2.3.4]>", "<any>", "<(any@legitimate.com>", "<any@legitimate.com(a.attack.com>"}) {
    Sources sources{.upstream = {spf_result("pass", "mailfrom", "legitimate.com")}};
    sources.mail.sender(sender);
    sources.received("pass identity=mailfrom; envelope-from=any@legitimate.com");
    expect_nothing(sources.find());
  }
}

TEST(SpfSources, have_no_identity_when_the_sender_is_null_and_helo_no_host_name) {
  Sources sources{.upstream = {spf_result("pass", "helo", "[1.2.3.4]")}};
  sources.mail.sender("<>").helo("[1.2.3.4]");
  expect_nothing(sources.find());
}

TEST(SpfSources, carry_temporary_errors_and_other_results) {
  Sources temporary{.upstream = {spf_result("temperror", "mailfrom", "legitimate.com")}};
  expect(temporary.find(), Source::auth_results, MethodOutcome::temperror);
  for (const char* word :
       {"fail", "softfail", "neutral", "none", "permerror", "policy", "passed"}) {
    Sources other{.upstream = {spf_result(word, "mailfrom", "legitimate.com")}};
    expect(other.find(), Source::auth_results, MethodOutcome::other);
  }
}

TEST(SpfSources, take_the_topmost_of_several_results_for_the_sender) {
  for (const auto& [word, outcome] :
       {std::pair{"fail", MethodOutcome::other}, std::pair{"temperror", MethodOutcome::temperror},
        std::pair{"pass", MethodOutcome::pass}}) {
    Sources sources{.upstream = {spf_result(word, "mailfrom", "legitimate.com"),
                                 spf_result("pass", "mailfrom", "legitimate.com")}};
    expect(sources.find(), Source::auth_results, outcome);
  }
}

// M2: a filter may report both identities, in one field or in two.
TEST(SpfSources, take_the_topmost_for_the_identity_not_of_all) {
  Sources sender{.upstream = {spf_result("none", "helo", "mail.legitimate.com"),
                              spf_result("fail", "mailfrom", "attack.com"),
                              spf_result("pass", "mailfrom", "legitimate.com")}};
  expect(sender.find(), Source::auth_results, MethodOutcome::pass);
  Sources null{.upstream = {spf_result("fail", "mailfrom", "legitimate.com"),
                            spf_result("pass", "helo", "mail.legitimate.com")}};
  null.mail.sender("<>");
  expect(null.find(), Source::auth_results, MethodOutcome::pass, "mail.legitimate.com");
}

TEST(SpfSources, believe_no_pass_below_a_result_that_names_nobody) {
  const mail::MethodResult nobody{"spf", mail::ResultWord::fail, ""};
  Sources below{.upstream = {nobody, spf_result("pass", "mailfrom", "legitimate.com")}};
  expect(below.find(), Source::auth_results, MethodOutcome::other);
  Sources above{.upstream = {spf_result("pass", "mailfrom", "legitimate.com"), nobody}};
  expect(above.find(), Source::auth_results, MethodOutcome::pass);
}

TEST(SpfSources, take_the_own_check_only_when_asked_to) {
  Sources off{.own = own_result(spf::Code::pass)};
  expect_nothing(off.find());
  Sources on{.own = own_result(spf::Code::pass)};
  on.settings.spf_self_validate = true;
  expect(on.find(), Source::own, MethodOutcome::pass);
}

// T5: whatever a field says, also a pass, and whatever our own check came to.
TEST(SpfSources, never_replace_the_own_check_by_a_field) {
  for (const spf::Code code : {spf::Code::fail, spf::Code::softfail, spf::Code::none,
                               spf::Code::temperror, spf::Code::permerror, spf::Code::neutral}) {
    Sources sources{.upstream = {spf_result("pass", "mailfrom", "legitimate.com")},
                    .own = own_result(code)};
    sources.settings.spf_self_validate = true;
    expect(sources.find(), Source::own,
           code == spf::Code::temperror ? MethodOutcome::temperror : MethodOutcome::other);
  }
}

TEST(SpfSources, authenticate_nothing_by_an_own_check_without_a_domain) {
  Sources sources{.own = own_result(spf::Code::none, "")};
  sources.settings.spf_self_validate = true;
  const SpfFinding found = sources.find();
  EXPECT_EQ(found.source, Source::own);
  EXPECT_FALSE(found.input.has_value());
}

TEST(SpfSources, ignore_every_field_with_spf_ignore_results) {
  Sources sources{.upstream = {spf_result("pass", "mailfrom", "legitimate.com")}};
  sources.received("pass identity=mailfrom; envelope-from=any@legitimate.com");
  sources.settings.spf_ignore_results = true;
  expect_nothing(sources.find());
  sources.settings.spf_self_validate = true;
  sources.own = own_result(spf::Code::fail);
  expect(sources.find(), Source::own, MethodOutcome::other);
}

TEST(SpfSources, read_received_spf_when_nothing_better_is_known) {
  for (const char* value : {"pass identity=mailfrom; envelope-from=any@legitimate.com",
                            "Pass (why) identity=mailfrom; envelope-from=\"any@legitimate.com\"",
                            "pass envelope-from=legitimate.com; identity=mailfrom;"}) {
    Sources sources;
    expect(sources.received(value).find(), Source::received_spf, MethodOutcome::pass);
  }
  Sources temporary;
  temporary.received("temperror identity=mailfrom; envelope-from=any@legitimate.com");
  expect(temporary.find(), Source::received_spf, MethodOutcome::temperror);
}

TEST(SpfSources, need_the_identity_of_this_message_in_received_spf) {
  for (const char* value :
       {"pass", "pass envelope-from=any@legitimate.com",
        "pass identity=helo; envelope-from=any@legitimate.com; helo=legitimate.com",
        "pass identity=mailfrom; envelope-from=any@attack.com", "pass identity=mailfrom;",
        "identity=mailfrom; envelope-from=any@legitimate.com", ""}) {
    Sources sources;
    expect_nothing(sources.received(value).find());
  }
}

TEST(SpfSources, read_the_topmost_received_spf_only) {
  Sources sources;
  sources.received("fail identity=mailfrom; envelope-from=any@legitimate.com");
  sources.received("pass identity=mailfrom; envelope-from=any@legitimate.com");
  expect(sources.find(), Source::received_spf, MethodOutcome::other);
  Sources unusable;
  unusable.received("pass");
  unusable.received("pass identity=mailfrom; envelope-from=any@legitimate.com");
  expect_nothing(unusable.find());
}

TEST(SpfSources, never_let_received_spf_outdo_another_source) {
  Sources upstream{.upstream = {spf_result("fail", "mailfrom", "legitimate.com")}};
  upstream.received("pass identity=mailfrom; envelope-from=any@legitimate.com");
  expect(upstream.find(), Source::auth_results, MethodOutcome::other);

  Sources own{.own = own_result(spf::Code::fail)};
  own.settings.spf_self_validate = true;
  own.received("pass identity=mailfrom; envelope-from=any@legitimate.com");
  expect(own.find(), Source::own, MethodOutcome::other);
}

}  // namespace
}  // namespace dmarc::policy
