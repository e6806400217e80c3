#include "dkim/key_record.h"

#include <algorithm>
#include <string>

#include "base/ascii.h"
#include "dkim/limits.h"
#include "dkim/tag_list.h"

namespace dmarc::dkim {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A TXT record of some other kind, such as one at a wildcard.
bool is_foreign(std::string_view text) {
  return !contains(text, "DKIM1") && !contains(text, "p=") && !contains(text, "k=");
}

/// What people did to the record on its way into the DNS.
Fault mistake_in(std::string_view text) {
  if (text.empty()) return Fault::key_empty;
  if (is_foreign(text)) return Fault::no_key_record;
  if (contains(text, "-----")) return Fault::key_armour;
  if (contains(text, "\"")) return Fault::key_quotes;
  if (contains(text, "\\")) return Fault::key_backslash;
  const std::size_t version = text.find("v=DKIM1");
  if (version != std::string_view::npos && contains(text.substr(version + 1), "v=DKIM1"))
    return Fault::key_twice;
  return Fault::none;
}

/// In values that never have one: the next tag was swallowed.
bool lacks_semicolon(std::string_view value) {
  return contains(value, "=");
}

Fault key_text_fault(std::string_view value) {
  if (contains(value, "-") || contains(value, "_")) return Fault::key_url_base64;
  const auto is_key_octet = [](char c) {
    return base::is_alnum(c) || c == '+' || c == '/' || base::is_space(c);
  };
  return std::all_of(value.begin(), value.end(), is_key_octet) ? Fault::key_cut : Fault::key_base64;
}

/// A sequence in DER that says itself to be longer than what is there.
bool is_cut(std::string_view der) {
  if (der.size() <= 4 || !der.starts_with("\x30\x82")) return false;
  const std::size_t high = static_cast<unsigned char>(der[2]);
  const std::size_t low = static_cast<unsigned char>(der[3]);
  return high * 256 + low + 4 > der.size();
}

Fault fault_of(crypto::KeyError error, crypto::KeyType type, std::string_view octets) {
  switch (error) {
    case crypto::KeyError::exponent:
      return Fault::key_exponent;
    case crypto::KeyError::modulus:
      return Fault::key_modulus;
    case crypto::KeyError::too_short:
      return Fault::key_too_short;
    case crypto::KeyError::too_long:
      return Fault::key_too_long;
    case crypto::KeyError::unreadable:
      break;
  }
  return type == crypto::KeyType::rsa && is_cut(octets) ? Fault::key_cut : Fault::key_unreadable;
}

tl::expected<crypto::PublicKey, Fault> read_key(std::string_view value, crypto::KeyType type) {
  if (value.empty()) return tl::unexpected(Fault::key_revoked);
  const auto octets = base64_value(value);
  if (!octets)
    return tl::unexpected(lacks_semicolon(value.substr(0, value.find_last_not_of("= \t\r\n")))
                              ? Fault::key_semicolon
                              : key_text_fault(value));
  auto key = type == crypto::KeyType::rsa ? crypto::PublicKey::rsa(*octets)
                                          : crypto::PublicKey::ed25519(*octets);
  if (!key) return tl::unexpected(fault_of(key.error(), type, *octets));
  return *std::move(key);
}

tl::expected<crypto::KeyType, Fault> read_type(const TagList& tags) {
  const Tag* const tag = tags.find("k");
  if (tag == nullptr || tag->value == "rsa") return crypto::KeyType::rsa;
  if (tag->value == "ed25519") return crypto::KeyType::ed25519;
  return tl::unexpected(lacks_semicolon(tag->value) ? Fault::key_semicolon : Fault::key_type);
}

Fault version_fault(const TagList& tags) {
  const Tag* const tag = tags.find("v");
  if (tag == nullptr) return Fault::none;
  if (lacks_semicolon(tag->value)) return Fault::key_semicolon;
  return tag != &tags.front() || tag->value != "DKIM1" ? Fault::key_version : Fault::none;
}

}  // namespace

tl::expected<KeyRecord, Fault> KeyRecord::parse(std::string_view text) {
  if (text.size() > max_key_record) return tl::unexpected(Fault::key_size);
  const Fault mistake = mistake_in(text);
  const auto tags = TagList::parse(text);
  if (!tags) {
    if (mistake != Fault::none) return tl::unexpected(mistake);
    return tl::unexpected(tags.error() == TagListError::duplicate ? Fault::key_duplicate_tag
                                                                  : Fault::key_tag_list);
  }
  // Notes may hold anything, so a mistake counts only when the record can't be used.
  const auto fail = [&](Fault fault) {
    return tl::unexpected(mistake != Fault::none ? mistake : fault);
  };
  if (const Fault fault = version_fault(*tags); fault != Fault::none) return fail(fault);
  const auto type = read_type(*tags);
  if (!type) return fail(type.error());
  const Tag* const p = tags->find("p");
  if (p == nullptr) return fail(Fault::key_missing);
  auto key = read_key(p->value, *type);
  if (!key) return fail(key.error());
  KeyRecord record(*std::move(key));
  if (const Tag* const flags = tags->find("t")) {
    record.testing_ = list_has(flags->value, "y");
    record.strict_ = list_has(flags->value, "s");
  }
  if (const Tag* const hashes = tags->find("h"))
    record.allows_sha256_ = list_has(hashes->value, "sha256");
  if (const Tag* const services = tags->find("s"))
    record.allows_mail_ = list_has(services->value, "*") || list_has(services->value, "email");
  return record;
}

Fault KeyRecord::fault_for(crypto::KeyType type) const {
  if (key_.type() != type) return Fault::key_other_type;
  if (!allows_sha256_) return Fault::key_hash;
  if (!allows_mail_) return Fault::key_service;
  return Fault::none;
}

Fault KeyRecord::fault_for(const Signature& signature) const {
  if (const Fault fault = fault_for(signature.key_type); fault != Fault::none) return fault;
  // Without i= its domain is that of d=.
  const bool outside = signature.identity_domain && signature.identity_domain != signature.domain;
  return strict_ && outside ? Fault::key_strict : Fault::none;
}

}  // namespace dmarc::dkim
