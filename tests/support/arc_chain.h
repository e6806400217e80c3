// Messages with ARC sets (RFC 8617), made by the rules for sealers, right or wrong in one place.
//
//   ArcChain chain({{"From", " Ann <ann@example.org>"}}, "Hello\r\n");
//   chain.seal({});                                       // set 1, right
//   chain.seal({.domain = "lists.example", .breaks = ArcChain::Breaks::seal});
//   chain.header(), chain.body(), chain.zone()
//
// One Ed25519 key signs for everybody: that of RFC 8463 appendix A.2, which everybody may know. It
// is published at "arc._domainkey" below the domain of each sealer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dmarc/header_field.h>
#include <dmarc/zone.h>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "dkim/canonical_body.h"
#include "dkim/canonical_header.h"

namespace dmarc::test {

class ArcChain {
 public:
  enum class Breaks { nothing, message_signature, seal };

  struct Set {
    std::string domain = "lists.example";
    std::string selector = "arc";  ///< of the seal
    std::string message_selector = "arc";
    std::string auth_results = "mx.lists.example; none";
    std::string names = "from:to:subject";  ///< h= of the message signature
    std::string message_tags = {};          ///< more tags, with a semicolon behind each
    std::string seal_tags = {};
    std::optional<unsigned> instance = {};  ///< otherwise the next
    std::optional<std::string> cv = {};     ///< otherwise what belongs there
    Breaks breaks = Breaks::nothing;
  };

  ArcChain(std::vector<std::pair<std::string, std::string>> fields, std::string body)
      : fields_(std::move(fields)), body_(std::move(body)) {}

  void seal(const Set& set);

  /// The fields from the top, as they stand now: to be changed at will.
  std::vector<std::pair<std::string, std::string>>& fields() { return fields_; }
  std::string& body() { return body_; }
  dns::Zone& zone() { return zone_; }

  mail::HeaderBlock header() const {
    mail::HeaderBlock header;
    for (const auto& [name, value] : fields_)
      header.add(name, value);
    return header;
  }
  /// As a file: header, empty line, body.
  std::string message() const {
    std::string text;
    for (const auto& [name, value] : fields_)
      text += name + ":" + value + "\r\n";
    return text + "\r\n" + body_;
  }

 private:
  static std::string sign(const std::string& text) {
    static const auto key = crypto::PrivateKey::parse(
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
        "-----END PRIVATE KEY-----\n");
    return base::base64(key->sign(crypto::sha256(text)));
  }
  static std::string relaxed(const std::string& name, const std::string& value) {
    std::string text;
    dkim::append_field(text, {name, value}, dkim::CanonicalForm::relaxed,
                       dkim::LeadingBlanks::kept);
    return text;
  }
  void publish(const std::string& selector, const std::string& domain) {
    const dns::Name owner = dns::Name::parse(selector + "._domainkey." + domain).value();
    if (!zone_.lists(owner))
      zone_.add(owner, dns::Type::txt,
                "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  }
  std::string signed_text(std::string_view names) const;
  std::string body_hash() const;
  void put_on_top(const std::string& name, const std::string& value) {
    fields_.insert(fields_.begin(), {name, value});
  }

  std::vector<std::pair<std::string, std::string>> fields_;
  std::string body_;
  dns::Zone zone_;
  std::string sealed_;  ///< what the seals so far cover
  unsigned sets_ = 0;
};

/// For each name the lowest field that was not taken yet.
inline std::string ArcChain::signed_text(std::string_view names) const {
  std::string text;
  std::vector<bool> taken(fields_.size());
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(':'), names.size());
    for (std::size_t i = fields_.size(); i-- > 0;) {
      if (taken[i] || !mail::is_field({fields_[i].first, {}}, names.substr(0, end))) continue;
      taken[i] = true;
      text += relaxed(fields_[i].first, fields_[i].second) + "\r\n";
      break;
    }
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return text;
}

inline std::string ArcChain::body_hash() const {
  dkim::BodyHash hash(dkim::CanonicalForm::relaxed);
  hash.update(body_);
  const crypto::Digest digest = hash.finish();
  return base::base64(crypto::octets_of(digest));
}

inline void ArcChain::seal(const Set& set) {
  const std::string instance = std::to_string(set.instance.value_or(sets_ + 1));
  publish(set.selector, set.domain);
  publish(set.message_selector, set.domain);
  const std::string results = " i=" + instance + "; " + set.auth_results;
  const std::string signer = "; a=ed25519-sha256; d=" + set.domain;

  std::string signature = " i=" + instance + signer + "; s=" + set.message_selector +
                          "; c=relaxed/relaxed; h=" + set.names + "; bh=" + body_hash() + "; " +
                          set.message_tags + "b=";
  std::string octets = sign(signed_text(set.names) + relaxed("ARC-Message-Signature", signature));
  if (set.breaks == Breaks::message_signature) octets[7] = octets[7] == 'A' ? 'B' : 'A';
  signature += octets;

  const std::string cv = set.cv.value_or(sets_ == 0 ? "none" : "pass");
  std::string seal = " i=" + instance + signer + "; s=" + set.selector + "; cv=" + cv + "; " +
                     set.seal_tags + "b=";
  sealed_ += relaxed("ARC-Authentication-Results", results) + "\r\n" +
             relaxed("ARC-Message-Signature", signature) + "\r\n";
  octets = sign(sealed_ + relaxed("ARC-Seal", seal));
  if (set.breaks == Breaks::seal) octets[7] = octets[7] == 'A' ? 'B' : 'A';
  seal += octets;
  sealed_ += relaxed("ARC-Seal", seal) + "\r\n";

  put_on_top("ARC-Authentication-Results", results);
  put_on_top("ARC-Message-Signature", signature);
  put_on_top("ARC-Seal", seal);
  ++sets_;
}

}  // namespace dmarc::test
