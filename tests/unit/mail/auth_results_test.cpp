#include "mail/auth_results.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/limits.h"
#include "unit/mail/random_text.h"

namespace dmarc::mail {
namespace {

using test::RandomText;

// A field as one line: "id; method=result reason=x type.name=value; ..." with each value in
// brackets, or the error.
std::string read(std::string_view value) {
  const auto field = parse_auth_results(value);
  if (!field) return "error: " + std::string(describe(field.error()));
  std::string text = "[" + field->authserv_id + "]";
  for (const MethodResult& result : field->results) {
    text += "; " + result.method + "=" + std::string(result.word());
    if (!result.reason.empty()) text += " reason=[" + result.reason + "]";
    for (const Property& property : result.properties)
      text += " " + property.type + "." + property.name + "=[" + property.value + "]";
  }
  return text;
}

std::string claimed(std::string_view value) {
  return claimed_authserv_id(value).value_or("(none)");
}

constexpr std::string_view no_id = "error: no authserv-id";
constexpr std::string_view broken = "error: not the syntax of RFC 8601";
constexpr std::string_view beyond = "error: beyond the limits";

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += text;
  return result;
}

TEST(AuthResults, a_plain_field_is_read) {
  EXPECT_EQ(read("mx.example.org; spf=pass smtp.mailfrom=example.com; dkim=fail reason=\"bad "
                 "signature\" header.d=example.com header.s=sel"),
            "[mx.example.org]; spf=pass smtp.mailfrom=[example.com]; dkim=fail reason=[bad "
            "signature] header.d=[example.com] header.s=[sel]");
}

TEST(AuthResults, no_method_performed) {
  EXPECT_EQ(read("mx.example.org; none"), "[mx.example.org]");
  EXPECT_EQ(read("mx.example.org;none (nothing to do) ;"), "[mx.example.org]");
  EXPECT_EQ(read("mx.example.org; none; dkim=pass header.d=a.example"), broken);
  EXPECT_EQ(read("mx.example.org; dkim=pass header.d=a.example; none"), broken);
  EXPECT_EQ(read("mx.example.org; none none"), broken);
}

TEST(AuthResults, keywords_become_lower_case_and_values_keep_their_case) {
  EXPECT_EQ(read("MX.Example.Org; DKIM=PASS Header.D=LEGITIMATE.COM"),
            "[MX.Example.Org]; dkim=pass header.d=[LEGITIMATE.COM]");
}

TEST(AuthResults, comments_and_folds_stand_anywhere_between_tokens) {
  EXPECT_EQ(read("(a)\r\n mx.example.org (b) 1 (c) ; (d) dkim (e) / (f) 1 (g) = (h) pass (i)\n"
                 "\treason (j) = (k) why (l) header (m) . (n) d (o) = (p) example.com (q (r) s)"),
            "[mx.example.org]; dkim=pass reason=[why] header.d=[example.com]");
  EXPECT_EQ(read("mx.example.org;dkim=pass(good)header.d=example.com"),
            "[mx.example.org]; dkim=pass header.d=[example.com]");
}

TEST(AuthResults, comments_may_hold_anything) {
  EXPECT_EQ(read(R"(mx.example.org; spf=fail (x; dkim=pass header.d=a.example \) "q) smtp.helo=h)"),
            "[mx.example.org]; spf=fail smtp.helo=[h]");
}

TEST(AuthResults, quoted_values_lose_their_quotes) {
  EXPECT_EQ(read(R"("mx example"; spf=pass smtp.mailfrom="a; dkim=pass header.d=b")"),
            "[mx example]; spf=pass smtp.mailfrom=[a; dkim=pass header.d=b]");
  EXPECT_EQ(read(R"(mx; spf=pass smtp.mailfrom="a \"b\\"@example.com smtp.helo=h)"),
            R"([mx]; spf=pass smtp.mailfrom=[a "b\@example.com] smtp.helo=[h])");
  EXPECT_EQ(read(R"(mx; spf=none smtp.mailfrom="" smtp.helo=h)"),
            "[mx]; spf=none smtp.mailfrom=[] smtp.helo=[h]");
}

