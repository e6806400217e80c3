#include "policy/upstream_dkim.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::Mail;

constexpr std::string_view tags = "v=1; a=rsa-sha256; c=relaxed/simple; h=from; ";
constexpr std::string_view hash = "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; ";

std::string signature(const std::string& more) {
  return std::string(tags) + std::string(hash) + more;
}

Settings usual() {
  Settings settings;
  settings.authserv_id = "mx.victim.com";
  settings.host_name = "mx.victim.com";
  settings.dkim_self_validate = SelfValidate::never;
  return settings;
}

UpstreamDkim read(const Mail& mail, const Settings& settings = usual()) {
  const Message message = mail.message();
  return read_upstream_dkim(message, read_trusted_results(message, settings),
                            dkim_source(message, settings), settings);
}

/// "a.com pass, b.com fail (no pass)": the results that are kept, and what they count for.
std::string shown(const UpstreamDkim& found) {
  std::string text;
  for (const Authentication::Dkim& dkim : found.signatures) {
    text += (text.empty() ? "" : ", ") + dkim.input.domain.text() + " " +
            std::string(to_string(dkim.result));
    if (dkim.input.outcome == MethodOutcome::temperror) text += " (open)";
    if (dkim.relaxed_only) text += " (relaxed)";
    if ((dkim.result == mail::ResultWord::pass) != (dkim.input.outcome == MethodOutcome::pass))
      text += " (!)";
  }
  return text;
}

std::string reasons(const UpstreamDkim& found) {
  std::string text;
  for (const auto& field : found.discounted)
    text += (text.empty() ? "" : ", ") + std::to_string(field.index) + ": " + field.reason;
  return text;
}

std::string results(const std::string& text) {
  return "mx.victim.com; " + text;
}

TEST(UpstreamDkim, has_domain_selector_and_result) {
  const auto found = read(Mail().results(results("dkim=pass header.d=LEGITIMATE.com header.s=s1")));
  ASSERT_EQ(found.signatures.size(), 1U);
  EXPECT_EQ(found.signatures[0].input.domain.text(), "legitimate.com");
  EXPECT_EQ(found.signatures[0].input.selector, "s1");
  EXPECT_EQ(found.signatures[0].input.outcome, MethodOutcome::pass);
  EXPECT_FALSE(found.signatures[0].relaxed_only);
}

TEST(UpstreamDkim, takes_only_pass_for_a_pass) {
  for (const char* word :
       {"fail", "none", "policy", "neutral", "permerror", "temperror", "passed", "discard"}) {
    const auto found =
        read(Mail().results(results("dkim=" + std::string(word) + " header.d=a.com")));
    ASSERT_EQ(found.signatures.size(), 1U) << word;
    EXPECT_EQ(found.signatures[0].input.outcome, MethodOutcome::other) << word;
  }
}

TEST(UpstreamDkim, counts_for_no_domain_that_is_no_host_name) {
  for (const std::string d : {"legitimate.com'a.attack.com", "\"a b.com\"", "\"\"",
                              "@legitimate.com", "\"legitimate.com\\\"=(\"", ".legitimate.com"}) {
    const auto found = read(Mail().results(results("dkim=pass header.d=" + d)));
    EXPECT_TRUE(found.signatures.empty()) << d;
    EXPECT_EQ(found.discounted.size(), 1U) << d;
  }
}

// M1: Google, Yahoo, SES and Cisco write header.i alone.
TEST(UpstreamDkim, takes_the_identity_for_relaxed_alignment_where_no_domain_is_given) {
  EXPECT_EQ(shown(read(Mail().results(results("dkim=pass header.i=@good.com header.s=s")))),
            "good.com pass (relaxed)");
  EXPECT_EQ(shown(read(Mail().results(results("dkim=pass header.i=jo@news.good.com")))),
            "news.good.com pass (relaxed)");
  EXPECT_EQ(
      shown(read(Mail().results(results("dkim=pass header.i=@a.good.com header.d=good.com")))),
      "good.com pass");
  EXPECT_EQ(shown(read(Mail().results(results("dkim=pass header.from=a.com body.d=b.com")))), "");
}

// T11: RFC 6376 section 3.5 does not allow it.
TEST(UpstreamDkim, does_not_count_with_an_identity_outside_the_domain) {
  for (const std::string i : {"@evil.com", "@com", "@xgood.com", "x", "\"\"", "@a..b"}) {
    const auto found = read(Mail().results(results("dkim=pass header.d=good.com header.i=" + i)));
    EXPECT_EQ(shown(found), "") << i;
    EXPECT_EQ(reasons(found), "1: it names no domain that can have signed") << i;
  }
}

