#include "dkim/canonicalization.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::dkim {
namespace {

constexpr std::string_view crlf = "\r\n";

/// Runs of blanks become one; none are left at the end.
void append_line(std::string& text, std::string_view line) {
  bool blank = false;
  for (const char c : line) {
    if (base::is_blank(c)) {
      blank = true;
      continue;
    }
    if (blank) text += ' ';
    blank = false;
    text += c;
  }
}

}  // namespace

std::string relaxed_field(std::string_view name, std::string_view value) {
  std::string text = base::lower(base::trim(name)) + ":";
  std::string unfolded(base::trim(value));
  std::erase_if(unfolded, [](char c) { return c == '\r' || c == '\n'; });
  append_line(text, unfolded);
  return text;
}

std::string relaxed_body(std::string_view body) {
  std::string text;
  text.reserve(body.size());
  std::size_t content = 0;  // up to the last line that is not empty
  while (!body.empty()) {
    const std::size_t end = std::min(body.find(crlf), body.size());
    const std::size_t begin = text.size();
    append_line(text, body.substr(0, end));
    const bool is_empty = text.size() == begin;
    text += crlf;
    if (!is_empty) content = text.size();
    body.remove_prefix(std::min(end + crlf.size(), body.size()));
  }
  text.resize(content);
  return text;
}

}  // namespace dmarc::dkim
