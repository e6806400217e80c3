// The tag list that a signature and a key record are (RFC 6376 section 3.2 "Tag=Value Lists"):
// "v=1; a=rsa-sha256; b=dzdVyO...".
//
//   const auto tags = dkim::TagList::parse(text);
//   if (tags) if (const dkim::Tag* d = tags->find("d")) ... d->value
//
// Stricter than mail::TagList, which reads DMARC records: a name twice makes the whole list
// invalid, as it must, and so does an element that is not a tag. Nothing is copied: the views are
// into the text given.
//
// Threads: values.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::dkim {

struct Tag {
  std::string_view name;   ///< as written: case matters
  std::string_view value;  ///< without white space around it; may be empty
  std::size_t begin = 0;   ///< where the octets behind "=" begin in the text
  std::size_t end = 0;     ///< where its semicolon or the end of the text is
};

enum class TagListError {
  syntax,     ///< an element without a name or "=", an empty one, or a control octet
  duplicate,  ///< a name twice
  too_many,   ///< more than max_tags
};

class TagList {
 public:
  static tl::expected<TagList, TagListError> parse(std::string_view text);

  /// Null when there is none of that name.
  const Tag* find(std::string_view name) const;

  bool empty() const { return tags_.empty(); }
  const Tag& front() const { return tags_.front(); }

 private:
  std::vector<Tag> tags_;
};

/// The text without blanks and line ends: base64 and the like may be folded anywhere.
std::string without_folding(std::string_view text);

/// The octets of base64 that may be folded (RFC 6376 section 2.10 "Base64-Encoded Data": padding
/// may be left out). Nothing for anything but the alphabet of RFC 4648 section 4, and for nothing.
std::optional<std::string> base64_value(std::string_view text);

/// True when `word` is one of the elements between colons.
bool list_has(std::string_view list, std::string_view word);

}  // namespace dmarc::dkim