TEST(UpstreamDkim, does_not_count_with_two_domains_in_one_result) {
  EXPECT_EQ(shown(read(Mail().results(results("dkim=pass header.d=a.com header.d=b.com")))), "");
  EXPECT_EQ(shown(read(Mail().results(
                results("dkim=pass header.d=a.com header.i=@a.com header.i=@b.com")))),
            "");
}

// Rule U

TEST(UpstreamDkim, of_an_unsigned_message_counts_when_all_of_it_passes) {
  EXPECT_EQ(shown(read(Mail()
                           .results(results("dkim=pass header.d=a.com; dkim=pass header.d=b.com"))
                           .results(results("dkim=pass header.d=c.com")))),
            "a.com pass, b.com pass, c.com pass");
}

// T12 and M2: a filter that has spoken writes no pass beside it.
TEST(UpstreamDkim, of_an_unsigned_message_is_void_beside_anything_but_a_pass) {
  for (const std::string word :
       {"none", "permerror", "temperror", "neutral", "policy", "fail", "discard", "unheard-of"}) {
    const std::string pass = "dkim=pass header.d=a.com";
    const auto above = read(Mail().results(results("dkim=" + word)).results(results(pass)));
    EXPECT_EQ(shown(above), "") << word;
    EXPECT_EQ(reasons(above), "2: another result of dkim is not a pass") << word;
    EXPECT_EQ(shown(read(Mail().results(results(pass)).results(results("dkim=" + word)))), "");
    EXPECT_EQ(shown(read(Mail().results(results(pass + "; dkim=" + word)))), "");
  }
}

TEST(UpstreamDkim, of_an_unsigned_message_is_void_by_a_field_that_does_not_count) {
  EXPECT_EQ(shown(read(Mail()
                           .results(results("dkim=pass header.d=a.com"))
                           .results(results("dkim=none; x-foo=pass")))),
            "");
}

TEST(UpstreamDkim, of_an_unsigned_message_is_not_void_by_what_is_not_believed) {
  EXPECT_EQ(
      shown(read(
          Mail().results(results("dkim=pass header.d=a.com")).results("elsewhere.com; dkim=none"))),
      "a.com pass");
}

// T3 and its neighbours: what a DKIM filter may leave in the message because it can't read it.
TEST(UpstreamDkim, of_an_unsigned_message_needs_a_plain_spelling) {
  const std::string pass = "dkim=pass header.d=a.com";
  for (const std::string& value :
       {"mx.victim.com.; " + pass, "mx.victim.com(x); " + pass,
        std::string("mx.victim.com; dkim/1=pass header.d=a.com"),
        std::string("mx.victim.com; dkim(x)=pass header.d=a.com"),
        "mx.victim.com; x-foo=pass a.b=c; " + pass,
        "mx.victim.com; arc=pass arc.chain=b.com; " + pass, "mx.victim.com; ; " + pass,
        "mx.victim.com; spf=none reason=\"(\"; " + pass,
        "mx.victim.com; spf=none smtp.mailfrom=x.; " + pass,
        std::string("mx.victim.com; dkim=pass header.d=a.com reason=x"),
        "mx.victim.com (" + std::string(2000, 'x') + "); " + pass}) {
    EXPECT_EQ(shown(read(Mail().results(value))), "") << value;
  }
  std::string many = "mx.victim.com";
  for (int i = 0; i < 16; ++i)
    many += "; " + pass;
  EXPECT_EQ(shown(read(Mail().results(many))), "");
  EXPECT_EQ(shown(read(Mail().field("Authentication-Results ", results(pass)))), "");
}

TEST(UpstreamDkim, of_an_unsigned_message_counts_only_within_60_kb_of_header) {
  const auto with = [](std::size_t octets) {
    Mail mail = Mail().results(results("dkim=pass header.d=a.com"));
    std::size_t used = 22 + 4 + results("dkim=pass header.d=a.com").size();
    mail.field("X", std::string(octets - used - 5, 'x'));
    return read(mail);
  };
  EXPECT_EQ(shown(with(max_believed_header)), "a.com pass");
  EXPECT_EQ(shown(with(max_believed_header + 1)), "");
  EXPECT_EQ(reasons(with(max_believed_header + 1)), "1: the header is too large to be believed");
}

// Rule F

Mail signed_by(const std::string& more) {
  return Mail().field("DKIM-Signature", signature(more));
}

