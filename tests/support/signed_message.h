// Messages signed by a key of the tests, with whatever tags a test wants.
//
//   mail::HeaderBlock header;
//   header.add("From", " a@example.com");
//   test::add_signature(header, "v=1; a=ed25519-sha256; d=example.com; s=sel; h=from", body);
//   zone.add(*Name::parse("sel._domainkey.example.com"), Type::txt, test::ed25519_record());
//
// For programs that link dkim and crypto.
#pragma once

#include <string>
#include <string_view>

#include <dmarc/header_field.h>

#include "base/encoding.h"
#include "crypto/key.h"
#include "dkim/canonical_body.h"
#include "dkim/signature.h"
#include "dkim/signed_header.h"

namespace dmarc::test {

/// The keys of RFC 8032 section 7.1 "Test Vectors for Ed25519", test 2.
inline const crypto::PrivateKey& ed25519_key() {
  static const auto key = crypto::PrivateKey::parse(
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
      "-----END PRIVATE KEY-----\n");
  return *key;
}

inline std::string ed25519_record(const std::string& tags = "") {
  return "v=DKIM1; k=ed25519; " + tags + "p=PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
}

/// RFC 6376 section 3.3 "Signing and Verification Algorithms"; RFC 8463 section 3.
inline std::string sign(const crypto::PrivateKey& key, const std::string& text) {
  return key.sign(key.type() == crypto::KeyType::rsa ? text : crypto::sha256(text));
}

/// The value of a field with these tags, bh= and b=; the field is to be put above `header`.
inline std::string signature_value(const mail::HeaderBlock& header, const std::string& tags,
                                   std::string_view body,
                                   const crypto::PrivateKey& key = ed25519_key()) {
  dkim::BodyHash hash(dkim::read_signature(tags, dkim::dkim_signature).body_form);
  hash.update(body);
  const std::string value =
      ' ' + tags + "; bh=" + base::base64(crypto::octets_of(hash.finish())) + "; b=";
  mail::HeaderBlock fields;
  fields.add("DKIM-Signature", value + "AA==");
  for (const mail::HeaderField& field : header)
    fields.add(field.name, field.value);
  const dkim::Signature signature = dkim::read_signature(fields[0].value, dkim::dkim_signature);
  dkim::SignedHeader signed_header(fields, dkim::LeadingBlanks::kept);
  return value + base::base64(sign(key, signed_header.text(signature, 0)));
}

/// Adds the signature at the bottom, where it covers the same fields.
inline void add_signature(mail::HeaderBlock& header, const std::string& tags, std::string_view body,
                          const crypto::PrivateKey& key = ed25519_key()) {
  header.add("DKIM-Signature", signature_value(header, tags, body, key));
}

}  // namespace dmarc::test
