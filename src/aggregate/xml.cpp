#include "aggregate/xml.h"

#include "base/ascii.h"
#include "base/utf8.h"

namespace dmarc::aggregate {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

/// Whether a well-formed sequence is a character of XML 1.0 (section 2.2 "Characters").
bool is_xml_character(std::string_view sequence) {
  if (sequence.size() == 1) {
    const char c = sequence[0];
    return !base::is_control(c) || c == '\t' || c == '\n' || c == '\r' || c == '\x7f';
  }
  return sequence != "\xef\xbf\xbe" && sequence != "\xef\xbf\xbf";
}

std::string_view reference(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\r':
      return "&#13;";  // a parser would make LF of it
    default:
      return {};
  }
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = base::utf8_sequence(text);
    const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(sequence.size());
    if (length == 0 || !is_xml_character(sequence))
      result += replacement;
    else if (const std::string_view escape = reference(sequence[0]); !escape.empty())
      result += escape;
    else
      result += sequence;
  }
  return result;
}

void Xml::open_root(std::string_view name, std::string_view name_space) {
  line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
  line("<" + std::string(name) + " xmlns=\"" + xml_escaped(name_space) + "\">");
  ++depth_;
}

void Xml::open(std::string_view name) {
  line("<" + std::string(name) + ">");
  ++depth_;
}

void Xml::close(std::string_view name) {
  --depth_;
  line("</" + std::string(name) + ">");
}

void Xml::element(std::string_view name, std::string_view value) {
  const std::string tag(name);
  line("<" + tag + ">" + xml_escaped(value) + "</" + tag + ">");
}

void Xml::line(const std::string& text) {
  sink_(std::string(2 * depth_, ' ') + text + "\n");
}

}  // namespace dmarc::aggregate
