#include "crypto/der.h"

#include <cstddef>

namespace dmarc::crypto {
namespace {

// Tags of ITU-T X.690.
constexpr char sequence = 0x30;
constexpr char integer = 0x02;
constexpr char bit_string = 0x03;

/// SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }, and the form without NULL that some
/// software writes.
constexpr std::string_view rsa_with_null("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00",
                                         13);
constexpr std::string_view rsa_without_null = rsa_with_null.substr(0, 11);

constexpr unsigned octet(char c) {
  return static_cast<unsigned char>(c);
}

/// The length that `der` begins with, which is cut off; at most 65,535.
std::optional<std::size_t> take_length(std::string_view& der) {
  if (der.empty()) return {};
  const unsigned first = octet(der.front());
  der.remove_prefix(1);
  if (first < 0x80) return first;
  const std::size_t count = first & 0x7f;
  if (count == 0 || count > 2 || der.size() < count) return {};
  std::size_t length = 0;
  for (std::size_t i = 0; i < count; ++i)
    length = length << 8 | octet(der[i]);
  der.remove_prefix(count);
  if (length < 0x80 || (count == 2 && length < 0x100)) return {};
  return length;
}

/// The contents of the element that `der` begins with, which is cut off.
std::optional<std::string_view> take(std::string_view& der, char tag) {
  if (der.empty() || der.front() != tag) return {};
  der.remove_prefix(1);
  const auto length = take_length(der);
  if (!length || *length > der.size()) return {};
  const std::string_view contents = der.substr(0, *length);
  der.remove_prefix(*length);
  return contents;
}

std::optional<std::string_view> take_positive(std::string_view& der) {
  auto number = take(der, integer);
  if (!number || number->empty() || octet(number->front()) >= 0x80) return {};
  if (number->front() == 0) number->remove_prefix(1);
  if (number->empty() || number->front() == 0) return {};
  return number;
}

std::optional<RsaNumbers> numbers_in(std::string_view fields) {
  const auto modulus = take_positive(fields);
  const auto exponent = modulus ? take_positive(fields) : std::nullopt;
  if (!exponent || !fields.empty()) return {};
  return RsaNumbers{*modulus, *exponent};
}

/// What a SubjectPublicKeyInfo holds as its key.
std::optional<std::string_view> key_in(std::string_view fields) {
  const auto algorithm = take(fields, sequence);
  if (!algorithm || (*algorithm != rsa_with_null && *algorithm != rsa_without_null)) return {};
  auto key = take(fields, bit_string);
  if (!key || !fields.empty() || key->empty() || key->front() != 0) return {};
  key->remove_prefix(1);  // the number of unused bits
  return key;
}

}  // namespace

std::optional<RsaNumbers> rsa_numbers(std::string_view der) {
  const auto outer = take(der, sequence);
  if (!outer || !der.empty() || outer->empty()) return {};
  if (outer->front() == integer) return numbers_in(*outer);
  auto key = key_in(*outer);
  if (!key) return {};
  const auto inner = take(*key, sequence);
  if (!inner || !key->empty()) return {};
  return numbers_in(*inner);
}

}  // namespace dmarc::crypto
