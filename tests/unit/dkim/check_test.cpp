#include "dkim/check.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <dmarc/zone.h>

#include "dkim/canonical_body.h"
#include "dkim/key_cache.h"
#include "dkim/limits.h"
#include "support/signed_message.h"

namespace dmarc::dkim {
namespace {

constexpr std::int64_t now = 1'800'000'000;
constexpr std::string_view text = "Hello,  world \r\n\r\nbye\r\n";

dns::Name name(std::string_view of) {
  return *dns::Name::parse(of);
}

/// Signs with s=sel; the tags come on top.
std::string tags(const std::string& domain, const std::string& more = "") {
  return "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=" + domain + "; s=sel; h=from:to:from" + more;
}

class DkimCheckTest : public testing::Test {
 protected:
  DkimCheckTest() {
    header_.add("From", " Ann <ann@mail.example.com>");
    header_.add("To", " bob@example.net");
    add_key("example.com");
  }

  void add_key(const std::string& domain, const std::string& more = "") {
    zone_.add(name("sel._domainkey." + domain), dns::Type::txt, test::ed25519_record(more));
  }
  void sign(const std::string& domain, const std::string& more = "") {
    test::add_signature(header_, tags(domain, more), text);
  }

  Check check() { return Check(header_, authors_, options_, keys_, hashes_.emplace()); }
  Result verify(std::string_view body = text) {
    Check one = check();
    auto step = one.begin();
    if (auto* const result = std::get_if<Result>(&step)) return std::move(*result);
    hashes_->update(body);
    hashes_->finish();
    return std::get<Result>(one.next(zone_));
  }
  /// The fault of the only signature.
  Fault fault(std::string_view body = text) {
    const Result result = verify(body);
    EXPECT_EQ(result.signatures.size(), 1U);
    return result.signatures.empty() ? Fault::none : result.signatures.front().fault;
  }

