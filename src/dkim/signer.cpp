#include "dkim/signer.h"

#include <array>
#include <vector>

#include <dmarc/header_field.h>

#include "base/encoding.h"
#include "base/read_file.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "dkim/canonical_body.h"
#include "dkim/canonical_header.h"
#include "mail/header_writer.h"

namespace dmarc::dkim {
namespace {

/// Signed where they are, and once more than they are, so that a second one spoils the signature
/// (RFC 6376 section 8.15 "Attacks Involving Extra Header Fields").
constexpr std::array signed_fields{"From",         "To",          "Cc",         "Reply-To",
                                   "Subject",      "Date",        "Message-ID", "Auto-Submitted",
                                   "MIME-Version", "Content-Type"};

/// Characters of base64 on one line of the field.
constexpr std::size_t signature_line = 64;

std::string body_hash(std::string_view body) {
  BodyHash hash(CanonicalForm::relaxed);
  hash.update(body);
  return base::base64(crypto::octets_of(hash.finish()));
}

void append_relaxed(std::string& text, const mail::HeaderField& field) {
  append_field(text, field, CanonicalForm::relaxed, LeadingBlanks::kept);
}

/// RFC 6376 section 3.3.1 "The rsa-sha256 Signing Algorithm"; RFC 8463 section 3: Ed25519 signs the
/// SHA-256 digest.
std::string signature(const crypto::PrivateKey& key, const std::string& data) {
  return key.sign(key.type() == crypto::KeyType::ed25519 ? crypto::sha256(data) : data);
}

/// The value of the tag h.
std::string names_of(const mail::HeaderBlock& block) {
  std::string names;
  for (const char* name : signed_fields) {
    const std::size_t times = mail::fields_named(block, name).size() + 1;
    for (std::size_t i = 0; i < times; ++i)
      names += (names.empty() ? "" : ": ") + std::string(name);
  }
  return names;
}

/// RFC 6376 section 5.4.2 "Signatures Involving Multiple Instances of a Field": from the last up.
std::string canonical_fields(const mail::HeaderBlock& block) {
  std::string text;
  for (const char* name : signed_fields) {
    const auto fields = mail::fields_named(block, name);
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
      append_relaxed(text, **field);
      text += "\r\n";
    }
  }
  return text;
}

std::string in_lines(std::string_view text) {
  std::string lines;
  for (; text.size() > signature_line; text.remove_prefix(signature_line))
    lines += std::string(text.substr(0, signature_line)) + " ";
  return lines + std::string(text);
}

}  // namespace

Signer::Signer(crypto::PrivateKey key, std::string domain, std::string selector)
    : key_(std::make_shared<const crypto::PrivateKey>(std::move(key))),
      domain_(std::move(domain)),
      selector_(std::move(selector)) {}

tl::expected<Signer, std::string> Signer::load(const SigningKey& key, const dns::Name& from) {
  const auto fail = [&](std::string_view problem) {
    return tl::unexpected(key.file + ": " + std::string(problem));
  };
  const auto pem = base::read_file(key.file);
  if (!pem) return fail(base::error_text(pem.error()));
  auto parsed = crypto::PrivateKey::parse(*pem);
  if (!parsed) return fail(parsed.error());
  if (parsed->type() == crypto::KeyType::rsa && parsed->bits() < min_rsa_bits)
    return fail("an RSA key of fewer than 1024 bits");
  const auto domain = key.domain.empty() ? from : dns::Name::parse(key.domain);
  const auto selector = dns::Name::parse(key.selector);
  if (!domain || !domain->is_hostname()) return fail("signs for something that is not a domain");
  if (!selector || !selector->is_hostname()) return fail("has something that is not a selector");
  return Signer(*std::move(parsed), domain->text(), selector->text());
}

std::string Signer::sign(std::string_view message, std::int64_t now) const {
  std::size_t body = 0;
  const mail::HeaderBlock block = mail::split_header_block(message, body);
  const bool is_rsa = key_->type() == crypto::KeyType::rsa;
  const std::string value = std::string("v=1; a=") + (is_rsa ? "rsa-sha256" : "ed25519-sha256") +
                            "; c=relaxed/relaxed; d=" + domain_ + "; s=" + selector_ +
                            "; t=" + std::to_string(now) + "; h=" + names_of(block) +
                            "; bh=" + body_hash(message.substr(body)) + "; b=";
  std::string data = canonical_fields(block);
  append_relaxed(data, {"DKIM-Signature", value});
  mail::HeaderWriter field;
  field.add("DKIM-Signature", value + in_lines(base::base64(signature(*key_, data))));
  return field.text();
}

}  // namespace dmarc::dkim
