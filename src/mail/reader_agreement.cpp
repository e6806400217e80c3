#include "mail/reader_agreement.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/encoded_word.h"
#include "mail/lexer.h"

namespace dmarc::mail {
namespace {

template <std::size_t count>
bool holds_one_of(std::string_view text, const std::array<std::string_view, count>& pieces) {
  return std::ranges::any_of(
      pieces, [&](std::string_view piece) { return text.find(piece) != std::string_view::npos; });
}

/// `lower_case` is in lower case.
bool holds_escaped_at(std::string_view lower_case) {
  constexpr std::array<std::string_view, 6> escapes{"%40",   "=40",   "&#64",
                                                    "&#x40", "&#064", "&commat"};
  return holds_one_of(lower_case, escapes);
}

/// Of GB 2312 and EUC-KR, Big5, EUC-JP, Shift_JIS, and with its escape sequence ISO-2022-JP.
bool holds_wide_at(std::string_view text) {
  constexpr std::array<std::string_view, 4> wide{"\xa3\xc0", "\xa2\x49", "\xa1\xf7", "\x81\x97"};
  const bool escapes = text.find('\x1b') != std::string_view::npos;
  return (escapes && text.find("!w") != std::string_view::npos) ||
         (!base::is_utf8(text) && holds_one_of(text, wide));
}

bool is_dotted_word(std::string_view word) {
  const std::size_t dot = word.find('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < word.size();
}

bool has_dotted_word(std::string_view text) {
  while (!text.empty()) {
    const auto end =
        std::ranges::find_if(text, [](char c) { return c != '.' && !is_atom_octet(c); });
    const auto length = static_cast<std::size_t>(end - text.begin());
    if (is_dotted_word(text.substr(0, length))) return true;
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return false;
}

/// Whether what follows the ">" of an address could continue its domain.
bool continues_domain(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('.'), text.size()));
  return !text.empty() && (base::is_alnum(text.front()) || base::is_eight_bit(text.front()) ||
                           text.front() == '-' || text.front() == '_');
}

bool brackets_hold_addresses(std::string_view text) {
  bool has_at = false;  // what stands before this bracket, behind the last one
  while (!text.empty()) {
    const std::size_t next = std::min(text.find_first_of("<>", 1), text.size());
    const std::string_view inner = text.substr(1, next - 1);
    const char bracket = text.front();
    if (bracket == '>' && has_at && continues_domain(inner)) return false;
    has_at = inner.find('@') != std::string_view::npos;
    if (bracket == '<' && !has_at && has_dotted_word(inner)) return false;
    text.remove_prefix(next);
  }
  return true;
}

}  // namespace

bool readers_agree(std::string_view value, const VisibleDomains& seen) {
  if (!seen.complete || seen.names.size() != 1 || !seen.exact) return false;
  if (value.find('@') == std::string_view::npos || !all_decode_alike(value)) return false;
  const std::string decoded = decode_encoded_words(value);
  return !holds_escaped_at(base::lower(decoded)) && !holds_wide_at(decoded) &&
         !base::has_bidi_control(decoded) && brackets_hold_addresses(decoded) &&
         brackets_hold_addresses(value);
}

}  // namespace dmarc::mail
