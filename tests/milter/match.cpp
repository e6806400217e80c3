#include "match.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::test {
namespace {

// A field may be 60,000 octets long; its beginning tells which one it is.
constexpr std::size_t shown = 300;

std::string list(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts)
    result += "\n      " + base::printable(text, shown);
  return result.empty() ? " none" : result;
}

std::string unfolded(std::string_view value) {
  std::string text;
  for (const char c : value)
    if (c != '\r' && c != '\n') text += c;
  return text;
}

std::vector<std::string> texts_of(const mail::HeaderBlock& header) {
  std::vector<std::string> texts;
  for (const mail::HeaderField& field : header)
    texts.push_back(field_text(field));
  return texts;
}

bool all_match(const std::vector<std::string>& texts, const std::vector<std::string>& patterns) {
  return std::equal(
      texts.begin(), texts.end(), patterns.begin(), patterns.end(),
      [](const std::string& text, const std::string& pattern) { return matches(text, pattern); });
}

/// Takes the fields out of `sent` that are not in `kept`, which must be what is left of it, in
/// order; nothing when it is not.
std::optional<std::vector<std::string>> missing_fields(const std::vector<std::string>& sent,
                                                       const std::vector<std::string>& kept) {
  std::vector<std::string> missing;
  auto next = kept.begin();
  for (const std::string& field : sent) {
    if (next != kept.end() && *next == field)
      ++next;
    else
      missing.push_back(field);
  }
  if (next != kept.end()) return std::nullopt;
  return missing;
}

}  // namespace

bool matches(std::string_view text, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t next; (next = pattern.find('*')) != std::string_view::npos;) {
    const std::size_t found = text.find(pattern.substr(0, next));
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + next);
    pattern.remove_prefix(next + 1);
  }
  return text.ends_with(pattern);
}

std::string answer_text(const milter::client::Response& answer) {
  return answer.reply.empty() ? std::string(to_string(answer.kind)) : answer.reply;
}

std::string field_text(const mail::HeaderField& field) {
  return std::string(field.name) + ": " + unfolded(base::trim(field.value));
}

std::optional<std::string> header_difference(const mail::HeaderBlock& sent,
                                             const mail::HeaderBlock& delivered,
                                             const std::vector<std::string>& added,
                                             const std::vector<std::string>& removed) {
  const std::vector<std::string> before = texts_of(sent);
  std::vector<std::string> top = texts_of(delivered);
  const std::size_t added_count = top.size() + removed.size() >= before.size()
                                      ? top.size() + removed.size() - before.size()
                                      : 0;
  const auto border = top.begin() + static_cast<std::ptrdiff_t>(std::min(added_count, top.size()));
  const std::vector<std::string> rest(border, top.end());
  top.erase(border, top.end());
  // Of what was added the blank behind the colon counts too: exactly one, as a human writes it.
  for (std::size_t i = 0; i < top.size(); ++i)
    top[i] = std::string(delivered[i].name) + ":" + unfolded(delivered[i].value);
  if (!all_match(top, added)) return "fields on top:" + list(top) + "\n    expected:" + list(added);
  const auto missing = missing_fields(before, rest);
  if (!missing) return "the rest of the header has changed:" + list(rest);
  if (!all_match(*missing, removed))
    return "removed fields:" + list(*missing) + "\n    expected:" + list(removed);
  return std::nullopt;
}

}  // namespace dmarc::test
