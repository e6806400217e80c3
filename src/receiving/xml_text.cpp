#include "receiving/xml_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "base/utf8.h"

namespace dmarc::receiving {
namespace {

/// By then a declaration has named its encoding.
constexpr std::size_t octets_to_decide = 256;
/// The longest reference that is looked for: "&#x0010FFFF;".
constexpr std::size_t max_reference = 12;
constexpr std::uint32_t replacement = 0xFFFD;
constexpr std::string_view cdata_begin = "<![CDATA[";
constexpr std::string_view cdata_end = "]]>";
constexpr std::array<std::string_view, 5> own_entities{"amp", "lt", "gt", "quot", "apos"};

/// XML 1.0 section 2.2 "Characters".
bool is_character(std::uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) ||
         (c >= 0xE000 && c < 0xFFFE) || (c >= 0x10000 && c <= 0x10FFFF);
}

/// What a declaration says, in lower case; empty without one.
std::string declared_encoding(std::string_view head) {
  const std::string text = base::lower(head.substr(0, head.find("?>")));
  const std::size_t name = text.find("encoding");
  if (name == std::string::npos) return {};
  const std::size_t begin = text.find_first_of("\"'", name);
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find_first_of("\"'", begin + 1);
  return text.substr(begin + 1, end == std::string::npos ? end : end - begin - 1);
}

/// Of "amp" or "#xE4", what stands between "&" and ";".
bool is_known_reference(std::string_view name) {
  if (!name.starts_with('#'))
    return std::find(own_entities.begin(), own_entities.end(), name) != own_entities.end();
  name.remove_prefix(1);
  const bool is_hexadecimal = name.starts_with('x');
  if (is_hexadecimal) name.remove_prefix(1);
  std::uint32_t character = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, character, is_hexadecimal ? 16 : 10);
  return error == std::errc() && stop == end && is_character(character);
}

/// What stays as it is wherever it stands.
constexpr base::OctetSet plain([](char c) {
  return c != '&' && c != '<' && c != ']' && !base::is_eight_bit(c) &&
         (!base::is_control(c) || base::is_space(c));
});

bool may_begin_tag(char c) {
  return base::is_alpha(c) || base::is_eight_bit(c) || c == '_' || c == ':' || c == '/' ||
         c == '!' || c == '?';
}

}  // namespace

void append_utf8(std::string& text, std::uint32_t character) {
  if (!is_character(character)) character = replacement;
  const auto put = [&text](std::uint32_t octet) { text += static_cast<char>(octet); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0 | (character >> 6));
    put(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    put(0xE0 | (character >> 12));
    put(0x80 | ((character >> 6) & 0x3F));
    put(0x80 | (character & 0x3F));
  } else {
    put(0xF0 | (character >> 18));
    put(0x80 | ((character >> 12) & 0x3F));
    put(0x80 | ((character >> 6) & 0x3F));
    put(0x80 | (character & 0x3F));
  }
}

std::string_view XmlText::add(std::string_view chunk) {
  raw_ += chunk;
  if (encoding_ == Encoding::undecided && raw_.size() < octets_to_decide) return {};
  return run(false);
}

std::string_view XmlText::finish() {
  return run(true);
}

std::string_view XmlText::run(bool at_end) {
  if (encoding_ == Encoding::undecided) decide();
  if (encoding_ == Encoding::utf8) {
    decoded_ += raw_;
    raw_.clear();
  } else if (encoding_ == Encoding::latin1) {
    decode_latin1(raw_);
    raw_.clear();
  } else {
    decode_utf16(raw_, at_end);
  }
  ready_.clear();
  repair(at_end);
  return ready_;
}

void XmlText::decide() {
  const std::string_view head = std::string_view(raw_).substr(0, octets_to_decide);
  constexpr std::string_view little("<\0", 2);
  constexpr std::string_view big("\0<", 2);
  if (head.starts_with("\xff\xfe") || head.starts_with(little)) {
    encoding_ = Encoding::utf16_little;
  } else if (head.starts_with("\xfe\xff") || head.starts_with(big)) {
    encoding_ = Encoding::utf16_big;
  } else if (head.starts_with("\xef\xbb\xbf")) {
    encoding_ = Encoding::utf8;
  } else {
    const std::string name = declared_encoding(head);
    const bool is_latin = name.starts_with("iso-8859") || name.starts_with("iso8859") ||
                          name.starts_with("latin") || name.starts_with("windows-125") ||
                          name.starts_with("cp125");
    encoding_ = is_latin ? Encoding::latin1 : Encoding::utf8;
  }
}