  mail::HeaderBlock header_;
  std::vector<dns::Name> authors_{name("mail.example.com")};
  Options options_{.now = now};
  dns::Zone zone_;
  KeyCache keys_;
  std::optional<BodyHashes> hashes_;
};

std::vector<std::string> names_of(const dns::Need& need) {
  std::vector<std::string> names;
  for (const dns::Question& question : need.questions) {
    EXPECT_EQ(question.type, dns::Type::txt);
    names.push_back(question.name.text());
  }
  return names;
}

TEST_F(DkimCheckTest, a_signature_passes_when_key_and_body_are_there) {
  sign("example.com", "; i=jo@mail.example.com");
  Check one = check();
  auto step = one.begin();
  const auto& need = std::get<dns::Need>(step);
  EXPECT_EQ(names_of(need), std::vector<std::string>{"sel._domainkey.example.com"});
  EXPECT_TRUE(need.wants_body);
  EXPECT_FALSE(need.sufficient);

  hashes_->update(text.substr(0, 7));
  step = one.next(zone_);
  EXPECT_EQ(names_of(std::get<dns::Need>(step)), std::vector<std::string>{});
  EXPECT_TRUE(std::get<dns::Need>(step).wants_body);

  hashes_->update(text.substr(7));
  hashes_->finish();
  step = one.next(dns::NoAnswers());
  EXPECT_FALSE(std::get<dns::Need>(step).wants_body);
  EXPECT_EQ(names_of(std::get<dns::Need>(step)).size(), 1U);

  step = one.next(zone_);
  const SignatureResult found = std::get<Result>(step).signatures.at(0);
  EXPECT_EQ(found.code(), Code::pass) << found.reason();
  EXPECT_EQ(found.domain, name("example.com"));
  EXPECT_EQ(found.selector, name("sel"));
  EXPECT_EQ(found.algorithm, "ed25519-sha256");
  EXPECT_EQ(found.identity, "jo@mail.example.com");
  EXPECT_EQ(found.characters.size(), 88U);
  EXPECT_EQ(found.field, 2U);
  EXPECT_EQ(found.key_bits, 256U);
}

TEST_F(DkimCheckTest, many_signatures_are_verified_in_turns) {
  for (std::size_t i = 0; i < max_signatures_verified; ++i)
    sign("example.com");
  Check one = check();
  one.begin();
  hashes_->update(text);
  hashes_->finish();
  auto step = one.next(zone_);
  EXPECT_TRUE(dns::has_more(step));
  EXPECT_EQ(names_of(std::get<dns::Need>(step)).size(), 0U);
  step = one.next(zone_);
  const auto& signatures = std::get<Result>(step).signatures;
  EXPECT_EQ(signatures.size(), max_signatures_verified);
  for (const SignatureResult& found : signatures)
    EXPECT_EQ(found.code(), Code::pass);
}

TEST_F(DkimCheckTest, the_header_may_go_after_the_beginning) {
  sign("example.com");
  std::optional<mail::HeaderBlock> gone(std::move(header_));
  Check one(*gone, authors_, options_, keys_, hashes_.emplace());
  one.begin();
  gone.reset();
  hashes_->update(text);
  hashes_->finish();
  EXPECT_EQ(std::get<Result>(one.next(zone_)).signatures.at(0).code(), Code::pass);
}

TEST_F(DkimCheckTest, nothing_to_verify_needs_nothing) {
  EXPECT_TRUE(verify().signatures.empty());
  header_.add("X-DKIM-Signature", tags("example.com"));
  EXPECT_TRUE(verify().signatures.empty());
  header_.add("dkim-signature", " v=2");
  Check one = check();
  const auto step = one.begin();
  ASSERT_TRUE(std::holds_alternative<Result>(step));
  EXPECT_EQ(std::get<Result>(step).signatures.at(0).fault, Fault::version);
  EXPECT_TRUE(one.identifiers().empty());
}

TEST_F(DkimCheckTest, changes_are_seen) {
  sign("example.com");
  EXPECT_EQ(fault("Hello, world\r\n\r\nbye\r\n\r\n\r\n"), Fault::none);
  EXPECT_EQ(fault("Hello, world\r\nbye\r\n"), Fault::body_hash);
  header_.add("To", " carol@example.net");
  EXPECT_EQ(fault(), Fault::signature);
}

TEST_F(DkimCheckTest, a_changed_body_needs_no_key) {
  sign("example.com");
  Check one = check();
  one.begin();
  hashes_->update("changed");
  hashes_->finish();
  const auto step = one.next(dns::NoAnswers());
  EXPECT_EQ(std::get<Result>(step).signatures.at(0).fault, Fault::body_hash);
}

TEST_F(DkimCheckTest, lengths_alone_need_no_key_and_a_body_only_where_there_is_one) {
  options_.extent = Extent::lengths;
  sign("example.com");
  {
    Check one = check();
    const auto step = one.begin();
    ASSERT_TRUE(std::holds_alternative<Result>(step));
    EXPECT_EQ(std::get<Result>(step).signatures.at(0).fault, Fault::not_verified);
  }
  sign("example.com", "; l=7");
  sign("example.com", "; l=22");
  Check one = check();
  const auto step = one.begin();
  ASSERT_TRUE(std::holds_alternative<dns::Need>(step));
  EXPECT_TRUE(std::get<dns::Need>(step).questions.empty());
  EXPECT_TRUE(std::get<dns::Need>(step).wants_body);
  hashes_->update("Hello, world\r\n\r\nbye\r\n");
  hashes_->finish();
  const auto end = one.next(dns::NoAnswers());
  const auto& found = std::get<Result>(end).signatures;
  EXPECT_EQ(found.at(1).fault, Fault::body_beyond_length);
  EXPECT_EQ(found.at(1).octets_left_out, 14U);
  EXPECT_EQ(found.at(2).fault, Fault::body_length);
}

TEST_F(DkimCheckTest, look_ups_alone_tell_failures_and_verify_nothing) {
  options_.extent = Extent::keys_and_lengths;
  sign("example.com");
  sign("broken.example");
  zone_.add_failure(name("sel._domainkey.broken.example"), dns::Failure::servfail);
  Check one = check();
  const auto step = one.begin();
  ASSERT_TRUE(std::holds_alternative<dns::Need>(step));
  EXPECT_EQ(std::get<dns::Need>(step).questions.size(), 2U);
  EXPECT_FALSE(std::get<dns::Need>(step).wants_body);
  const auto end = one.next(zone_);
  const auto& found = std::get<Result>(end).signatures;
  EXPECT_EQ(found.at(0).fault, Fault::not_verified) << "although it is right";
  EXPECT_EQ(found.at(1).fault, Fault::lookup_failed);
  EXPECT_EQ(found.at(1).failure, dns::Failure::servfail);
}

TEST_F(DkimCheckTest, keys_that_are_not_there) {
  sign("none.example");
  EXPECT_EQ(fault(), Fault::key_not_found);
  zone_.add_failure(name("sel._domainkey.none.example"), dns::Failure::servfail);
  const SignatureResult found = verify().signatures.at(0);
  EXPECT_EQ(found.code(), Code::temperror);
  EXPECT_EQ(found.reason(), dns::describe(dns::Failure::servfail));
}

TEST_F(DkimCheckTest, several_records_at_one_name) {
  sign("two.example");
  const dns::Name at = name("sel._domainkey.two.example");
  const std::string other = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  zone_.add(at, dns::Type::txt, "v=spf1 -all");
  EXPECT_EQ(fault(), Fault::no_key_record);
  zone_.add(at, dns::Type::txt, "v=DKIM1; p=");
  EXPECT_EQ(fault(), Fault::key_revoked);
  for (std::size_t i = 1; i < max_keys_tried; ++i)
    zone_.add(at, dns::Type::txt, other + std::string(i, ';').substr(0, 1));
  EXPECT_EQ(fault(), Fault::signature);
  add_key("two.example");
  EXPECT_EQ(fault(), Fault::none);
}

TEST_F(DkimCheckTest, keys_tried_have_a_limit) {
  sign("many.example");
  const dns::Name at = name("sel._domainkey.many.example");
  for (std::size_t i = 0; i < max_keys_tried; ++i)
    zone_.add(
        at, dns::Type::txt,
        "k=ed25519; n=" + std::to_string(i) + "; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  add_key("many.example");
  EXPECT_EQ(fault(), Fault::signature);
}

// DK-01
TEST_F(DkimCheckTest, what_l_leaves_out) {
  sign("example.com", "; l=25");
  const Result exact = verify();
  EXPECT_EQ(exact.signatures.at(0).fault, Fault::body_length) << "canonical: 21 octets";
  for (const auto& [length, expected] :
       {std::pair("21", Fault::none), std::pair("20", Fault::body_beyond_length),
        std::pair("0", Fault::body_beyond_length), std::pair("22", Fault::body_length)}) {
    mail::HeaderBlock fresh;
    fresh.add("From", " ann@example.com");
    header_ = std::move(fresh);
    sign("example.com", std::string("; l=") + length);
    const SignatureResult found = verify().signatures.at(0);
    EXPECT_EQ(found.fault, expected) << length;
    if (expected == Fault::body_beyond_length) {
      EXPECT_EQ(found.octets_left_out, 21U - std::stoul(length));
      EXPECT_EQ(found.code(), Code::policy);
    }
  }
}

TEST_F(DkimCheckTest, the_clock) {
  sign("example.com", "; t=" + std::to_string(now - 1000) + "; x=" + std::to_string(now - 400));
  EXPECT_EQ(fault(), Fault::expired);
}

// DK-09
TEST_F(DkimCheckTest, flags_of_the_key) {
  add_key("flags.example", "t=y:s; ");
  sign("flags.example", "; i=@sub.flags.example");
  EXPECT_EQ(fault(), Fault::key_strict);
  sign("flags.example");
  const SignatureResult found = verify().signatures.at(1);
  EXPECT_EQ(found.code(), Code::pass);
  EXPECT_TRUE(found.testing);
}

TEST_F(DkimCheckTest, keys_are_asked_for_once_and_aligned_ones_first) {
  for (const char* domain : {"esp.example", "co.example.com", "xmail.example.com", "example.com",
                             "mail.example.com", "esp.example", "a.mail.example.com"})
    sign(domain);
  Check one = check();
  auto step = one.begin();
  EXPECT_EQ(names_of(std::get<dns::Need>(step)),
            (std::vector<std::string>{
                "sel._domainkey.mail.example.com", "sel._domainkey.a.mail.example.com",
                "sel._domainkey.co.example.com", "sel._domainkey.xmail.example.com",
                "sel._domainkey.example.com", "sel._domainkey.esp.example"}));
  const auto identifiers = one.identifiers();
  EXPECT_EQ(identifiers.size(), 7U);
  EXPECT_EQ(identifiers.front().domain, name("mail.example.com"));
  EXPECT_EQ(identifiers.front().code, std::nullopt);

  add_key("mail.example.com");
  hashes_->update(text);
  hashes_->finish();
  class OnlyOne final : public dns::Answers {
   public:
    explicit OnlyOne(const dns::Zone& zone) : zone_(zone) {}
    dns::AnswerPtr find(const dns::Question& question) const override {
      return question.name.text() == "sel._domainkey.mail.example.com" ? zone_.find(question)
                                                                       : nullptr;
    }

   private:
    const dns::Zone& zone_;
  };
  step = one.next(OnlyOne(zone_));
  EXPECT_TRUE(std::get<dns::Need>(step).sufficient);
  EXPECT_EQ(names_of(std::get<dns::Need>(step)).size(), 5U);
  EXPECT_EQ(one.identifiers().front().code, Code::pass);

  const Result result = std::get<Result>(one.next(zone_));
  EXPECT_EQ(result.signatures.at(0).fault, Fault::key_not_found);
  EXPECT_EQ(result.signatures.at(3).fault, Fault::none);
  EXPECT_EQ(result.signatures.at(4).fault, Fault::none);
}

// DK-06
TEST_F(DkimCheckTest, the_aligned_signature_is_verified_however_many_there_are) {
  for (std::size_t i = 0; i < max_signatures_read - 1; ++i)
    header_.add("DKIM-Signature",
                test::signature_value(header_, tags("d" + std::to_string(i) + ".example"), text));
  sign("example.com");
  sign("example.com");
  Check one = check();
  const auto step = one.begin();
  EXPECT_EQ(std::get<dns::Need>(step).questions.size(), max_signatures_verified);
  const Result result = verify();
  ASSERT_EQ(result.signatures.size(), max_signatures_read);
  EXPECT_EQ(result.unread, 1U);
  EXPECT_EQ(result.signatures.back().code(), Code::pass);
  EXPECT_EQ(result.signatures.at(max_signatures_verified).fault, Fault::too_many_signatures);
  EXPECT_EQ(result.signatures.at(max_signatures_verified).code(), Code::policy);
}

TEST_F(DkimCheckTest, without_the_blanks_of_the_header) {
  const auto without_blanks = [](const mail::HeaderBlock& header) {
    mail::HeaderBlock fields;
    for (const mail::HeaderField& field : header)
      fields.add(field.name, field.value.substr(field.value.find_first_not_of(' ')));
    return fields;
  };
  const std::string simple = "v=1; a=ed25519-sha256; d=example.com; s=sel; h=from";
  test::add_signature(header_, simple, text);
  header_ = without_blanks(header_);
  options_.blanks = LeadingBlanks::lost;
  EXPECT_EQ(fault(), Fault::none) << "one blank is usual";
  mail::HeaderBlock other;
  other.add("From", "  ann@example.com");
  test::add_signature(other, simple, text);
  header_ = without_blanks(other);
  EXPECT_EQ(fault(), Fault::blanks_lost);
  options_.blanks = LeadingBlanks::kept;
  EXPECT_EQ(fault(), Fault::signature);
}

TEST_F(DkimCheckTest, several_canonicalizations_in_one_message) {
  for (const char* c : {"simple", "relaxed", "simple/relaxed", "relaxed/relaxed"})
    test::add_signature(
        header_, "v=1; a=ed25519-sha256; c=" + std::string(c) + "; d=example.com; s=sel; h=from",
        text);
  for (const SignatureResult& found : verify().signatures)
    EXPECT_EQ(found.code(), Code::pass) << found.reason();
}

// RFC 6376 appendix A.2 "The Email Message Gets Signed".
TEST_F(DkimCheckTest, the_example_of_rfc_6376) {
  const std::string message =
      "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
      "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
      "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
      "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
      "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
      "        4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
      "        KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
      "        4bmp/YzhwvcubU4=;\r\n"
      "Received: from client1.football.example.com  [192.0.2.1]\r\n"
      "      by submitserver.example.com with SUBMISSION;\r\n"
      "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
      "From: Joe SixPack <joe@football.example.com>\r\n"
      "To: Suzie Q <suzie@shopping.example.net>\r\n"
      "Subject: Is dinner ready?\r\n"
      "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
      "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"
      "Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n";
  zone_.add(name("brisbane._domainkey.example.com"), dns::Type::txt,
            "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fW"
            "n7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0"
            "fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB");
  std::size_t body = 0;
  header_ = mail::split_header_block(message, body);
  EXPECT_EQ(fault(std::string_view(message).substr(body)), Fault::none);
}

// RFC 8463 appendix A "Example of a Signed Message".
TEST_F(DkimCheckTest, the_example_of_rfc_8463) {
  const std::string message =
      "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
      " d=football.example.com; i=@football.example.com;\r\n"
      " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
      " subject : date : message-id : from : subject : date;\r\n"
      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
      " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
      " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
      " d=football.example.com; i=@football.example.com;\r\n"
      " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
      " date : message-id : from : subject : date;\r\n"
      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
      " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
      " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
      " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
      "From: Joe SixPack <joe@football.example.com>\r\n"
      "To: Suzie Q <suzie@shopping.example.net>\r\n"
      "Subject: Is dinner ready?\r\n"
      "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
      "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"
      "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
  zone_.add(name("brisbane._domainkey.football.example.com"), dns::Type::txt,
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  zone_.add(name("test._domainkey.football.example.com"), dns::Type::txt,
            "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08"
            "a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKr"
            "M3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB");
  std::size_t body = 0;
  header_ = mail::split_header_block(message, body);
  for (const SignatureResult& found : verify(std::string_view(message).substr(body)).signatures)
    EXPECT_EQ(found.code(), Code::pass) << found.reason();
}

}  // namespace
}  // namespace dmarc::dkim