TEST(AuthResults, versions_other_than_1_are_refused) {
  EXPECT_EQ(read("mx 1; none"), "[mx]");
  EXPECT_EQ(read("mx 01; none"), "[mx]");
  EXPECT_EQ(read("mx 2; none"), "error: unsupported version");
  EXPECT_EQ(read("mx 0; none"), "error: unsupported version");
  EXPECT_EQ(read("mx 99999999999999999999; none"), "error: unsupported version");
  EXPECT_EQ(read("mx one; none"), broken);
  EXPECT_EQ(read(R"("mx"1; none)"), broken);
}

TEST(AuthResults, another_version_of_a_method_is_another_method) {
  EXPECT_EQ(read("mx; dkim/2=pass header.d=a.example"), "[mx]; dkim/2=pass header.d=[a.example]");
  EXPECT_EQ(read("mx; dkim/=pass"), broken);
}

TEST(AuthResults, unknown_vocabulary_is_kept) {
  EXPECT_EQ(read("mx; x-tls=hard_pass smtp.version=TLSv1.3 policy.is_org=yes; new=odd tls.q=1"),
            "[mx]; x-tls=hard_pass smtp.version=[TLSv1.3] policy.is_org=[yes]; new=odd tls.q=[1]");
}

TEST(AuthResults, a_field_without_an_id_is_no_use) {
  EXPECT_EQ(read(""), no_id);
  EXPECT_EQ(read("  (x) "), no_id);
  EXPECT_EQ(read("; dkim=pass header.d=a.example"), no_id);
  EXPECT_EQ(read("\"\"; none"), no_id);
  EXPECT_EQ(read("dkim=pass header.d=a.example"), no_id);
  EXPECT_EQ(read("dkim (x) = pass"), no_id);
  EXPECT_EQ(read("dkim/1=pass"), no_id);
}

TEST(AuthResults, structure_is_strict) {
  for (const std::string_view value : {"mx dkim=pass",
                                       "mx; dkim",
                                       "mx; dkim=",
                                       "mx; =pass",
                                       "mx; dkim=pass header",
                                       "mx; (a",
                                       "mx; dkim=pass header.=x",
                                       "mx; dkim=pass .d=x",
                                       "mx; dkim=pass header.d x",
                                       "mx; dkim=p)",
                                       "mx; dkim=pass header.d=\"x",
                                       "mx; dkim=pass header.d=\"x\"y",
                                       "mx . example; none",
                                       "mx; dkim=pass header.d=x\"y\"",
                                       "mx; dkim=pass header.d=\\x",
                                       "mx, other; none",
                                       "mx; dkim=pass free text",
                                       "\"mx; none",
                                       "mx; dkim=pass\x01",
                                       "mx; dkim=pass\nx.y=z",
                                       "mx\"a\"; none"}) {
    EXPECT_EQ(read(value), broken) << value;
  }
}

TEST(AuthResults, one_broken_element_spoils_the_field) {
  EXPECT_EQ(read("mx; dkim=pass header.d=legitimate.com; spf=pass smtp.mailfrom=(x"), broken);
}

TEST(AuthResults, a_domain_cannot_be_cut_off_by_a_comment) {
  EXPECT_EQ(read("mx; dkim=pass header.d=legitimate.com(.attack.com"), broken);
  EXPECT_EQ(read("mx; dkim=pass header.d=legitimate.com(.).attack.com"), broken);
  EXPECT_EQ(read("mx; dkim=pass header.d=legitimate.com(.)x=y.attack.com"), broken);
  EXPECT_EQ(read("mx; dkim=pass header.d=legitimate.com\"=(.attack.com"), broken);
  EXPECT_EQ(read("mx; dkim=pass header.d=legitimate.com'a.attack.com"),
            "[mx]; dkim=pass header.d=[legitimate.com'a.attack.com]");
  EXPECT_EQ(read("mx; dkim=pass header.d=\"legitimate.com\"(a) header.s=s"),
            "[mx]; dkim=pass header.d=[legitimate.com] header.s=[s]");
}