void XmlText::decode_latin1(std::string_view octets) {
  for (const char c : octets)
    append_utf8(decoded_, static_cast<unsigned char>(c));
}

/// Leaves in raw_ what may go on.
void XmlText::decode_utf16(std::string_view octets, bool at_end) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(octets[at]);
    const auto second = static_cast<unsigned char>(octets[at + 1]);
    return encoding_ == Encoding::utf16_little ? std::uint32_t{second} << 8 | first
                                               : std::uint32_t{first} << 8 | second;
  };
  std::size_t at = 0;
  while (at + 1 < octets.size()) {
    std::uint32_t character = unit(at);
    if (character >= 0xD800 && character < 0xDC00) {
      if (at + 3 >= octets.size() && !at_end) break;
      const std::uint32_t low = at + 3 < octets.size() ? unit(at + 2) : 0;
      if (low >= 0xDC00 && low < 0xE000) {
        character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
        at += 2;
      }
    }
    append_utf8(decoded_, character);
    at += 2;
  }
  raw_.erase(0, at);
}

/// Moves from decoded_ to ready_ what can be judged.
void XmlText::repair(bool at_end) {
  const std::string_view text = decoded_;
  std::size_t at = 0;
  while (at < text.size()) {
    if (begun_) {
      const std::size_t run = at;
      while (at < text.size() && plain.contains(text[at]))
        ++at;
      ready_ += text.substr(run, at - run);
      if (at == text.size()) break;
    }
    const std::size_t used = repair_at(text.substr(at), at_end);
    if (used == 0) break;  // more of it must come first
    at += used;
  }
  decoded_.erase(0, at);
}

/// The octets dealt with; 0 when more are needed.
std::size_t XmlText::repair_at(std::string_view rest, bool at_end) {
  const char c = rest.front();
  if (!begun_ && c != '<') {
    // A byte order mark, blanks, NULs; anything else is for the parser to refuse.
    constexpr std::string_view mark = "\xef\xbb\xbf";
    if (c == '\n') ++lines_dropped_;
    if (base::is_space(c) || c == '\0') return 1;
    if (mark.starts_with(rest.substr(0, mark.size())))
      return rest.size() >= mark.size() ? mark.size() : (at_end ? rest.size() : 0);
  }
  begun_ = true;
  if (c == '&' && !in_cdata_) return repair_reference(rest, at_end);
  if (c == '<' || (c == ']' && in_cdata_)) return repair_markup(rest, at_end);
  if (base::is_eight_bit(c)) return repair_eight_bit(rest, at_end);
  if (!base::is_control(c)) ready_ += c;
  return 1;
}

std::size_t XmlText::repair_reference(std::string_view rest, bool at_end) {
  const std::size_t end = rest.substr(0, max_reference).find(';');
  if (end == std::string_view::npos && rest.size() < max_reference && !at_end) return 0;
  if (end != std::string_view::npos && is_known_reference(rest.substr(1, end - 1))) {
    ready_ += rest.substr(0, end + 1);
    return end + 1;
  }
  ready_ += "&amp;";
  return 1;
}

std::size_t XmlText::repair_markup(std::string_view rest, bool at_end) {
  const std::string_view mark = in_cdata_ ? cdata_end : cdata_begin;
  const std::string_view head = rest.substr(0, mark.size());
  if (head.size() < mark.size() && !at_end && (head.size() == 1 || mark.starts_with(head)))
    return 0;
  if (head == mark) {
    in_cdata_ = !in_cdata_;
    ready_ += mark;
    return mark.size();
  }
  const bool is_text =
      !in_cdata_ && rest.front() == '<' && (rest.size() < 2 || !may_begin_tag(rest[1]));
  if (is_text)
    ready_ += "&lt;";
  else
    ready_ += rest.front();
  return 1;
}

std::size_t XmlText::repair_eight_bit(std::string_view rest, bool at_end) {
  constexpr std::size_t longest = 4;
  const std::size_t length = base::utf8_sequence(rest.substr(0, longest));
  if (length == 0) {
    if (rest.size() < longest && !at_end) return 0;
    append_utf8(ready_, static_cast<unsigned char>(rest.front()));
    return 1;
  }
  const std::string_view sequence = rest.substr(0, length);
  if (sequence == "\xef\xbf\xbe" || sequence == "\xef\xbf\xbf")
    append_utf8(ready_, replacement);
  else
    ready_ += sequence;
  return length;
}

}  // namespace dmarc::receiving
