// The text of a report as an XML parser can take it. Reports are often not well-formed for reasons
// that do not touch what they say; this makes of the octets of such a document, in pieces of any
// size, UTF-8 that is:
//
//   - UTF-16 (by its byte order mark or its first octets) and ISO-8859 or Windows encodings (by the
//     declaration) become UTF-8; a document that claims UTF-16 and isn't is taken for UTF-8, and an
//     octet that is not UTF-8 for ISO-8859-1
//   - a byte order mark, blanks and NULs before the first "<" are dropped, and so are control
//     characters everywhere
//   - "&" that does not begin one of XML's own five entities or a character becomes "&amp;" (no
//     other entity is ever expanded), and "<" that does not begin a tag "&lt;"
//
//   XmlText text;
//   parse(text.add(chunk)); ... parse(text.finish());
//
// Ownership: what is returned holds until the next call. Threads: one.
// Limits: it holds back at most some hundred octets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dmarc::receiving {

class XmlText {
 public:
  std::string_view add(std::string_view chunk);
  std::string_view finish();

  /// Lines dropped before the first "<".
  std::uint64_t lines_dropped() const { return lines_dropped_; }

 private:
  enum class Encoding { undecided, utf8, latin1, utf16_little, utf16_big };

  std::string_view run(bool at_end);
  void decide();
  void decode_latin1(std::string_view octets);
  void decode_utf16(std::string_view octets, bool at_end);
  void repair(bool at_end);
  std::size_t repair_at(std::string_view rest, bool at_end);
  std::size_t repair_reference(std::string_view rest, bool at_end);
  std::size_t repair_markup(std::string_view rest, bool at_end);
  std::size_t repair_eight_bit(std::string_view rest, bool at_end);

  Encoding encoding_ = Encoding::undecided;
  std::string raw_;      ///< octets not yet decoded
  std::string decoded_;  ///< not yet repaired
  std::string ready_;
  bool begun_ = false;  ///< the first "<" has been seen
  bool in_cdata_ = false;
  std::uint64_t lines_dropped_ = 0;
};

/// The character as UTF-8, appended; U+FFFD for what is not a character.
void append_utf8(std::string& text, std::uint32_t character);

}  // namespace dmarc::receiving