TEST(UpstreamDkim, of_a_signed_message_counts_when_each_pass_has_a_signature) {
  const std::string own = "d=a.com; s=s1; i=jo@a.com; b=QmFzZTY0ZW5jb2RlZA==";
  for (const std::string pass :
       {"dkim=pass header.d=a.com", "dkim=pass header.d=A.com header.s=S1 header.a=rsa-sha256",
        "dkim=pass (x) header.d=a.com header.i=jo@a.com header.b=QmFzZTY0",
        "dkim=fail header.d=other.com; dkim=pass header.d=a.com"}) {
    const auto found = read(signed_by(own).results(results(pass)));
    EXPECT_EQ(reasons(found), "") << pass;
    EXPECT_NE(shown(found).find("a.com pass"), std::string::npos) << pass;
  }
  EXPECT_EQ(shown(read(signed_by(own).results(results("dkim=pass header.i=@a.com")))),
            "a.com pass (relaxed)");
  // M2: what another field says does not matter.
  EXPECT_EQ(shown(read(signed_by(own)
                           .results(results("dkim=none"))
                           .results(results("dkim=pass header.d=a.com")))),
            "a.com pass");
}

// T1, T2 and their neighbours.
TEST(UpstreamDkim, of_a_signed_message_is_void_by_a_pass_without_a_signature) {
  const std::string own = "d=attack.com; s=s1; b=QmFzZTY0ZW5jb2RlZA==";
  for (const std::string pass :
       {"dkim=pass header.d=legitimate.com", "dkim=pass header.d=attack.com header.s=s2",
        "dkim=pass header.d=attack.com header.a=ed25519-sha256",
        "dkim=pass header.d=attack.com header.b=XmFzZTY0",
        "dkim=pass header.d=attack.com header.b=\"\"", "dkim=pass header.d=sub.attack.com",
        "dkim=pass header.i=@com", "dkim=pass header.d=attack.com; dkim=pass header.d=attack.com",
        "dkim=pass header.d=attack.com; dkim=pass header.d=legitimate.com "
        "header.foo=@attack.com"}) {
    const auto found = read(signed_by(own).results(results(pass)));
    EXPECT_EQ(shown(found), "") << pass;
    EXPECT_EQ(reasons(found), "1: the message has no such valid signature") << pass;
  }
  for (const char* garbage : {"", "garbage", "v=1; d=legitimate.com"})
    EXPECT_EQ(shown(read(Mail()
                             .field("DKIM-Signature", garbage)
                             .results(results("dkim=pass header.d=legitimate.com")))),
              "");
  EXPECT_EQ(shown(read(signed_by(own)
                           .results(results("dkim=pass header.d=legitimate.com"))
                           .results(results("dkim=pass header.d=attack.com")))),
            "attack.com pass")
      << "each field by itself";
}

TEST(UpstreamDkim, of_a_signed_message_matches_no_signature_that_can_not_be_valid) {
  const std::string pass = results("dkim=pass header.d=a.com");
  for (const std::string more : {"d=a.com; s=s; x=1000000; b=QQ==", "d=a.com; b=QQ==",
                                 "d=a.com; s=s; b=", "d=a.com; d=a.com; s=s; b=QQ=="}) {
    Message message = signed_by(more).results(pass).message();
    message.arrival = 1790000000;
    const Settings settings = usual();
    EXPECT_EQ(shown(read_upstream_dkim(message, read_trusted_results(message, settings),
                                       DkimSource::matched, settings)),
              "")
        << more;
  }
  EXPECT_EQ(shown(read(Mail()
                           .field("DKIM-Signature",
                                  "v=1; a=rsa-sha1; h=from; bh=2jmj7l5rSw0yVb/vlWAYkK/YBwk=; "
                                  "d=a.com; s=s; b=QQ==")
                           .results(pass))),
            "");
}

// Only an l= that leaves octets out makes a signature worthless, and each field is judged by
// itself.
TEST(UpstreamDkim, of_a_signed_message_is_void_by_a_length_that_leaves_octets_out) {
  const Message message =
      signed_by("d=a.com; s=s; l=10; b=QQ==")
          .field("DKIM-Signature", signature("d=b.com; s=s; b=QQ=="))
          .results(results("dkim=pass header.d=a.com; dkim=pass header.d=b.com"))
          .results(results("dkim=pass header.d=b.com"))
          .message();
  const auto with = [&](dkim::SignatureResult first) {
    first.field = 0;
    dkim::SignatureResult second;
    second.fault = dkim::Fault::not_verified;
    second.field = 1;
    const dkim::Result own{{first, second}};
    const Settings settings = usual();
    return read_upstream_dkim(message, read_trusted_results(message, settings), DkimSource::matched,
                              settings, &own);
  };
  dkim::SignatureResult first;
  first.fault = dkim::Fault::not_verified;
  EXPECT_EQ(shown(with(first)), "a.com pass, b.com pass, b.com pass") << "all of the body";
  first.fault = dkim::Fault::body_length;
  EXPECT_EQ(shown(with(first)), "a.com pass, b.com pass, b.com pass") << "less than that";
  first.fault = dkim::Fault::body_beyond_length;
  first.octets_left_out = 1;
  EXPECT_EQ(shown(with(first)), "b.com pass");
  EXPECT_EQ(reasons(with(first)), "1: the message has no such valid signature");
  first.fault = dkim::Fault::too_many_signatures;
  first.octets_left_out = 0;
  EXPECT_EQ(shown(with(first)), "b.com pass") << "nobody has counted";
}

