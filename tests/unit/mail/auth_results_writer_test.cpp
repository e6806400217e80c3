#include <gtest/gtest.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/auth_results.h"
#include "unit/mail/random_text.h"

namespace dmarc::mail {
namespace {

using test::RandomText;

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
    result.result = expected_keyword(word);
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
    add(result.result);
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
