#include "dkim/dkim_signer.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <stdexcept>
#include <vector>

#include <dmarc/header_field.h>

#include "base/encoding.h"
#include "base/read_file.h"
#include "dkim/dkim_canonical.h"
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

/// Nobody is asked for a passphrase.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

EVP_PKEY* parse_key(const std::string& pem) {
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio, nullptr, no_passphrase, nullptr);
  BIO_free(bio);
  return key;
}

bool is_ed25519(const EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
}

std::string sha256(std::string_view text) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                 EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("no SHA-256 in this OpenSSL");
  digest.resize(size);
  return digest;
}

/// RFC 6376 section 3.3.1 "The rsa-sha256 Signing Algorithm"; RFC 8463 section 3: Ed25519 signs the
/// SHA-256 digest.
std::string signature(EVP_PKEY* key, const std::string& data) {
  const std::string input = is_ed25519(key) ? sha256(data) : data;
  const EVP_MD* const digest = is_ed25519(key) ? nullptr : EVP_sha256();
  const auto* const octets = reinterpret_cast<const unsigned char*>(input.data());
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::string result(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = result.size();
  const bool is_signed = EVP_DigestSignInit(context, nullptr, digest, nullptr, key) == 1 &&
                         EVP_DigestSign(context, reinterpret_cast<unsigned char*>(result.data()),
                                        &size, octets, input.size()) == 1;
  EVP_MD_CTX_free(context);
  if (!is_signed) throw std::runtime_error("OpenSSL can't sign with the DKIM key");
  result.resize(size);
  return result;
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
    for (auto field = fields.rbegin(); field != fields.rend(); ++field)
      text += dkim::relaxed_field((*field)->name, (*field)->value) + "\r\n";
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

void DkimSigner::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

tl::expected<DkimSigner, std::string> DkimSigner::load(const DkimKey& key, const dns::Name& from) {
  const auto fail = [&](std::string_view problem) {
    return tl::unexpected(key.file + ": " + std::string(problem));
  };
  const auto pem = base::read_file(key.file);
  if (!pem) return fail(base::error_text(pem.error()));
  Key parsed(parse_key(*pem));
  if (!parsed) return fail("no private key in PEM form without a passphrase");
  if (EVP_PKEY_get_base_id(parsed.get()) != EVP_PKEY_RSA && !is_ed25519(parsed.get()))
    return fail("neither an RSA nor an Ed25519 key");
  if (!is_ed25519(parsed.get()) && EVP_PKEY_get_bits(parsed.get()) < min_rsa_bits)
    return fail("an RSA key of fewer than 1024 bits");
  const auto domain = key.domain.empty() ? from : dns::Name::parse(key.domain);
  const auto selector = dns::Name::parse(key.selector);
  if (!domain || !domain->is_hostname()) return fail("signs for something that is no domain");
  if (!selector || !selector->is_hostname()) return fail("has something that is no selector");
  return DkimSigner(std::move(parsed), domain->text(), selector->text());
}

std::string DkimSigner::sign(std::string_view message, std::int64_t now) const {
  std::size_t body = 0;
  const mail::HeaderBlock block = mail::split_header_block(message, body);
  const std::string value =
      std::string("v=1; a=") + (is_ed25519(key_.get()) ? "ed25519-sha256" : "rsa-sha256") +
      "; c=relaxed/relaxed; d=" + domain_ + "; s=" + selector_ + "; t=" + std::to_string(now) +
      "; h=" + names_of(block) +
      "; bh=" + base::base64(sha256(dkim::relaxed_body(message.substr(body)))) + "; b=";
  const std::string data = canonical_fields(block) + dkim::relaxed_field("DKIM-Signature", value);
  mail::HeaderWriter field;
  field.add("DKIM-Signature", value + in_lines(base::base64(signature(key_.get(), data))));
  return field.text();
}

}  // namespace dmarc::dkim
