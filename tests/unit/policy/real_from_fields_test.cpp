// Genuine mail in all its forms (tests/data/real-from-fields.txt): none of it may be refused.
#include <gtest/gtest.h>

#include <charconv>

#include "base/ascii.h"
#include "support/data.h"
#include "world.h"

namespace dmarc::policy::test {
namespace {

/// "\n" and "\xHH" replaced.
std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    unsigned octet = 0;
    if (rest.starts_with("\\n")) {
      result += "\r\n";
      i += 1;
    } else if (rest.starts_with("\\x") && rest.size() >= 4 &&
               std::from_chars(rest.data() + 2, rest.data() + 4, octet, 16).ptr ==
                   rest.data() + 4) {
      result += static_cast<char>(octet);
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

struct RealField {
  std::string domain;
  std::string value;
};

std::vector<RealField> real_fields() {
  std::vector<RealField> fields;
  const std::string text = dmarc::test::read_data("real-from-fields.txt");
  for (const std::string_view line : base::split(text, '\n')) {
    const std::size_t tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string_view::npos) continue;
    fields.push_back({std::string(line.substr(0, tab)), unescaped(line.substr(tab + 1))});
  }
  return fields;
}

/// Judged as if its own domain had signed it, with a policy of reject and everything enforced.
Judgement judge_signed(const RealField& field) {
  World world("_dmarc." + field.domain + " TXT \"v=DMARC1; p=reject\"\n");
  world.settings.reject_failures = true;
  world.settings.required_headers = true;
  world.settings.reject_multi_value_from = false;
  return world.judge(Mail()
                         .results("mx.victim.com; dkim=pass header.d=" + field.domain)
                         .from(field.value)
                         .field("Date", "Mon, 23 Nov 2026 10:00:00 +0000"));
}

TEST(RealFromFields, are_many) {
  EXPECT_GE(real_fields().size(), 150U);
}

TEST(RealFromFields, each_names_its_one_author) {
  for (const RealField& field : real_fields()) {
    const std::vector<std::string_view> values{field.value};
    const mail::Author author = mail::find_author_in(values);
    EXPECT_TRUE(author.is_clean()) << field.value << ": " << author.detail;
    ASSERT_EQ(author.domains.size(), 1U) << field.value;
    EXPECT_EQ(author.domains.front().text(), field.domain) << field.value;
  }
}

TEST(RealFromFields, none_is_refused_when_it_is_genuine) {
  for (const RealField& field : real_fields()) {
    const Judgement judgement = judge_signed(field);
    EXPECT_TRUE(is_let_in(judgement)) << field.value;
    EXPECT_EQ(judgement.result, Result::pass) << field.value << ": " << judgement.reason;
  }
}

}  // namespace
}  // namespace dmarc::policy::test