TEST(AuthResults, find_gives_a_property_unless_several_disagree) {
  const auto field = parse_auth_results(
      "mx; dkim=pass header.d=a.example header.d=b.example header.s=x header.s=x header.i=@c");
  ASSERT_TRUE(field);
  const MethodResult& result = field->results.front();
  EXPECT_EQ(result.find("header", "d"), nullptr);
  EXPECT_EQ(result.find("smtp", "s"), nullptr);
  ASSERT_NE(result.find("header", "s"), nullptr);
  EXPECT_EQ(result.find("header", "s")->value, "x");
  EXPECT_EQ(result.find("header", "i")->value, "@c");
}

TEST(AuthResults, a_property_may_hold_a_domain) {
  const auto field = parse_auth_results(
      "mx; dkim=pass header.d=A.example header.i=jo@b.example header.s=\" c.example \" "
      "header.b=a..b header.x=a.example header.x=b.example");
  const MethodResult& result = field.value().results.at(0);
  EXPECT_EQ(result.domain("header", "d")->text(), "a.example");
  EXPECT_EQ(result.domain("header", "i")->text(), "b.example");
  EXPECT_EQ(result.domain("header", "s")->text(), "c.example");
  for (const char* name : {"b", "x", "from"})
    EXPECT_FALSE(result.domain("header", name)) << name;
  EXPECT_TRUE(result.has("header", "x"));
  EXPECT_FALSE(result.has("header", "from") || result.has("smtp", "x"));
}

TEST(AuthResults, limits_hold_and_what_is_at_them_is_read) {
  const std::string result = "; dkim=pass header.d=a.example";
  EXPECT_EQ(parse_auth_results("mx" + repeated(result, max_auth_results))->results.size(),
            max_auth_results);
  EXPECT_EQ(read("mx" + repeated(result, max_auth_results + 1)), beyond);

  const std::string property = " header.b=x";
  EXPECT_EQ(parse_auth_results("mx; dkim=pass" + repeated(property, max_result_properties))
                ->results.front()
                .properties.size(),
            max_result_properties);
  EXPECT_EQ(read("mx; dkim=pass" + repeated(property, max_result_properties + 1)), beyond);

  const auto nested = [](std::size_t depth) {
    return "mx " + std::string(depth, '(') + std::string(depth, ')') + "; none";
  };
  EXPECT_EQ(read(nested(max_comment_depth)), "[mx]");
  EXPECT_EQ(read(nested(max_comment_depth + 1)), beyond);
  EXPECT_EQ(read(nested(1000)), beyond);

  const std::string tail = "; none";
  EXPECT_EQ(read(std::string(max_auth_results_value - tail.size(), 'm') + tail).size(),
            max_auth_results_value - tail.size() + 2);
  EXPECT_EQ(read(std::string(max_auth_results_value, 'm') + tail), beyond);
}

// What filters and providers write, in their forms.
TEST(AuthResults, fields_of_filters_in_use_are_read) {
  EXPECT_EQ(read("mx.example.org;\n\tdkim=pass (2048-bit key; unprotected) header.d=a.example "
                 "header.i=@a.example header.a=rsa-sha256 header.s=20230601 header.b=\"hTq/+A1=\";"
                 "\n\tdkim-atps=neutral"),
            "[mx.example.org]; dkim=pass header.d=[a.example] header.i=[@a.example] "
            "header.a=[rsa-sha256] header.s=[20230601] header.b=[hTq/+A1=]; dkim-atps=neutral");
  EXPECT_EQ(read("mx.example.org;\r\n       dkim=pass header.i=@a.example header.s=s header.b=a+/=;"
                 "\r\n       spf=pass (domain of a@a.example designates 192.0.2.1 as permitted "
                 "sender) smtp.mailfrom=SRS0=x=b=a.example=u@b.example;\r\n       dmarc=pass "
                 "(p=REJECT sp=REJECT dis=NONE) header.from=a.example"),
            "[mx.example.org]; dkim=pass header.i=[@a.example] header.s=[s] header.b=[a+/=]; "
            "spf=pass smtp.mailfrom=[SRS0=x=b=a.example=u@b.example]; dmarc=pass "
            "header.from=[a.example]");
  EXPECT_EQ(read("mx; spf=none smtp.mailfrom=<>; iprev=pass smtp.remote-ip=2001:db8::1 (host)"),
            "[mx]; spf=none smtp.mailfrom=[<>]; iprev=pass smtp.remote-ip=[2001:db8::1]");
  EXPECT_EQ(read("mx; dmarc=pass (p=none) policy.published-domain-policy=none x-bits=2048 "
                 "header.from=a.example;"),
            "[mx]; dmarc=pass policy.published-domain-policy=[none] header.from=[a.example]");
  EXPECT_EQ(read("mx; x-tls=pass smtp.bits=256/256; auth=pass (login) smtp.auth=u@a.example"),
            "[mx]; x-tls=pass smtp.bits=[256/256]; auth=pass smtp.auth=[u@a.example]");
}

