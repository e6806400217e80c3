#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/ascii.h"
#include "mail/auth_results.h"
#include "mail/utf8.h"

namespace dmarc::mail {
namespace {

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

class RandomText {
 public:
  explicit RandomText(unsigned seed) : engine_(seed) {}

  std::size_t below(std::size_t bound) { return engine_() % bound; }

  // Any octets, but mostly those that mean something to the grammar.
  std::string text() {
    constexpr std::string_view meaningful = "a@.;=()\"\\/ \t\r\n,<>:[]-_1\xc3\xa9\xff";
    std::string result;
    for (std::size_t length = below(12); length > 0; --length) {
      result +=
          below(8) == 0 ? static_cast<char>(below(256)) : meaningful[below(meaningful.size())];
    }
    return result;
  }

 private:
  std::mt19937 engine_;
};

// The replacements that the writer documents.
std::string expected_value(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
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
    const std::string method = random.text();
    const std::string word = random.text();
    writer.result(method, word).comment(random.text());
    result.method = expected_keyword(method);
    result.result = expected_keyword(word);
    if (random.below(2) == 0) {
      const std::string reason = random.text();
      writer.reason(reason);
      result.reason = expected_value(reason);
    }
    for (std::size_t properties = random.below(4); properties > 0; --properties) {
      const std::string type = random.text(), name = random.text(), value = random.text();
      writer.property(type, name, value).comment(random.text());
      result.properties.push_back(
          {expected_keyword(type), expected_keyword(name), expected_value(value)});
    }
  }
  return expected;
}

void expect_equal(const AuthResults& read, const AuthResults& expected) {
  ASSERT_EQ(read.results.size(), expected.results.size());
  for (std::size_t i = 0; i < read.results.size(); ++i) {
    const MethodResult& a = read.results[i];
    const MethodResult& b = expected.results[i];
    EXPECT_EQ(a.method, b.method);
    EXPECT_EQ(a.result, b.result);
    EXPECT_EQ(a.reason, b.reason);
    ASSERT_EQ(a.properties.size(), b.properties.size());
    for (std::size_t k = 0; k < a.properties.size(); ++k) {
      EXPECT_EQ(a.properties[k].type, b.properties[k].type);
      EXPECT_EQ(a.properties[k].name, b.properties[k].name);
      EXPECT_EQ(a.properties[k].value, b.properties[k].value);
    }
  }
}

TEST(AuthResultsWriter, what_it_writes_reads_back_equal) {
  RandomText random(8601);
  for (int round = 0; round < 20'000; ++round) {
    const std::string id = "i" + random.text();
    AuthResultsWriter writer(id);
    const AuthResults expected = write_something(random, writer);
    const std::string value = writer.value();
    SCOPED_TRACE(testing::PrintToString(value));
    ASSERT_TRUE(std::none_of(value.begin(), value.end(), base::is_control));
    const auto read = parse_auth_results(value);
    ASSERT_TRUE(read) << describe(read.error());
    EXPECT_EQ(read->authserv_id, expected_value(id));
    EXPECT_EQ(claimed_authserv_id(value).has_value(), true);
    expect_equal(*read, expected);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace dmarc::mail
