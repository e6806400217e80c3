#include "mail/header_writer.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/ascii.h"
#include "base/encoding.h"
#include "base/utf8.h"

namespace dmarc::mail {
namespace {

constexpr std::size_t max_line = 78;
/// Octets in one encoded word, which may have 75 characters (RFC 2047 section 2).
constexpr std::size_t max_encoded_octets = 45;

std::string without_controls(std::string_view text) {
  std::string safe(text);
  std::replace_if(safe.begin(), safe.end(), base::is_control, ' ');
  return safe;
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), base::is_eight_bit);
}

/// Whole characters only: each encoded word must be readable by itself.
std::size_t characters_that_fit(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t character = std::max<std::size_t>(base::utf8_sequence(text.substr(size)), 1);
    if (size + character > max_encoded_octets) break;
    size += character;
  }
  return size;
}

/// RFC 5322 section 3.2.3 "Atom", with the blanks between atoms.
bool is_phrase_character(char c) {
  return base::is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~ ").find(c) != std::string::npos;
}

}  // namespace

void HeaderWriter::add(std::string_view name, std::string_view value) {
  std::string safe = without_controls(value);
  std::replace_if(safe.begin(), safe.end(), base::is_eight_bit, '?');
  std::string line = std::string(name) + ":";
  for (const std::string_view word : base::words(safe)) {
    const bool is_first = line.size() == name.size() + 1 && line.back() == ':';
    if (!is_first && line.size() + 1 + word.size() > max_line) {
      text_ += line + "\r\n";
      line.clear();
    }
    line += ' ';
    line += word;
  }
  text_ += line + "\r\n";
}

void HeaderWriter::add_text(std::string_view name, std::string_view value) {
  add(name, encode_words(without_controls(value)));
}

std::string encode_words(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string words;
  while (!text.empty()) {
    const std::size_t size = characters_that_fit(text);
    if (!words.empty()) words += ' ';
    words += "=?utf-8?B?" + base::base64(text.substr(0, size)) + "?=";
    text.remove_prefix(size);
  }
  return words;
}

std::string display_name(std::string_view text) {
  const std::string safe = without_controls(base::trim(text));
  if (!is_ascii(safe)) return encode_words(safe);
  if (std::all_of(safe.begin(), safe.end(), is_phrase_character)) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string mail_date(std::int64_t time) {
  // strftime(3) would write the names in the language of the locale.
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = time;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> clock{};
  std::strftime(clock.data(), clock.size(), "%Y %H:%M:%S +0000", &parts);
  std::string text = days[static_cast<std::size_t>(parts.tm_wday)];
  text.append(", ").append(std::to_string(parts.tm_mday)).append(" ");
  text.append(months[static_cast<std::size_t>(parts.tm_mon)]).append(" ");
  return text + clock.data();
}

}  // namespace dmarc::mail
