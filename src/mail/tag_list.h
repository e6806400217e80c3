// The tag-list that a DMARC Policy Record is: "v=DMARC1; p=reject; rua=mailto:a@example.org"
// (RFC 9989 section 4.8 "Formal Definition"), and an ARC-Seal field too (RFC 6376 section 3.2
// "Tag=Value Lists").
//
//   TagList list(text);
//   while (const auto tag = list.next()) ... tag->name, tag->value
//
// Nothing is copied: the views point into the text given.
#pragma once

#include <optional>
#include <string_view>

namespace dmarc::mail {

struct Tag {
  std::string_view name;   ///< as written; empty if the element is not a tag
  std::string_view value;  ///< without surrounding blanks; may be empty
  std::string_view text;   ///< the whole element without surrounding blanks

  bool is_well_formed() const { return !name.empty(); }
};

class TagList {
 public:
  explicit TagList(std::string_view text) : rest_(text) {}

  /// The next element between semicolons that is not empty; nothing at the end. Blanks may stand
  /// around semicolons and equals signs; so may the line breaks of RFC 6376 section 3.2
  /// "Tag=Value Lists", which are left when a record was copied from a web page.
  std::optional<Tag> next();

 private:
  std::string_view rest_;
};

}  // namespace dmarc::mail
