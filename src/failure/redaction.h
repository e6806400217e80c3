// Redaction: what the reader of a failure report need not know (RFC 6590 "Redaction of Potentially
// Sensitive Data from Mail Abuse Reports", RFC 9991 section 7 "Privacy Considerations").
//
//   const Redactor redactor(crypto::random_octets(32));
//   redactor.text("for <jo@victim.example>")   // "for <tT0uEHvq3iZs@victim.example>"
//
// A local part becomes a keyed hash: the same one for the same local part in any case, so that
// reports can be told to be about the same mailbox; without the key nobody can find out which. The
// domain stays. Links lose what stands behind the host, which often names the recipient, and can't
// be followed by accident (hxxp).
//
// Threads: immutable; any.
#pragma once

#include <string>
#include <string_view>

#include <dmarc/header_field.h>

namespace dmarc::failure {

class Redactor {
 public:
  explicit Redactor(std::string key) : key_(std::move(key)) {}

  /// 12 characters, each a letter, a digit, "-" or "_".
  std::string local_part(std::string_view local_part) const;

  /// Every local part before an "@" (also "%40", and inside encoded words), and every link.
  std::string text(std::string_view text) const;

  /// The value of a field: of one that names recipients the addresses alone are left. The
  /// Message-ID stays: it is what the domain's owner finds the message by.
  std::string value(const mail::HeaderField& field) const;

 private:
  std::string without_local_parts(std::string_view text) const;

  std::string key_;
};

}  // namespace dmarc::failure
