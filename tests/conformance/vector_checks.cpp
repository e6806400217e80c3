#include "vector_checks.h"

#include <algorithm>

namespace dmarc::test {
namespace {

std::string join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts)
    joined += (joined.empty() ? "" : ", ") + text;
  return '[' + joined + ']';
}

}  // namespace

bool Checks::result(const std::string& field, std::string_view actual) {
  const std::vector<std::string> accepted = expect_["accept_results"].texts();
  if (accepted.empty()) {
    text(field, actual);
    return true;
  }
  if (std::find(accepted.begin(), accepted.end(), actual) == accepted.end())
    compare(field, "one of " + join(accepted), std::string(actual));
  return false;
}

void Checks::text(const std::string& field, std::string_view actual) {
  if (const auto expected = expect_[field].optional_text())
    compare(field, *expected, std::string(actual));
}

void Checks::boolean(const std::string& field, bool actual) {
  if (expect_[field].is_set())
    compare(field, expect_[field].boolean() ? "true" : "false", actual ? "true" : "false");
}

void Checks::list(const std::string& field, const std::vector<std::string>& actual) {
  if (expect_[field].is_set()) compare(field, join(expect_[field].texts()), join(actual));
}

void Checks::text_or_null(const std::string& field, const std::optional<std::string>& actual) {
  if (expect_[field].is_present())
    compare(field, expect_[field].text_or("null"), actual.value_or("null"));
}

void Checks::compare(const std::string& field, const std::string& expected,
                     const std::string& actual) {
  if (expected != actual) fail(field + ": expected " + expected + ", actual " + actual);
}

}  // namespace dmarc::test
