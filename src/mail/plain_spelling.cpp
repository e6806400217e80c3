#include "mail/plain_spelling.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/ascii.h"

namespace dmarc::mail {
namespace {

/// What stands between the words.
bool is_between(char c) {
  return c == ';' || c == '=' || c == '.';
}

bool is_white(char c) {
  return base::is_blank(c) || c == '\r' || c == '\n';
}

/// A word, what a quoted string holds, or one of the separators. Comments are left out.
struct Piece {
  std::string_view text;
  bool quoted = false;

  bool is(char separator) const { return !quoted && text.size() == 1 && text.front() == separator; }
  bool is_word() const { return quoted || !(text.size() == 1 && is_between(text.front())); }
};

using Pieces = std::vector<Piece>;

/// Behind the comment that begins at `offset`; nothing when it does not end.
std::optional<std::size_t> end_of_comment(std::string_view text, std::size_t offset) {
  std::size_t depth = 0;
  for (; offset < text.size(); ++offset) {
    if (text[offset] == '(') ++depth;
    if (text[offset] == ')' && --depth == 0) return offset + 1;
  }
  return std::nullopt;
}

/// Nothing when a comment, a quoted string or a backslash makes the words doubtful.
std::optional<Pieces> pieces_of(std::string_view text) {
  if (text.find('\\') != std::string_view::npos) return std::nullopt;
  Pieces pieces;
  bool in_word = false;  // a comment here would touch it
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::size_t end = i + 1;
    if (is_white(c)) {
      in_word = false;
    } else if (c == '(') {
      const auto closed = end_of_comment(text, i);
      if (in_word || !closed) return std::nullopt;
      end = *closed;
    } else if (is_between(c)) {
      pieces.push_back({text.substr(i, 1)});
      in_word = false;
    } else if (c == '"') {
      end = text.find('"', i + 1);
      if (in_word || end == std::string_view::npos || end == i + 1 || text[i + 1] == '(')
        return std::nullopt;
      pieces.push_back({text.substr(i + 1, end - i - 1), true});
      ++end;
      in_word = true;
    } else {
      while (end < text.size() && !is_white(text[end]) && !is_between(text[end]) &&
             text[end] != '(' && text[end] != '"')
        ++end;
      // What follows a quoted string at once, "@example.org", belongs to it.
      if (!in_word) pieces.push_back({text.substr(i, end - i)});
      in_word = true;
    }
    if (pieces.size() > max_plain_tokens) return std::nullopt;
    i = end;
  }
  return pieces;
}

bool is_plain_keyword(const Piece& piece) {
  return !piece.quoted && std::ranges::all_of(piece.text, [](char c) {
    return base::is_alnum(c) || c == '-' || c == '_';
  });
}

bool is_usual_type(const Piece& piece) {
  constexpr std::array<std::string_view, 4> types{"smtp", "header", "body", "policy"};
  return !piece.quoted && std::ranges::any_of(types, [&](std::string_view type) {
    return base::iequals(piece.text, type);
  });
}

/// Walks over the pieces; each function is true, and stands behind its piece, when it is there.
class Grammar {
 public:
  explicit Grammar(const Pieces& pieces) : pieces_(pieces) {}

  bool field() {
    if (!id()) return false;
    std::size_t results = 0;
    while (!at_end()) {
      if (!separator(';')) return false;
      if (at_end()) return true;
      if (++results > max_plain_results || !result()) return false;
    }
    return true;
  }

 private:
  bool at_end() const { return next_ == pieces_.size(); }
  bool separator(char c) {
    if (at_end() || !pieces_[next_].is(c)) return false;
    ++next_;
    return true;
  }
  const Piece* word() {
    if (at_end() || !pieces_[next_].is_word()) return nullptr;
    return &pieces_[next_++];
  }
  bool keyword() {
    const Piece* const found = word();
    return found != nullptr && is_plain_keyword(*found);
  }

  bool id() {
    const Piece* const first = word();
    if (first == nullptr || !base::is_alnum(first->text.front())) return false;
    while (separator('.'))
      if (word() == nullptr) return false;
    if (at_end() || !pieces_[next_].is_word()) return true;
    return std::ranges::all_of(word()->text, base::is_digit);  // the version
  }

  bool result() {
    if (!keyword()) return false;
    if (at_end()) return true;  // "none"
    if (!separator('=') || !keyword()) return false;
    if (!at_end() && base::iequals(pieces_[next_].text, "reason") && !(word() && value()))
      return false;
    while (!at_end() && !pieces_[next_].is(';'))
      if (!property()) return false;
    return true;
  }

  bool property() {
    const Piece* const type = word();
    return type != nullptr && is_usual_type(*type) && separator('.') && keyword() && value();
  }

  /// "=" and words with single separators between them.
  bool value() {
    do {
      if (!(separator('=') || separator('.')) || word() == nullptr) return false;
    } while (!at_end() && (pieces_[next_].is('=') || pieces_[next_].is('.')));
    return true;
  }

  const Pieces& pieces_;
  std::size_t next_ = 0;
};

}  // namespace

bool is_plainly_spelled(std::string_view value) {
  if (value.size() > max_plain_value) return false;
  const auto pieces = pieces_of(value);
  return pieces && Grammar(*pieces).field();
}

}  // namespace dmarc::mail
