#include "mail/plain_spelling.h"

#include <gtest/gtest.h>

#include <string>

#include "mail/auth_results.h"

namespace dmarc::mail {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (; times > 0; --times)
    all += text;
  return all;
}

TEST(PlainSpelling, is_what_filters_write) {
  for (const std::string value : {
           "mx.example; none",
           "mx.example; dkim=pass header.d=a.example",
           "MX.Example 1; DKIM=PASS Header.D=A.EXAMPLE",
           "\"mx.example/4F2A1\"; dkim=pass header.d=a.example",
           "\r\n\tmx.example;\r\n\tdkim=pass (2048-bit key; unprotected) header.d=a.example "
           "header.i=@a.example header.a=rsa-sha256 header.s=mail header.b=\"Qm/Z+TY0\";\r\n\t"
           "dkim-atps=neutral",
           "mx.example; dkim=fail reason=\"signature verification failed\" header.d=a.example",
           "mx.example; spf=pass (x (y) z) smtp.mailfrom=\"a b\"@a.example; dmarc=pass (p=none) "
           "header.from=a.example;",
           "(x) mx.example (y) ; dkim = pass header . d = a.example",
           "mx.example; spf=none smtp.mailfrom=<>",
       }) {
    EXPECT_TRUE(parse_auth_results(value).has_value()) << value;
    EXPECT_TRUE(is_plainly_spelled(value)) << value;
  }
}

// Each of these is read here, and not, or otherwise, by a filter in use.
TEST(PlainSpelling, is_nothing_that_another_reader_stumbles_over) {
  const std::string pass = "dkim=pass header.d=a.example";
  for (const std::string& value : {
           "mx.example(x); " + pass,
           "\"mx.example\"(x); " + pass,
           std::string("mx.example; dkim(x)=pass header.d=a.example"),
           std::string("mx.example; dkim/1=pass header.d=a.example"),
           std::string("mx.example; dkim / 1 = pass header.d=a.example"),
           "mx.example; ; " + pass,
           "mx.example;; " + pass,
           "mx.example; x-foo=pass a.b=c; " + pass,
           "mx.example; dnswl=pass dns.zone=z; " + pass,
           "mx.example; spf=none action=none; " + pass,
           std::string("mx.example; dkim=pass header.d=a.example reason=x"),
           "mx.example; spf=none smtp.mailfrom=; " + pass,
           "mx.example; dkim=fail header.s=x.; " + pass,
           "mx.example; dkim=fail header.b=ab=; " + pass,
           "mx.example; dkim=fail header.s=x..y; " + pass,
           "mx.example; spf=none reason=\"(\"; " + pass,
           "mx.example; spf=none reason=\"\"; " + pass,
           "mx.example; spf=none reason=\"a\\\"b\"; " + pass,
           "mx.example (" + std::string(max_plain_value, 'x') + "); " + pass,
           "mx.example" + repeated("; " + pass, max_plain_results + 1),
       }) {
    EXPECT_TRUE(parse_auth_results(value).has_value()) << value;
    EXPECT_FALSE(is_plainly_spelled(value)) << value;
  }
}

TEST(PlainSpelling, has_limits_within_which_it_is_read) {
  const std::string result = "; dkim=pass header.d=a.example";
  EXPECT_TRUE(is_plainly_spelled("mx" + repeated(result, max_plain_results)));
  const std::string many = "mx; spf=none reason=" + repeated("a.", 260) + "a";
  ASSERT_LT(many.size(), max_plain_value);
  EXPECT_FALSE(is_plainly_spelled(many));
  EXPECT_TRUE(is_plainly_spelled("mx; spf=none reason=" + repeated("a.", 200) + "a"));
}

}  // namespace
}  // namespace dmarc::mail
