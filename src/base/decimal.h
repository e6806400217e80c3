// Unsigned decimal numbers, strictly: digits only, within the type's range.
//
//   base::parse_decimal<std::uint16_t>("8893")   // 8893
//   base::parse_decimal<std::uint16_t>("70000")  // nothing; nor for "", "+1", " 1", "1x"
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace dmarc::base {

template <std::unsigned_integral Number>
std::optional<Number> parse_decimal(std::string_view text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return {};
  return number;
}

}  // namespace dmarc::base
