// The hash of a message's body, as its octets stream by (RFC 6376 sections 3.4.3 "The "simple" Body
// Canonicalization Algorithm" and 3.4.4 "The "relaxed" Body Canonicalization Algorithm").
//
//   dkim::BodyHash hash(dkim::CanonicalForm::relaxed);
//   hash.update(chunk);                       // any number of times, cut anywhere
//   const crypto::Digest digest = hash.finish();
//   hash.length()                             // octets that were hashed
//
// Nothing of the body is kept but whether it broke off inside a line end or a run of blanks, and
// how many line ends wait for something to follow them.
//
// Only CR LF ends a line, and only SP and TAB are blanks; every other octet stands for itself.
//
// Threads: one at a time. Limits: none; time is linear in the octets, memory constant.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "crypto/digest.h"
#include "dkim/canonical_form.h"

namespace dmarc::dkim {

/// The canonical form of a body, in pieces that follow each other.
class BodyCanonicalizer {
 public:
  using Sink = std::function<void(std::string_view)>;

  explicit BodyCanonicalizer(CanonicalForm form) : form_(form) {}

  void update(std::string_view chunk, const Sink& sink);
  /// Once, at the end.
  void finish(const Sink& sink);

 private:
  void simple(std::string_view chunk, const Sink& sink);
  void relaxed(std::string_view chunk, const Sink& sink);
  template <typename Put>
  void text_follows(Put&& put);
  template <typename Put>
  void resolve_carriage_return(std::string_view& chunk, Put&& put);

  CanonicalForm form_;
  bool carriage_return_ = false;  ///< the last octet was a CR: a LF may follow
  bool blank_ = false;            ///< blanks that mean something if text follows on the line
  bool content_ = false;          ///< there was text
  std::uint64_t line_ends_ = 0;   ///< since the last text: they count if more text follows
};

class BodyHash {
 public:
  explicit BodyHash(CanonicalForm form) : canonicalizer_(form) {}

  void update(std::string_view chunk);
  /// Once, at the end.
  crypto::Digest finish();

  /// Of the canonical body so far; all of it after finish().
  std::uint64_t length() const { return length_; }

 private:
  void take(std::string_view octets);

  BodyCanonicalizer canonicalizer_;
  crypto::Sha256 hash_;
  std::uint64_t length_ = 0;
};

/// The body of one message: a hash for each canonicalization that is wanted, however many checks
/// want it.
class BodyHashes {
 public:
  /// Before the first octet.
  void want(CanonicalForm form);
  bool wanted() const { return streams_[0] || streams_[1]; }

  void update(std::string_view chunk);
  /// Once, at the end.
  void finish();
  bool finished() const { return finished_; }

  /// Of a form that was wanted, after finish().
  const crypto::Digest& digest(CanonicalForm form) const { return stream(form).digest; }
  std::uint64_t length(CanonicalForm form) const { return stream(form).hash.length(); }

 private:
  struct Stream {
    explicit Stream(CanonicalForm form) : hash(form) {}

    BodyHash hash;
    crypto::Digest digest{};
  };
  const Stream& stream(CanonicalForm form) const {
    return *streams_[static_cast<std::size_t>(form)];
  }

  std::array<std::optional<Stream>, 2> streams_;
  bool finished_ = false;
};

}  // namespace dmarc::dkim
