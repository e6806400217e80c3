// Authentication-Results fields: what was read, written anew, reads the same.
#include <dmarc/domain_name.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "expect.h"
#include "mail/auth_results.h"

namespace {

using namespace dmarc;
using namespace dmarc::fuzz;

/// What a writer keeps as it is: keywords of letters, digits and hyphens, values without controls.
bool is_kept(const mail::MethodResult& result) {
  const auto is_keyword = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char c) { return base::is_alnum(c) || c == '-'; });
  };
  const auto is_value = [](std::string_view text) {
    return !text.empty() && base::is_utf8(text) &&
           std::none_of(text.begin(), text.end(), base::is_control);
  };
  if (!is_keyword(result.method) || !is_keyword(result.word())) return false;
  if (!result.reason.empty() && !is_value(result.reason)) return false;
  return std::all_of(result.properties.begin(), result.properties.end(), [&](const auto& property) {
    return is_keyword(property.type) && is_keyword(property.name) && is_value(property.value);
  });
}

/// Blanks around an id, and dots behind it, make no other id.
std::string_view without_end(std::string_view id) {
  id = base::trim(id);
  while (id.ends_with('.'))
    id.remove_suffix(1);
  return id;
}

std::string written(const mail::AuthResults& field) {
  mail::AuthResultsWriter writer(field.authserv_id);
  for (const mail::MethodResult& result : field.results) {
    writer.result(result.method, result.word());
    if (!result.reason.empty()) writer.reason(result.reason);
    for (const mail::Property& property : result.properties)
      writer.property(property.type, property.name, property.value);
  }
  return writer.value();
}

void expect_equal(const mail::MethodResult& a, const mail::MethodResult& b) {
  expect(a.method == b.method && a.word() == b.word() && a.reason == b.reason,
         "a result reads back equal");
  expect(a.properties.size() == b.properties.size(), "properties read back");
  for (std::size_t i = 0; i < a.properties.size(); ++i) {
    const mail::Property& x = a.properties[i];
    const mail::Property& y = b.properties[i];
    expect(x.type == y.type && x.name == y.name && x.value == y.value,
           "a property reads back equal");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value = as_text(data, size);
  const auto field = mail::parse_auth_results(value);
  const auto id = mail::claimed_authserv_id(value);
  if (!field) return 0;
  const std::string_view read = without_end(field->authserv_id);
  // Nobody has blanks in his id; the two readers need not agree on how many there are.
  const bool has_blanks =
      std::any_of(read.begin(), read.end(), [](char c) { return c == ' ' || base::is_control(c); });
  expect(has_blanks || id.value_or("") == read, "a field that is read claims its id");
  if (!std::all_of(field->results.begin(), field->results.end(), is_kept)) return 0;
  const std::string text = written(*field);
  if (text.size() > size * 2 + 1000) return 0;  // it may be past a limit now
  const auto again = mail::parse_auth_results(text);
  if (!again && again.error() == mail::AuthResultsError::too_long) return 0;
  expect(again.has_value(), "what is written can be read");
  expect(again->results.size() == field->results.size(), "all results read back");
  for (std::size_t i = 0; i < field->results.size(); ++i)
    expect_equal(field->results[i], again->results[i]);
  return 0;
}
