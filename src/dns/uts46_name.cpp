#include "dns/uts46_name.h"

#include <idn2.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/ascii.h"
#include "base/utf8.h"

namespace dmarc::dns {
namespace {

/// UTS #46 section 2.3 "Notation": what else separates labels, in UTF-8.
constexpr std::array<std::string_view, 3> wide_dots{"\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};

std::string with_plain_dots(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    bool is_wide = false;
    for (const std::string_view dot : wide_dots)
      is_wide = is_wide || text.starts_with(dot);
    result += is_wide ? '.' : text.front();
    text.remove_prefix(is_wide ? wide_dots.front().size() : 1);
  }
  return result;
}

std::u32string code_points(std::string_view utf8) {
  std::u32string points;
  while (!utf8.empty()) {
    const std::size_t length = base::utf8_sequence(utf8);
    const auto first = static_cast<unsigned char>(utf8.front());
    char32_t point = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i)
      point = point << 6 | (static_cast<unsigned char>(utf8[i]) & 0x3fU);
    points += point;
    utf8.remove_prefix(length);
  }
  return points;
}

/// RFC 3492 section 6.1 "Bias adaptation function".
std::uint32_t adapted_bias(std::uint32_t delta, std::uint32_t points, bool first) {
  delta /= first ? 700 : 2;
  delta += delta / points;
  std::uint32_t k = 0;
  for (; delta > 455; k += 36)
    delta /= 35;
  return k + 36 * delta / (delta + 38);
}

void add_variable_length(std::string& to, std::uint32_t delta, std::uint32_t bias) {
  constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (std::uint32_t k = 36;; k += 36) {
    const std::uint32_t threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
    if (delta < threshold) break;
    to += digits[threshold + (delta - threshold) % (36 - threshold)];
    delta = (delta - threshold) / (36 - threshold);
  }
  to += digits[delta];
}

/// RFC 3492 section 6.3 "Encoding procedure", of a label that can't overflow its integers.
std::string punycode(const std::u32string& label) {
  std::string result = "xn--";
  std::uint32_t done = 0;
  for (const char32_t point : label) {
    if (point >= 0x80) continue;
    result += static_cast<char>(point);
    ++done;
  }
  const std::uint32_t basic = done;
  if (basic > 0) result += '-';
  std::uint32_t bias = 72;
  std::uint32_t delta = 0;
  for (char32_t n = 0x80; done < label.size(); ++n, ++delta) {
    char32_t next = 0x110000;
    for (const char32_t point : label)
      if (point >= n && point < next) next = point;
    delta += (next - n) * (done + 1);
    n = next;
    for (const char32_t point : label) {
      if (point < n) ++delta;
      if (point != n) continue;
      add_variable_length(result, delta, bias);
      bias = adapted_bias(delta, done + 1, done == basic);
      delta = 0;
      ++done;
    }
  }
  return result;
}

/// Nothing where UTS #46 does not allow the label.
std::optional<std::string> to_a_label(std::string_view label) {
  const std::string terminated(label);
  char* converted = nullptr;
  const int status =
      ::idn2_to_ascii_8z(terminated.c_str(), &converted, IDN2_TRANSITIONAL | IDN2_ALLOW_UNASSIGNED);
  const std::unique_ptr<char, decltype(&::idn2_free)> owned(converted, &::idn2_free);
  switch (status) {
    case IDN2_OK:
      return std::string(converted);
    // Not so by every reading of UTS #46 section 4.1 "Validity Criteria".
    case IDN2_2HYPHEN:
    case IDN2_HYPHEN_STARTEND:
    case IDN2_LEADING_COMBINING:
      return punycode(code_points(base::lower(label)));
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Name> uts46_name(std::string_view text) {
  if (text.size() > 4 * Name::max_text || !base::is_utf8(text)) return std::nullopt;
  const std::string dotted = with_plain_dots(text);
  std::string name;
  for (const std::string_view label : base::split(dotted, '.')) {
    if (label.find('\0') != std::string_view::npos) return std::nullopt;
    // What IDNA2008 takes is written as everywhere else.
    const auto usual = Name::parse(label);
    const auto written = usual ? std::optional(usual->text()) : to_a_label(label);
    if (!written) return std::nullopt;
    name.append(name.empty() ? "" : ".").append(*written);
  }
  const auto parsed = Name::parse(name);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

}  // namespace dmarc::dns
