// The Public Suffix List (publicsuffix.org), read with libpsl.
//
// RFC 9989 needs no list: the tree walk finds Organizational Domains. Here the list is a guard for
// suffix operators that publish a record without psd=y (RFC 9989 section 11.8), and, with
// DiscoveryMethod psl, the method itself.
//
// Threads: const after loading; share it as shared_ptr<const PublicSuffixes>.
#pragma once

#include <tl/expected.hpp>

#include <memory>
#include <optional>
#include <string>

#include <dmarc/domain_name.h>

namespace dmarc {

class PublicSuffixes {
 public:
  /// Reads a list in text or DAFSA form. The error says what is wrong with the file, in one clause
  /// without its name.
  static tl::expected<std::shared_ptr<const PublicSuffixes>, std::string> load(
      const std::string& path);

  ~PublicSuffixes();
  PublicSuffixes(const PublicSuffixes&) = delete;
  PublicSuffixes& operator=(const PublicSuffixes&) = delete;

  bool is_public_suffix(const dns::Name& name) const;

  /// The suffix and one more label; nothing for a public suffix itself.
  std::optional<dns::Name> registrable_domain(const dns::Name& name) const;

 private:
  struct Impl;
  explicit PublicSuffixes(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dmarc
