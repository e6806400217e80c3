// Genuine mail in all its forms (tests/data/real-from-fields.txt, and with defects
// tests/data/defective-from-fields.txt): none of it may be refused, and none of it gets in when it
// is forged.
#include <gtest/gtest.h>

#include <charconv>

#include "base/ascii.h"
#include "support/data.h"
#include "support/naive_readers.h"
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

std::vector<RealField> fields_in(const std::string& file) {
  std::vector<RealField> fields;
  const std::string text = dmarc::test::read_data(file);
  for (const std::string_view line : base::split(text, '\n')) {
    const std::size_t tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string_view::npos) continue;
    fields.push_back({std::string(line.substr(0, tab)), unescaped(line.substr(tab + 1))});
  }
  return fields;
}

std::vector<RealField> real_fields() {
  return fields_in("real-from-fields.txt");
}

std::vector<RealField> defective_fields() {
  return fields_in("defective-from-fields.txt");
}

mail::Author author_of(std::string_view value) {
  return mail::find_author_in({&value, 1});
}

/// A policy of reject, everything enforced.
World strict_world(std::string_view domain) {
  World world("_dmarc." + std::string(domain) + " TXT \"v=DMARC1; p=reject\"\n");
  world.settings.reject_failures = true;
  world.settings.required_headers = true;
  world.settings.reject_multi_value_from = false;
  return world;
}

Mail mail_from(std::string_view value, std::string_view signer) {
  return Mail()
      .results("mx.victim.com; dkim=pass header.d=" + std::string(signer))
      .from(value)
      .field("Date", "Mon, 23 Nov 2026 10:00:00 +0000");
}

/// Judged as if its own domain had signed it.
Judgement judge_signed(const RealField& field) {
  return strict_world(field.domain).judge(mail_from(field.value, field.domain));
}

void expect_to_pass(const std::vector<RealField>& fields) {
  for (const RealField& field : fields) {
    const Judgement judgement = judge_signed(field);
    EXPECT_TRUE(is_let_in(judgement)) << field.value;
    EXPECT_EQ(judgement.result, Result::pass) << field.value << ": " << judgement.reason;
  }
}

/// Signed by another domain.
void expect_refusal(const std::vector<RealField>& fields) {
  for (const RealField& field : fields) {
    const Judgement judgement =
        strict_world(field.domain).judge(mail_from(field.value, "attack.com"));
    EXPECT_EQ(judgement.action, Action::reject) << field.value;
    EXPECT_EQ(judgement.result, Result::fail) << field.value << ": " << judgement.reason;
  }
}

TEST(RealFromFields, are_many) {
  EXPECT_GE(real_fields().size(), 150U);
}

TEST(RealFromFields, each_names_its_one_author) {
  for (const RealField& field : real_fields()) {
    const mail::Author author = author_of(field.value);
    EXPECT_TRUE(author.is_clean()) << field.value << ": " << author.detail;
    ASSERT_EQ(author.domains.size(), 1U) << field.value;
    EXPECT_EQ(author.domains.front().text(), field.domain) << field.value;
  }
}

TEST(RealFromFields, none_is_refused_when_it_is_genuine) {
  expect_to_pass(real_fields());
}

TEST(RealFromFields, each_is_refused_when_it_is_forged) {
  expect_refusal(real_fields());
}

TEST(DefectiveFromFields, are_many) {
  EXPECT_GE(defective_fields().size(), 250U);
}

TEST(DefectiveFromFields, each_has_one_author_in_spite_of_its_defect) {
  for (const RealField& field : defective_fields()) {
    const mail::Author author = author_of(field.value);
    EXPECT_TRUE(author.is_recovered()) << field.value;
    ASSERT_EQ(author.domains.size(), 1U) << field.value;
    EXPECT_EQ(author.domains.front().text(), field.domain) << field.value;
    EXPECT_EQ(author.visible, author.domains) << field.value;
  }
}

TEST(DefectiveFromFields, none_is_refused_when_it_is_genuine) {
  expect_to_pass(defective_fields());
}

TEST(DefectiveFromFields, each_is_refused_when_it_is_forged) {
  expect_refusal(defective_fields());
}

TEST(DefectiveFromFields, the_defect_is_logged) {
  const Judgement judgement = judge_signed({"example.com", "Doe, Jo <jo@example.com>"});
  EXPECT_TRUE(has_line(judgement,
                       "4F2A1: From field is not an address list (no \"@\" in the address at "
                       "octet 1); every reader takes it for example.com, so that is judged"));
}

// An address of a bank in every place, in every disguise: whoever may see it, it is judged.
TEST(DefectiveFromFields, a_second_domain_is_never_overlooked) {
  const std::vector<std::string> hidden{
      "<ceo@bank.example>",
      "ceo@bank.example ",
      ",ceo@bank.example,",
      "(ceo@bank.example)",
      "\"ceo@bank.example\"",
      "=?utf-8?q?ceo=40bank.example?=",
      "=?utf-8?B?PGNlb0BiYW5rLmV4YW1wbGU+?=",
      "@bank.example:",
      "<ceo\xef\xbc\xa0"
      "bank.example>",
      std::string("\0ceo@bank.example", 17),
  };
  for (const RealField& field : defective_fields()) {
    for (const std::string& address : hidden)
      for (std::size_t at = 0; at <= field.value.size(); ++at) {
        const std::string value = field.value.substr(0, at) + address + field.value.substr(at);
        const mail::Author author = author_of(value);
        if (author.is_clean() || author.defect == mail::AuthorDefect::too_long) continue;
        for (const auto& reading : dmarc::test::naive_readings(value)) {
          ASSERT_NE(std::ranges::find(author.visible, reading.domain), author.visible.end())
              << value << ": " << reading.reader;
          ASSERT_TRUE(!author.is_recovered() || author.domains.front() == reading.domain)
              << value << ": " << reading.reader;
        }
      }
  }
}

}  // namespace
}  // namespace dmarc::policy::test
