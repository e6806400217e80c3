#include "dkim/fault.h"

#include <array>
#include <cstddef>

namespace dmarc::dkim {
namespace {

struct Row {
  Fault fault;
  Code code;
  std::string_view name;
  std::string_view reason;
};

constexpr std::array rows{
    Row{Fault::none, Code::pass, "none", ""},
    Row{Fault::field_size, Code::permerror, "field_size", "the signature field is too long"},
    Row{Fault::encoded_word, Code::permerror, "encoded_word",
        "the signature field was made an encoded-word on the way"},
    Row{Fault::tag_list, Code::permerror, "tag_list", "the signature field is not a tag list"},
    Row{Fault::duplicate_tag, Code::permerror, "duplicate_tag",
        "the signature field has a tag twice"},
    Row{Fault::too_many_tags, Code::permerror, "too_many_tags",
        "the signature field has too many tags"},
    Row{Fault::version, Code::permerror, "version", "v= is missing or not 1"},
    Row{Fault::missing_tag, Code::permerror, "missing_tag",
        "one of the tags a, b, bh, d, h and s is missing or empty"},
    Row{Fault::algorithm, Code::permerror, "algorithm",
        "a= is neither rsa-sha256 nor ed25519-sha256"},
    Row{Fault::algorithm_sha1, Code::permerror, "algorithm_sha1",
        "SHA-1 is not accepted any more (RFC 8301)"},
    Row{Fault::canonicalization, Code::permerror, "canonicalization", "c= is not known"},
    Row{Fault::signature_base64, Code::permerror, "signature_base64", "b= is not base64"},
    Row{Fault::body_hash_base64, Code::permerror, "body_hash_base64",
        "bh= is not a SHA-256 digest in base64"},
    Row{Fault::domain, Code::permerror, "domain", "d= is not a domain name"},
    Row{Fault::selector, Code::permerror, "selector", "s= is not a selector"},
    Row{Fault::identity, Code::permerror, "identity", "i= is not an address"},
    Row{Fault::identity_outside, Code::permerror, "identity_outside",
        "the domain of i= is not d= or below it"},
    Row{Fault::names, Code::permerror, "names", "h= is not a list of field names"},
    Row{Fault::too_many_names, Code::permerror, "too_many_names", "h= has too many names"},
    Row{Fault::from_not_signed, Code::permerror, "from_not_signed", "h= does not name From"},
    Row{Fault::query_method, Code::permerror, "query_method", "q= has no known method"},
    Row{Fault::length, Code::permerror, "length", "l= is not a number"},
    Row{Fault::time, Code::permerror, "time", "t= or x= is not a number"},
    Row{Fault::future, Code::permerror, "future", "t= lies more than a day ahead"},
    Row{Fault::expiry_before_time, Code::permerror, "expiry_before_time", "x= is not after t="},
    Row{Fault::expired, Code::permerror, "expired", "the signature has expired"},
    Row{Fault::key_name, Code::permerror, "key_name",
        "the name of the key is too long for the DNS"},
    Row{Fault::too_many_signatures, Code::policy, "too_many_signatures", "too many signatures"},
    Row{Fault::body_length, Code::permerror, "body_length", "l= is larger than the body"},
    Row{Fault::body_beyond_length, Code::policy, "body_beyond_length",
        "l= leaves the end of the body unsigned"},
    Row{Fault::body_hash, Code::fail, "body_hash", "the body was changed: its hash differs"},
    Row{Fault::signature, Code::fail, "signature", "the signature did not verify"},
    Row{Fault::signature_size, Code::fail, "signature_size",
        "the signature has not the length that its key makes"},
    Row{Fault::blanks_lost, Code::neutral, "blanks_lost",
        "the MTA did not pass on the blanks of the header"},
    Row{Fault::lookup_failed, Code::temperror, "lookup_failed", "the look-up of the key failed"},
    Row{Fault::not_verified, Code::neutral, "not_verified", "the signature is not verified here"},
    Row{Fault::key_not_found, Code::permerror, "key_not_found", "there is no key at that name"},
    Row{Fault::no_key_record, Code::permerror, "no_key_record",
        "the TXT record at that name is not a key record"},
    Row{Fault::key_empty, Code::permerror, "key_empty", "the key record is empty"},
    Row{Fault::key_size, Code::permerror, "key_size", "the key record is too long"},
    Row{Fault::key_quotes, Code::permerror, "key_quotes", "the key record has quotes inside"},
    Row{Fault::key_backslash, Code::permerror, "key_backslash",
        "the key record has backslashes inside"},
    Row{Fault::key_armour, Code::permerror, "key_armour",
        "the key record has the lines around a PEM key inside"},
    Row{Fault::key_twice, Code::permerror, "key_twice", "the key record holds two records in one"},
    Row{Fault::key_semicolon, Code::permerror, "key_semicolon",
        "a semicolon is missing in the key record"},
    Row{Fault::key_tag_list, Code::permerror, "key_tag_list", "the key record is not a tag list"},
    Row{Fault::key_duplicate_tag, Code::permerror, "key_duplicate_tag",
        "the key record has a tag twice"},
    Row{Fault::key_version, Code::permerror, "key_version",
        "v= of the key record is not first or not DKIM1"},
    Row{Fault::key_missing, Code::permerror, "key_missing", "the key record has no p="},
    Row{Fault::key_revoked, Code::permerror, "key_revoked", "the key was revoked"},
    Row{Fault::key_url_base64, Code::permerror, "key_url_base64",
        "p= of the key record is in the alphabet of base64url"},
    Row{Fault::key_base64, Code::permerror, "key_base64", "p= of the key record is not base64"},
    Row{Fault::key_cut, Code::permerror, "key_cut", "the key lacks its end"},
    Row{Fault::key_unreadable, Code::permerror, "key_unreadable",
        "p= of the key record is not a key of its type"},
    Row{Fault::key_exponent, Code::permerror, "key_exponent",
        "the exponent of the key is even, 1 or too large"},
    Row{Fault::key_modulus, Code::permerror, "key_modulus", "the modulus of the key is even"},
    Row{Fault::key_too_short, Code::policy, "key_too_short", "an RSA key below 1024 bits"},
    Row{Fault::key_too_long, Code::policy, "key_too_long", "an RSA key above 4096 bits"},
    Row{Fault::key_type, Code::permerror, "key_type", "k= of the key record is not known"},
    Row{Fault::key_other_type, Code::permerror, "key_other_type",
        "the key is not of the type that a= names"},
    Row{Fault::key_hash, Code::permerror, "key_hash",
        "h= of the key record does not allow SHA-256"},
    Row{Fault::key_service, Code::permerror, "key_service",
        "s= of the key record does not allow mail"},
    Row{Fault::key_strict, Code::permerror, "key_strict",
        "the key is not for subdomains (t=s), and i= is in one"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].fault != static_cast<Fault>(i)) return false;
  return rows.back().fault == Fault::key_strict;
}
static_assert(in_order(), "a row for each fault, in the order of the enum");

const Row& row_of(Fault fault) {
  return rows[static_cast<std::size_t>(fault)];
}

}  // namespace

std::string_view to_string(Code code) {
  switch (code) {
    case Code::pass:
      return "pass";
    case Code::fail:
      return "fail";
    case Code::policy:
      return "policy";
    case Code::neutral:
      return "neutral";
    case Code::permerror:
      return "permerror";
    case Code::temperror:
      return "temperror";
  }
  return "";
}

Code code_of(Fault fault) {
  return row_of(fault).code;
}

std::string_view describe(Fault fault) {
  return row_of(fault).reason;
}

std::string_view name_of(Fault fault) {
  return row_of(fault).name;
}

}  // namespace dmarc::dkim
