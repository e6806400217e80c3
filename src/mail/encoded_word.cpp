#include "mail/encoded_word.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/ascii.h"

namespace dmarc::mail {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (base::is_digit(c)) return static_cast<unsigned>(c - '0');
  const char letter = base::to_lower(c);
  if (letter >= 'a' && letter <= 'f') return static_cast<unsigned>(letter - 'a' + 10);
  return {};
}

// RFC 2047 section 4.2 "The 'Q' encoding".
std::string decode_q(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    if (text[i] == '=' && low) {
      result += static_cast<char>(*high << 4 | *low);
      i += 2;
    } else {
      result += text[i] == '_' ? ' ' : text[i];
    }
  }
  return result;
}

std::optional<std::uint32_t> base64_digit(char c) {
  if (base::is_upper(c)) return static_cast<std::uint32_t>(c - 'A');
  if (base::is_lower(c)) return static_cast<std::uint32_t>(c - 'a' + 26);
  if (base::is_digit(c)) return static_cast<std::uint32_t>(c - '0' + 52);
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return {};
}

// RFC 2047 section 4.1 "The 'B' encoding". Other characters are skipped.
std::string decode_b(std::string_view text) {
  std::string result;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto digit = base64_digit(c);
    if (!digit) continue;
    bits = (bits << 6 | *digit) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      result += static_cast<char>(bits >> count & 0xff);
    }
  }
  return result;
}

struct EncodedWord {
  std::string_view charset;
  std::string_view payload;
  bool base64;
  std::size_t end;  // offset behind the closing "?="
};

/// The encoded word that begins at `start`, where "=?" stands.
std::optional<EncodedWord> encoded_word_at(std::string_view text, std::size_t start) {
  // RFC 2047 section 2 allows 75 octets in all; a charset's name is far shorter.
  constexpr std::size_t max_charset = 100;
  const std::size_t charset = text.substr(start + 2, max_charset).find('?');
  if (charset == std::string_view::npos) return {};
  const std::size_t encoding = start + 2 + charset + 1;
  if (encoding + 1 >= text.size() || text[encoding + 1] != '?') return {};
  const char kind = base::to_lower(text[encoding]);
  if (kind != 'b' && kind != 'q') return {};
  const std::size_t payload = encoding + 2;
  const std::size_t close = text.find("?=", payload);
  if (close == std::string_view::npos) return {};
  return EncodedWord{text.substr(start + 2, charset), text.substr(payload, close - payload),
                     kind == 'b', close + 2};
}

/// Unlike UTF-7, UTF-16, HZ or EBCDIC, where other octets make an "@".
bool is_ascii_compatible(std::string_view charset) {
  constexpr std::array<std::string_view, 17> families{
      "utf-8",    "utf8",        "us-ascii",  "ascii",   "iso-8859-", "iso8859-",
      "windows-", "cp125",       "koi8-",     "gb",      "big5",      "shift",
      "euc-",     "iso-2022-jp", "ks_c_5601", "tis-620", "x-unknown"};
  return std::ranges::any_of(
      families, [&](std::string_view family) { return base::istarts_with(charset, family); });
}

/// Some decode the payloads of neighbours as one, so each has to be whole by itself.
bool is_whole(const EncodedWord& word) {
  const std::string_view text = word.payload;
  if (word.base64) {
    const auto is_digit = [](char c) { return base64_digit(c) || c == '='; };
    return text.size() % 4 == 0 && std::ranges::all_of(text, is_digit);
  }
  for (std::size_t i = text.find('='); i != std::string_view::npos; i = text.find('=', i + 1)) {
    if (i + 2 >= text.size() || !hex_digit(text[i + 1]) || !hex_digit(text[i + 2])) return false;
  }
  return text.find('?') == std::string_view::npos;
}

}  // namespace

std::string decode_encoded_words(std::string_view text) {
  // Without this, a text of nothing but "=?" would be searched to its end for each of them.
  const std::size_t last_close = text.rfind("?=");
  std::string result;
  std::size_t done = 0;
  bool after_word = false;
  for (std::size_t i = text.find("=?"); i != std::string_view::npos; i = text.find("=?", i)) {
    if (last_close == std::string_view::npos || i > last_close) break;
    const auto word = encoded_word_at(text, i);
    if (!word) {
      ++i;
      continue;
    }
    const std::string_view gap = text.substr(done, i - done);
    if (!after_word || !base::trim(gap).empty()) result += gap;
    result += word->base64 ? decode_b(word->payload) : decode_q(word->payload);
    i = done = word->end;
    after_word = true;
  }
  return result.append(text.substr(done));
}

bool all_decode_alike(std::string_view text) {
  for (std::size_t i = text.find("=?"); i != std::string_view::npos; i = text.find("=?", i)) {
    const auto word = encoded_word_at(text, i);
    if (!word || !is_ascii_compatible(word->charset) || !is_whole(*word)) return false;
    i = word->end;
  }
  const std::string decoded = decode_encoded_words(text);
  return decoded.find("=?") == std::string::npos && decoded.find("?=") == std::string::npos;
}

}  // namespace dmarc::mail
