#include <algorithm>
#include <cstring>
#include <optional>

#include <dmarc/header_field.h>

#include "base/ascii.h"

namespace dmarc::mail {
namespace {

// A usual header with a few Received fields, a signature and its Authentication-Results; later
// pieces are larger.
constexpr std::size_t first_piece = 4096;
constexpr std::size_t usual_fields = 32;

std::string_view without_trailing_blanks(std::string_view text) {
  while (!text.empty() && base::is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

/// Takes the next line, its end included, off the front of `text`.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
  text.remove_prefix(line.size());
  return line;
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// RFC 5322 section 3.6.8 "Optional Fields": a name is printable ASCII without the colon. Section
// 4.5 "Obsolete Header Fields" lets blanks stand behind it.
std::optional<HeaderField> parse_field_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view name = without_trailing_blanks(line.substr(0, colon));
  const auto is_name_octet = [](char c) { return c > ' ' && c < 0x7f; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_octet)) return {};
  return HeaderField{line.substr(0, colon), line.substr(colon + 1)};
}

// A mailbox file puts such a line before a message; Postfix turns it into a field of this name.
bool is_mailbox_line(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of('>'), line.size())).starts_with("From ");
}

}  // namespace

HeaderBlock::HeaderBlock(std::initializer_list<HeaderField> fields) {
  for (const HeaderField& field : fields)
    add(field.name, field.value);
}

HeaderBlock::HeaderBlock(const HeaderBlock& other) : HeaderBlock() {
  for (const HeaderField& field : other)
    add(field.name, field.value);
}

const HeaderField& HeaderBlock::add(std::string_view name, std::string_view value) {
  if (!octets_) {
    octets_ = std::make_unique<std::pmr::monotonic_buffer_resource>(first_piece);
    fields_.reserve(usual_fields);
  }
  return fields_.emplace_back(HeaderField{keep(name), keep(value)});
}

std::string_view HeaderBlock::keep(std::string_view text) {
  if (text.empty()) return {};
  void* const place = octets_->allocate(text.size(), alignof(char));
  std::memcpy(place, text.data(), text.size());
  return {static_cast<const char*>(place), text.size()};
}

bool is_field(const HeaderField& field, std::string_view name) {
  return base::iequals(without_trailing_blanks(field.name), name);
}

std::string_view shown_value(const HeaderField& field) {
  std::string_view value = field.value;
  while (!value.empty() && base::is_blank(value.front()))
    value.remove_prefix(1);
  return value;
}

std::vector<const HeaderField*> fields_named(std::span<const HeaderField> block,
                                             std::string_view name) {
  std::vector<const HeaderField*> found;
  for (const HeaderField& field : block) {
    if (is_field(field, name)) found.push_back(&field);
  }
  return found;
}

HeaderBlock split_header_block(std::string_view message, std::size_t& body_offset) {
  HeaderBlock block;
  std::string_view rest = message;
  std::optional<HeaderField> field;  // read as far as its last line; its value goes on in `message`
  const auto finish_field = [&] {
    if (field) block.add(field->name, field->value);
  };
  while (!rest.empty()) {
    const std::string_view before = rest;
    const std::string_view text = without_line_end(take_line(rest));
    if (text.empty()) break;
    if (!field && is_mailbox_line(text)) {
      field = {"X-Mailbox-Line", text};
    } else if (base::is_blank(text.front()) && field) {
      const char* const end = text.data() + text.size();
      field->value = {field->value.data(), static_cast<std::size_t>(end - field->value.data())};
    } else if (const auto next = parse_field_line(text)) {
      finish_field();
      field = next;
    } else {
      rest = before;
      break;
    }
  }
  finish_field();
  body_offset = message.size() - rest.size();
  return block;
}

}  // namespace dmarc::mail