TEST(AuthResults, a_field_of_a_provider_without_id_is_told_apart) {
  EXPECT_EQ(read("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dkim=pass (signature "
                 "was verified) header.d=a.example;dmarc=pass action=none "
                 "header.from=a.example;compauth=pass reason=100"),
            no_id);
  EXPECT_EQ(read("mx; spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=; dmarc=pass action=none "
                 "header.from=a.example;compauth=pass reason=100"),
            "[mx]; spf=pass smtp.mailfrom=[]; dmarc=pass header.from=[a.example]; compauth=pass "
            "reason=[100]");
}

TEST(ClaimedAuthservId, is_found_however_it_is_written) {
  for (const std::string_view value : {"mx.victim.com; none",
                                       "mx.victim.com",
                                       "mx.victim.com;",
                                       " mx.victim.com 1; none",
                                       "mx.victim.com 2; none",
                                       "\r\n\tmx.victim.com;\r\n dkim=pass",
                                       "\"mx.victim.com\"; none",
                                       "\"mx.vict\\im.com\"; none",
                                       "(a (b) c) mx.victim.com (d); none",
                                       "mx.victim.com(x); none",
                                       "mx . victim (x) . com; none",
                                       "mx.victim.com, dkim=pass",
                                       "mx.victim.com.; none",
                                       "\" mx.victim.com \"; none",
                                       "\"mx\".\"victim\".com; none",
                                       "mx.victim.com\x01; none",
                                       "\x01mx.victim.com; none",
                                       "\nmx.victim.com; none",
                                       "\"mx.victim.com; none",
                                       "mx.victim.com (open; dkim=pass",
                                       "mx.victim.com dkim=pass",
                                       "mx.victim.com <x>; none"}) {
    EXPECT_EQ(claimed(value), "mx.victim.com") << value;
  }
}

TEST(ClaimedAuthservId, keeps_its_case_and_job_id) {
  EXPECT_EQ(claimed("MX.Victim.COM; none"), "MX.Victim.COM");
  EXPECT_EQ(claimed("mx.victim.com/1234; none"), "mx.victim.com/1234");
  EXPECT_EQ(claimed("\"mx.victim.com/1234\"; none"), "mx.victim.com/1234");
}

TEST(ClaimedAuthservId, is_not_a_part_of_another_id) {
  EXPECT_EQ(claimed("not-mx.victim.com.evil.example; none"), "not-mx.victim.com.evil.example");
  EXPECT_EQ(claimed("other.example (mx.victim.com); none"), "other.example");
  EXPECT_EQ(claimed("other.example; mx.victim.com; none"), "other.example");
  EXPECT_EQ(claimed("other mx.victim.com; none"), "other");
}

