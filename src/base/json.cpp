#include "base/json.h"

#include <cassert>
#include <cstddef>

#include "base/utf8.h"

namespace dmarc::base {
namespace {

char32_t code_point(std::string_view sequence) {
  static constexpr unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t value = static_cast<unsigned char>(sequence[0]) & lead_bits[sequence.size()];
  for (const char c : sequence.substr(1))
    value = value << 6 | (static_cast<unsigned char>(c) & 0x3f);
  return value;
}

void write_unit(std::string& out, char32_t unit) {
  static constexpr char digits[] = "0123456789abcdef";
  out += {'\\',
          'u',
          digits[unit >> 12 & 15],
          digits[unit >> 8 & 15],
          digits[unit >> 4 & 15],
          digits[unit & 15]};
}

void write_character(std::string& out, char32_t character) {
  if (character == '"' || character == '\\') {
    out += {'\\', static_cast<char>(character)};
  } else if (character >= 0x20 && character < 0x7f) {
    out += static_cast<char>(character);
  } else if (character < 0x10000) {
    write_unit(out, character);
  } else {
    write_unit(out, 0xd800 + ((character - 0x10000) >> 10));
    write_unit(out, 0xdc00 + ((character - 0x10000) & 0x3ff));
  }
}

std::string in_quotes(std::string_view text) {
  constexpr char32_t replacement = 0xfffd;
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    write_character(out, length == 0 ? replacement : code_point(text.substr(0, length)));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out + "\"";
}

}  // namespace

Json::Json(std::string_view text) : scalar_(in_quotes(text)) {}

Json Json::object() {
  Json result;
  result.kind_ = Kind::object;
  return result;
}

Json Json::array() {
  Json result;
  result.kind_ = Kind::array;
  return result;
}

Json Json::array(const std::vector<std::string>& texts) {
  Json result = array();
  for (const std::string& text : texts)
    result.push(text);
  return result;
}

Json& Json::set(std::string_view name, Json value) {
  assert(kind_ == Kind::object);
  names_.push_back(in_quotes(name));
  values_.push_back(std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  assert(kind_ == Kind::array);
  values_.push_back(std::move(value));
  return *this;
}

std::string Json::text() const {
  std::string out;
  write(out, 0);
  return out;
}

std::string Json::line() const {
  std::string out;
  write(out, std::nullopt);
  return out;
}

void Json::write(std::string& out, std::optional<std::size_t> depth) const {
  const auto deeper = depth ? std::optional(*depth + 1) : std::nullopt;
  const auto begin_line = [&](std::optional<std::size_t> level) {
    if (level) out.append("\n").append(2 * *level, ' ');
  };
  if (kind_ == Kind::scalar) {
    out += scalar_;
    return;
  }
  const bool is_object = kind_ == Kind::object;
  out += is_object ? '{' : '[';
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (i > 0) out += ',';
    begin_line(deeper);
    if (is_object) out += names_[i] + (depth ? ": " : ":");
    values_[i].write(out, deeper);
  }
  if (!values_.empty()) begin_line(depth);
  out += is_object ? '}' : ']';
}

}  // namespace dmarc::base
