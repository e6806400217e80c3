// Why a signature does not count: one list, from which the result word (RFC 8601 section 2.7.1
// "DKIM") and the reason in fields, logs and reports come.
//
//   dkim::code_of(dkim::Fault::body_hash)    // Code::fail
//   dkim::describe(dkim::Fault::body_hash)   // "the body was changed: its hash differs"
//
// Threads: pure functions.
#pragma once

#include <string_view>

namespace dmarc::dkim {

/// RFC 8601 section 2.7.1. No signature has the result "none". What the words mean here:
///   fail       the body's hash or the signature is not right
///   policy     our own rule: octets left out by l=, the size of the key, too many signatures
///   neutral    nothing can be said: blanks of the header did not reach us, or nobody asked
///   permerror  the signature or its key can't be used, or has expired
///   temperror  the look-up of the key failed, and nothing else
enum class Code { pass, fail, policy, neutral, permerror, temperror };

/// The word used in header fields, for example "permerror".
std::string_view to_string(Code code);

enum class Fault {
  none,
  // the signature field
  field_size,
  encoded_word,
  tag_list,
  duplicate_tag,
  too_many_tags,
  version,
  missing_tag,
  algorithm,
  algorithm_sha1,
  canonicalization,
  signature_base64,
  body_hash_base64,
  domain,
  selector,
  identity,
  identity_outside,
  names,
  too_many_names,
  from_not_signed,
  query_method,
  length,
  time,
  future,
  expiry_before_time,
  expired,
  key_name,
  too_many_signatures,
  // the message
  body_length,
  body_beyond_length,
  body_hash,
  signature,
  signature_size,
  blanks_lost,
  // the key
  lookup_failed,
  not_verified,
  key_not_found,
  no_key_record,
  key_empty,
  key_size,
  key_quotes,
  key_backslash,
  key_armour,
  key_twice,
  key_semicolon,
  key_tag_list,
  key_duplicate_tag,
  key_version,
  key_missing,
  key_revoked,
  key_url_base64,
  key_base64,
  key_cut,
  key_unreadable,
  key_exponent,
  key_modulus,
  key_too_short,
  key_too_long,
  key_type,
  key_other_type,
  key_hash,
  key_service,
  key_strict,
};

Code code_of(Fault fault);

/// One clause in plain ASCII; empty for none.
std::string_view describe(Fault fault);

/// An identifier for output that programs read, for example "body_hash".
std::string_view name_of(Fault fault);

}  // namespace dmarc::dkim