TEST(ClaimedAuthservId, is_found_behind_more_comments_than_a_parser_reads) {
  const std::string deep = std::string(1000, '(') + std::string(1000, ')');
  EXPECT_EQ(claimed(deep + "mx.victim.com; none"), "mx.victim.com");
  EXPECT_EQ(claimed(repeated("(x) ", 50'000) + "mx.victim.com; none"), "mx.victim.com");
}

// Trust is given by one reading and forged fields are removed by the other: the first must not see
// an id that the second does not.
TEST(ClaimedAuthservId, is_the_id_of_every_field_that_can_be_read) {
  const std::vector<std::string> seeds{
      "mx.example.org; dkim=pass header.d=a.example; spf=pass smtp.mailfrom=\"a\"@b.example",
      " (a) \"mx.example.org\" (b) 1; none",
      "mx.example.org/4F1 1;\r\n\tdkim=fail reason=\"x;y\" (c) header.b=\"ab/=\";",
  };
  RandomText random(7001);
  std::size_t readable = 0;
  for (int round = 0; round < 60'000; ++round) {
    const std::string value = random.mutated(random.pick(seeds));
    const auto field = parse_auth_results(value);
    if (!field) continue;
    ++readable;
    std::string_view id = base::trim(field->authserv_id);
    while (id.ends_with('.'))
      id.remove_suffix(1);
    const auto tabs_as_blanks = [](std::string text) {
      std::replace(text.begin(), text.end(), '\t', ' ');
      return text;
    };
    ASSERT_EQ(claimed(value), id.empty() ? "(none)" : tabs_as_blanks(std::string(id)))
        << testing::PrintToString(value);
  }
  EXPECT_GT(readable, 5'000U);
}

TEST(ClaimedAuthservId, is_nothing_where_a_method_stands) {
  EXPECT_EQ(claimed("dkim=pass header.d=a.example"), "(none)");
  EXPECT_EQ(claimed("dkim (x) = pass"), "(none)");
  EXPECT_EQ(claimed("; dkim=pass"), "(none)");
  EXPECT_EQ(claimed("\"\"; none"), "(none)");
  EXPECT_EQ(claimed("(open comment; dkim=pass"), "(none)");
  EXPECT_EQ(claimed(""), "(none)");
}

// --- writing -------------------------------------------------------------------------------------

std::string property_as_written(std::string_view value) {
  return AuthResultsWriter("mx").result("spf", "pass").property("smtp", "mailfrom", value).value();
}

TEST(AuthResultsWriter, writes_elements_comments_reasons_and_properties) {
  AuthResultsWriter writer("mx.example.org");
  writer.result("dmarc", "fail")
      .comment("p=reject dis=none")
      .property("header", "from", "a.example");
  EXPECT_EQ(writer.value(), "mx.example.org; dmarc=fail (p=reject dis=none) header.from=a.example");
  writer.result("spf", "none").reason("no record").property("smtp", "helo", "h.example");
  EXPECT_EQ(writer.value(),
            "mx.example.org; dmarc=fail (p=reject dis=none) header.from=a.example; spf=none "
            "reason=\"no record\" smtp.helo=h.example");
}

TEST(AuthResultsWriter, without_results_says_none) {
  EXPECT_EQ(AuthResultsWriter("mx.example.org").value(), "mx.example.org; none");
  AuthResultsWriter writer("mx.example.org");
  writer.comment("a").reason("b").property("c", "d", "e");
  EXPECT_EQ(writer.value(), "mx.example.org; none");
}

TEST(AuthResultsWriter, quotes_what_is_no_token_and_no_address) {
  EXPECT_EQ(property_as_written("a.example"), "mx; spf=pass smtp.mailfrom=a.example");
  EXPECT_EQ(property_as_written("a=b/c@a.example"), "mx; spf=pass smtp.mailfrom=a=b/c@a.example");
  EXPECT_EQ(property_as_written("@a.example"), "mx; spf=pass smtp.mailfrom=@a.example");
  EXPECT_EQ(property_as_written(""), "mx; spf=pass smtp.mailfrom=\"\"");
  EXPECT_EQ(property_as_written("<>"), "mx; spf=pass smtp.mailfrom=\"<>\"");
  EXPECT_EQ(property_as_written("a@b@c"), "mx; spf=pass smtp.mailfrom=\"a@b@c\"");
  EXPECT_EQ(property_as_written("2001:db8::1"), "mx; spf=pass smtp.mailfrom=\"2001:db8::1\"");
  EXPECT_EQ(property_as_written("b\xc3\xbc.example"),
            "mx; spf=pass smtp.mailfrom=\"b\xc3\xbc.example\"");
  EXPECT_EQ(AuthResultsWriter("mx/4F1").value(), "\"mx/4F1\"; none");
}

TEST(AuthResultsWriter, nothing_ends_its_element) {
  EXPECT_EQ(property_as_written("\"a; dkim=pass header.d=l.example\"@attack.com"),
            "mx; spf=pass smtp.mailfrom=\"\\\"a; dkim=pass header.d=l.example\\\"@attack.com\"");
  EXPECT_EQ(property_as_written("a\r\nX: y"), "mx; spf=pass smtp.mailfrom=\"a??X: y\"");
  EXPECT_EQ(property_as_written("a\\"), "mx; spf=pass smtp.mailfrom=\"a\\\\\"");
  EXPECT_EQ(property_as_written("a\xff"), "mx; spf=pass smtp.mailfrom=\"a?\"");
  EXPECT_EQ(AuthResultsWriter("mx").result("spf", "pass; dkim=pass").value(),
            "mx; spf=pass--dkim-pass");
  EXPECT_EQ(AuthResultsWriter("mx").result("spf", "none").comment("a) dkim=pass (\\").value(),
            "mx; spf=none (a dkim=pass )");
}

// ---- what is written reads back equal

// The replacements that the writer documents.
std::string expected_value(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = base::utf8_sequence(text);
    const bool kept = length > 0 && !base::is_control(text.front());
    result += kept ? text.substr(0, length) : "?";
    text.remove_prefix(kept ? length : 1);
  }
  return result;
}

std::string expected_keyword(std::string_view text) {
  std::string result = base::lower(text);
  for (char& c : result) {
    if (!base::is_alnum(c)) c = '-';
  }
  return result.empty() ? "-" : result;
}

AuthResults write_something(RandomText& random, AuthResultsWriter& writer) {
  AuthResults expected;
  for (std::size_t results = random.below(4); results > 0; --results) {
    MethodResult& result = expected.results.emplace_back();
    const std::string method = random.octets(12);
    const std::string word = random.octets(12);
    writer.result(method, word).comment(random.octets(12));
    result.method = expected_keyword(method);
    result.result = parse_result_word(expected_keyword(word));
    if (result.result == ResultWord::other) result.other_word = expected_keyword(word);
    if (random.below(2) == 0) {
      const std::string reason = random.octets(12);
      writer.reason(reason);
      result.reason = expected_value(reason);
    }
    for (std::size_t properties = random.below(4); properties > 0; --properties) {
      const std::string type = random.octets(12), name = random.octets(12),
                        value = random.octets(12);
      writer.property(type, name, value).comment(random.octets(12));
      result.properties.push_back(
          {expected_keyword(type), expected_keyword(name), expected_value(value)});
    }
  }
  return expected;
}

/// Both as one text, each piece with its length, so that no two fields have the same.
std::string flat(const AuthResults& field) {
  std::string text;
  const auto add = [&](std::string_view piece) {
    text.append(std::to_string(piece.size())).append(":").append(piece);
  };
  add(field.authserv_id);
  for (const MethodResult& result : field.results) {
    text += "\n";
    add(result.method);
    add(result.word());
    add(result.reason);
    for (const Property& property : result.properties) {
      text += " ";
      add(property.type);
      add(property.name);
      add(property.value);
    }
  }
  return text;
}

TEST(AuthResultsWriter, what_it_writes_reads_back_equal) {
  RandomText random(8601);
  for (int round = 0; round < 5'000; ++round) {
    const std::string id = "i" + random.octets(12);
    AuthResultsWriter writer(id);
    AuthResults expected = write_something(random, writer);
    expected.authserv_id = expected_value(id);
    const std::string value = writer.value();
    ASSERT_TRUE(std::none_of(value.begin(), value.end(), base::is_control));
    const auto read = parse_auth_results(value);
    ASSERT_TRUE(read) << describe(read.error()) << ": " << value;
    ASSERT_EQ(flat(*read), flat(expected)) << value;
  }
}

}  // namespace
}  // namespace dmarc::mail
