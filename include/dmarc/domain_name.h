// A domain name as a value.
//
//   auto name = dmarc::dns::Name::parse("News.Bücher.example");
//   if (name) name->text();  // "news.xn--bcher-kva.example"
//
// A Name is always usable in a DNS question: at least one label, labels of 1 to 63 octets, at most
// 253 octets of text, no trailing dot. ASCII letters are lower-case and U-labels are converted to
// A-labels on the way in (RFC 9989 section 5.3.1 "Extract Author Domain", by IDNA2008 after
// non-transitional UTS #46 mapping), so that comparing two names is comparing their text. Whatever
// else a program does with a domain, it does with this type: text is parsed once.
//
// Threads: an immutable value; copies may be used anywhere.
#pragma once

#include <tl/expected.hpp>

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dmarc::dns {

/// Why a text is not a domain name.
enum class NameError {
  empty,         ///< no text at all
  empty_label,   ///< a leading, trailing or double dot
  long_label,    ///< a label of more than 63 octets
  long_name,     ///< more than 253 octets in A-label form
  bad_octet,     ///< an octet outside "atext" of RFC 5322: blank, control, quote, bracket, ...
  bad_encoding,  ///< octets of 0x80 and above that are not UTF-8
  bad_idna,      ///< UTF-8 that IDNA2008 does not allow in a name, such as a bidirectional control
};

/// One short English clause for logs and traces, for example "empty label".
std::string_view describe(NameError error);

class Name {
 public:
  /// Largest length of text(): 255 octets on the wire (RFC 1035 section 2.3.4).
  static constexpr std::size_t max_text = 253;
  static constexpr std::size_t max_label = 63;

  /// Reads a domain as it stands in a message, an envelope or a configuration file: labels of RFC
  /// 5322 "atext" (which includes the underscore and other octets outside letters, digits and
  /// hyphen) or UTF-8. A trailing dot is an error.
  static tl::expected<Name, NameError> parse(std::string_view text);

  /// Reads the name of a DNS question that was put together by rule, such as an expanded SPF macro:
  /// any octet but the dot may stand in a label, nothing is converted but ASCII upper case; one
  /// trailing dot is dropped.
  static tl::expected<Name, NameError> from_octets(std::string_view text);

  const std::string& text() const { return text_; }
  std::size_t label_count() const;

  /// True when every label is letters, digits, hyphens and underscores only: what a host name, an
  /// SPF domain or a DKIM `d=` can be. An identifier for which this is false authenticates nothing.
  bool is_hostname() const;

  /// The name without its leftmost label; nothing for a single label.
  std::optional<Name> parent() const;

  /// The `count` rightmost labels; the whole name when it has no more than that. `count` must not
  /// be 0.
  Name rightmost(std::size_t count) const;

  /// True for the name itself and everything below it, by whole labels: "notexample.com" is not
  /// below "example.com".
  bool is_at_or_below(const Name& ancestor) const;

  /// `labels` + "." + this name, for example with_prefix("_dmarc"); nothing when that is too long
  /// for the DNS.
  std::optional<Name> with_prefix(std::string_view labels) const;

  friend bool operator==(const Name&, const Name&) = default;
  friend std::strong_ordering operator<=>(const Name&, const Name&) = default;

 private:
  explicit Name(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace dmarc::dns

template <>
struct std::hash<dmarc::dns::Name> {
  std::size_t operator()(const dmarc::dns::Name& name) const noexcept {
    return std::hash<std::string>{}(name.text());
  }
};
