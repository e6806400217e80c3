#include "failure/header_text.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::failure {
namespace {

constexpr std::size_t max_line = 998;
constexpr std::size_t max_quoted_line = 76;

/// RFC 5322 section 2.2 "Header Fields": printable ASCII but the colon.
std::string name_text(std::string_view name) {
  std::string text(name);
  std::ranges::replace_if(
      text, [](char c) { return c <= ' ' || c == ':' || c == 0x7f || base::is_eight_bit(c); }, '?');
  return text.empty() ? "?" : text;
}

std::string line_text(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string text(line);
  std::ranges::replace_if(
      text, [](char c) { return base::is_control(c) && c != '\t'; }, '?');
  return text;
}

/// The lines of a field's value; those behind the first begin with a blank and hold something else.
std::string value_text(std::string_view value) {
  std::string text;
  bool first = true;
  for (const std::string_view part : base::split(value, '\n')) {
    const std::string line = line_text(part);
    if (!first && base::trim(line).empty()) continue;
    if (!first) text.append("\r\n").append(base::is_blank(line.front()) ? "" : "\t");
    text += line;
    first = false;
  }
  return text;
}

bool goes_unquoted(char c, bool last_of_line) {
  if (base::is_blank(c)) return !last_of_line;
  return c != '=' && !base::is_eight_bit(c) && !base::is_control(c);
}

void add_quoted(std::string& text, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto octet = static_cast<unsigned char>(c);
  text.append(1, '=').append(1, digits[octet >> 4]).append(1, digits[octet & 0xf]);
}

}  // namespace

std::string header_text(std::span<const mail::HeaderField> fields) {
  std::string text;
  for (const mail::HeaderField& field : fields) {
    std::string_view value = field.value;
    if (value.starts_with(' ')) value.remove_prefix(1);
    text.append(name_text(field.name)).append(": ").append(value_text(value)).append("\r\n");
  }
  return text;
}

bool needs_quoting(std::string_view text) {
  return std::ranges::any_of(text, base::is_eight_bit) ||
         std::ranges::any_of(base::split(text, '\n'),
                             [](std::string_view line) { return line.size() > max_line; });
}

std::string quoted_printable(std::string_view text) {
  std::string result;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\r\n") {
      result += "\r\n";
      column = 0;
      ++i;
      continue;
    }
    // Room for three characters and the "=" of a line that goes on.
    if (column + 4 > max_quoted_line) {
      result += "=\r\n";
      column = 0;
    }
    const std::size_t before = result.size();
    if (goes_unquoted(text[i], text.substr(i + 1, 2) == "\r\n"))
      result += text[i];
    else
      add_quoted(result, text[i]);
    column += result.size() - before;
  }
  return result;
}

}  // namespace dmarc::failure