TEST(UpstreamDkim, of_a_signed_message_with_a_length_is_judged_with_the_body) {
  Settings settings = usual();
  const auto judged = [&](const std::string& length, const std::string& body) {
    const Message message = signed_by("d=legitimate.com; s=s; l=" + length + "; b=QQ==")
                                .results(results("dkim=pass header.d=legitimate.com"))
                                .from("<a@legitimate.com>")
                                .message();
    auto zone = dns::Zone::parse(std::string(test::usual_zone));
    dns::LookupSession lookups(*zone, {});
    return judge(message, gather(message, settings, lookups, body), settings).result;
  };
  EXPECT_EQ(judged("6", "text\r\n"), Result::pass);
  EXPECT_EQ(judged("6", "text\r\n\r\n"), Result::pass) << "empty lines at the end do not count";
  EXPECT_EQ(judged("6", "text\r\nx"), Result::fail);
  EXPECT_EQ(judged("0", "text\r\n"), Result::fail);
  EXPECT_EQ(judged("7", "text\r\n"), Result::pass) << "leaves nothing out";
}

// T1: OpenDKIM decodes i= into its field, where it makes results of its own.
TEST(UpstreamDkim, of_a_signed_message_is_void_by_an_identity_that_is_no_mailbox) {
  const std::string copied = "d=legitimate.com; s=mail; b=QmFzZTY0ZW5jb2RlZA==";
  for (const std::string i :
       {"x=3B=20dkim=3Dpass=20header.d=3Dlegitimate.com=20header.foo=3D@attack.com",
        "=22x=22@attack.com", "x=20y@attack.com", "attack.com", "x@"}) {
    const auto found = read(signed_by("d=attack.com; s=s; i=" + i + "; b=QQ==")
                                .field("DKIM-Signature", signature(copied))
                                .results(results("dkim=pass header.d=legitimate.com")));
    EXPECT_EQ(shown(found), "") << i;
    EXPECT_EQ(reasons(found), "1: a signature's i= is not a mailbox") << i;
  }
  EXPECT_EQ(shown(read(signed_by("d=a.com; s=s; i=J=C3=BCrgen=2Ex@b.a.com; b=QQ==")
                           .results(results("dkim=pass header.d=a.com")))),
            "a.com pass");
}

TEST(UpstreamDkim, of_a_signed_message_passes_over_methods_that_nobody_knows) {
  EXPECT_EQ(shown(read(signed_by("d=a.com; s=s; b=QQ==")
                           .results(results("dkim=pass header.d=a.com; x-spam=no gateway.x=y")))),
            "a.com pass");
  EXPECT_EQ(shown(read(Mail().results(results("dkim=pass header.d=a.com; x-spam=no")))), "");
}

// The other cells of the table.
TEST(UpstreamDkim, is_not_read_where_something_else_decides) {
  const Mail is_signed =
      signed_by("d=a.com; s=s; b=QQ==").results(results("dkim=pass header.d=a.com"));
  const Mail is_not = Mail().results(results("dkim=pass header.d=a.com"));
  Settings settings = usual();
  settings.dkim_self_validate = SelfValidate::automatic;
  EXPECT_EQ(shown(read(is_signed, settings)), "");
  EXPECT_EQ(shown(read(is_not, settings)), "a.com pass");
  settings.dkim_self_validate = SelfValidate::always;
  EXPECT_EQ(shown(read(is_signed, settings)), "");
  EXPECT_EQ(shown(read(is_not, settings)), "");
  EXPECT_EQ(reasons(read(is_not, settings)), "1: the message has no signature");
  settings.dkim_self_validate = SelfValidate::never;
  settings.dkim_ignore_results = true;
  EXPECT_EQ(shown(read(is_signed, settings)), "");
  EXPECT_EQ(shown(read(is_not, settings)), "");
}

}  // namespace
}  // namespace dmarc::policy
