// The header of a message: its fields from top to bottom, as the MTA handed them over.
//
//   mail::HeaderBlock header;
//   header.add("From", " Ann <ann@example.org>");
//   for (const mail::HeaderField& field : header) use(field.name, field.value);
//
// The block owns the octets of all its fields, in a few large pieces that go together: a field
// costs no allocation of its own. A HeaderField is two views of these octets. They stay where they
// are when fields are added and when the block is moved, so a field may be copied and kept as long
// as the block, or what it was moved to, lives. A HeaderField that was made elsewhere views
// somebody else's text; add() copies that.
//
// Threads: values. Limits: none here; whoever fills a block from the network sets one. Errors: only
// std::bad_alloc.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

namespace dmarc::mail {

/// Name and value as received, the value from behind the colon on: it usually begins with a blank,
/// may hold folding (CRLF or LF and white space), 8-bit and control octets. No parser here minds
/// whether there are blanks in front; only signatures do. See shown_value().
struct HeaderField {
  std::string_view name;
  std::string_view value;
};

class HeaderBlock {
 public:
  HeaderBlock() = default;
  HeaderBlock(std::initializer_list<HeaderField> fields);
  /// A copy has octets of its own. Explicit: nobody should pay for one by mistake.
  explicit HeaderBlock(const HeaderBlock& other);
  HeaderBlock& operator=(const HeaderBlock&) = delete;
  HeaderBlock(HeaderBlock&&) = default;
  HeaderBlock& operator=(HeaderBlock&&) = default;
  ~HeaderBlock() = default;

  /// Copies a field to the end, below the others. Neither text may be longer than memory allows.
  const HeaderField& add(std::string_view name, std::string_view value);

  bool empty() const { return fields_.empty(); }
  std::size_t size() const { return fields_.size(); }
  const HeaderField& operator[](std::size_t index) const { return fields_[index]; }
  const HeaderField& back() const { return fields_.back(); }
  /// Contiguous, so that a block can be given where a span of fields is asked for.
  const HeaderField* begin() const { return fields_.data(); }
  const HeaderField* end() const { return fields_.data() + fields_.size(); }

 private:
  std::string_view keep(std::string_view text);

  std::unique_ptr<std::pmr::monotonic_buffer_resource> octets_;  ///< null without a field
  std::vector<HeaderField> fields_;
};

/// Compares field names: without regard to case (RFC 5322 section 1.2.2) and without the blanks
/// that obsolete syntax allows between a name and its colon (RFC 5322 section 4.5).
bool is_field(const HeaderField& field, std::string_view name);

/// The value without the blanks in front: to be shown, or written behind another one's ": ".
std::string_view shown_value(const HeaderField& field);

/// The fields of that name, from top to bottom. The pointers are into `block`, and good until a
/// field is added to it.
std::vector<const HeaderField*> fields_named(std::span<const HeaderField> block,
                                             std::string_view name);

/// Splits the header block of a message in RFC 5322 form (CRLF or LF line ends) into fields. Stops
/// at the empty line; `body_offset` gets the offset of the body. Lines that are not a field, and
/// continuation lines with nothing to continue, end the block, as they do in Postfix. Names and
/// values keep their blanks. For tools and tests: a milter gets its fields ready-made.
HeaderBlock split_header_block(std::string_view message, std::size_t& body_offset);

}  // namespace dmarc::mail
