// Header fields of messages that are written here.
//
//   HeaderWriter header;
//   header.add("From", "Reports <dmarc@example.org>");
//   header.add_text("Subject", "Bericht über example.org");    // RFC 2047, where that is needed
//   header.add("Date", mail_date(now));
//   std::string message = header.text() + "\r\n" + body;
//
// A value can't end its field: control characters in it become blanks, so that nothing which came
// from a message or the DNS makes a field of its own (RFC 5322 section 2.2 "Header Fields").
//
// Threads: belongs to one thread; the functions are pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dmarc::mail {

class HeaderWriter {
 public:
  /// Folded at blanks before column 78, where there are any (RFC 5322 section 2.1.1 "Line Length
  /// Limits"). `value` must be ASCII; other octets become "?".
  void add(std::string_view name, std::string_view value);

  /// An unstructured field of any UTF-8.
  void add_text(std::string_view name, std::string_view value);

  /// The fields so far, each with its CRLF, without the empty line behind them.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// UTF-8 as encoded words (RFC 2047), base64, separated by blanks; ASCII as it is.
std::string encode_words(std::string_view text);

/// A display name for an address field: an atom phrase, a quoted string or encoded words.
std::string display_name(std::string_view text);

/// RFC 5322 section 3.3 "Date and Time Specification", in UTC: "Tue, 24 Nov 2026 03:04:05 +0000".
/// `time` is in seconds since 1970.
std::string mail_date(std::int64_t time);

}  // namespace dmarc::mail
