#include "mail/lexer.h"

#include "base/ascii.h"

namespace dmarc::mail {

std::string_view describe(LexError error) {
  switch (error) {
    case LexError::open_comment:
      return "a comment is not closed";
    case LexError::open_quote:
      return "a quoted string is not closed";
    case LexError::open_literal:
      return "a domain literal is not closed";
    case LexError::deep_comment:
      return "comments are nested too deeply";
  }
  return "";
}

tl::expected<std::string, std::size_t> unfold(std::string_view value) {
  std::string text;
  text.reserve(value.size());
  std::size_t line = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!base::is_control(value[i]) || value[i] == '\t') continue;
    const std::size_t next = i + (value.substr(i).starts_with("\r\n") ? 2 : 1);
    const bool line_end = value[next - 1] == '\n';
    if (!line_end || (next < value.size() && !base::is_blank(value[next])))
      return tl::unexpected(i);
    text += value.substr(line, i - line);
    line = next;
    i = next - 1;
  }
  return text += value.substr(line);
}

std::string unquote(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size()) ++i;
    text += raw[i];
  }
  return text;
}

bool Lexer::accept(char c) {
  if (at_end() || text_[offset_] != c) return false;
  ++offset_;
  return true;
}

tl::expected<bool, LexError> Lexer::skip_cfws() {
  const std::size_t start = offset_;
  while (!at_end()) {
    if (base::is_blank(peek())) {
      ++offset_;
    } else if (peek() == '(') {
      const auto skipped = skip_comment();
      if (!skipped) return tl::unexpected(skipped.error());
    } else {
      break;
    }
  }
  return offset_ > start;
}

// RFC 5322 section 3.2.2 "Folding White Space and Comments": parentheses nest unless quoted.
tl::expected<void, LexError> Lexer::skip_comment() {
  std::size_t depth = 0;
  for (std::size_t i = offset_; i < text_.size(); ++i) {
    if (text_[i] == '\\') {
      ++i;
    } else if (text_[i] == '(') {
      if (++depth > comment_depth_) return tl::unexpected(LexError::deep_comment);
    } else if (text_[i] == ')' && --depth == 0) {
      offset_ = i + 1;
      return {};
    }
  }
  return tl::unexpected(LexError::open_comment);
}

tl::expected<std::string_view, LexError> Lexer::quoted_string() {
  return delimited('"', LexError::open_quote);
}

tl::expected<std::string_view, LexError> Lexer::domain_literal() {
  return delimited(']', LexError::open_literal);
}

tl::expected<std::string_view, LexError> Lexer::delimited(char close, LexError error) {
  for (std::size_t i = offset_ + 1; i < text_.size(); ++i) {
    if (text_[i] == '\\') {
      ++i;
    } else if (text_[i] == close) {
      const std::string_view inner = text_.substr(offset_ + 1, i - offset_ - 1);
      offset_ = i + 1;
      return inner;
    }
  }
  return tl::unexpected(error);
}

}  // namespace dmarc::mail
