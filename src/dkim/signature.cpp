#include "dkim/signature.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/ascii.h"
#include "dkim/limits.h"

namespace dmarc::dkim {
namespace {

Fault fault_of(TagListError error, std::string_view value) {
  switch (error) {
    case TagListError::duplicate:
      return Fault::duplicate_tag;
    case TagListError::too_many:
      return Fault::too_many_tags;
    case TagListError::syntax:
      break;
  }
  return base::trim(value).starts_with("=?") ? Fault::encoded_word : Fault::tag_list;
}

std::optional<CanonicalForm> form_of(std::string_view word) {
  if (word == "simple") return CanonicalForm::simple;
  if (word == "relaxed") return CanonicalForm::relaxed;
  return {};
}

/// Reads one field, tag by tag. The first fault stands, but reading goes on: what else can be read
/// is of use to reports.
class Reader {
 public:
  Reader(const TagList& tags, const SignatureForm& form) : tags_(tags), form_(form) {}

  Signature read();

 private:
  void note(Fault fault) {
    if (result_.fault == Fault::none) result_.fault = fault;
  }
  /// The value of a tag that must be there and have one.
  std::string_view required(std::string_view name) {
    const Tag* const tag = tags_.find(name);
    if (tag != nullptr && !tag->value.empty()) return tag->value;
    note(Fault::missing_tag);
    return {};
  }

  void read_version();
  void read_signer();
  void read_identity();
  void read_forms();
  void read_names();
  void read_hashes();
  void read_numbers();
  void read_methods();

  const TagList& tags_;
  const SignatureForm& form_;
  Signature result_;
};

void Reader::read_version() {
  const Tag* const version = tags_.find("v");
  if (form_.is_dkim && (version == nullptr || version->value != "1")) note(Fault::version);
}

void Reader::read_signer() {
  if (const auto value = required("a"); !value.empty()) {
    result_.algorithm = value;
    if (const Fault fault = read_algorithm(value, result_.key_type); fault != Fault::none)
      note(fault);
  }
  if (const auto value = required("d"); !value.empty()) {
    result_.domain = read_domain(value);
    if (!result_.domain) note(Fault::domain);
  }
  if (const auto value = required("s"); !value.empty()) {
    result_.selector = read_domain(value);
    if (!result_.selector) note(Fault::selector);
  }
  if (!result_.domain || !result_.selector) return;
  result_.key_name = key_name(*result_.selector, *result_.domain);
  if (!result_.key_name) note(Fault::key_name);
}

// Section 3.5: the domain of i= must be d= or below it. The local part is in DKIM-Quoted-Printable,
// in which no "@" needs to be written as such; the last one begins the domain.
void Reader::read_identity() {
  const Tag* const tag = tags_.find("i");
  if (!form_.is_dkim || tag == nullptr) return;
  result_.identity = without_folding(tag->value);
  const std::size_t at = tag->value.rfind('@');
  if (at == std::string_view::npos) return note(Fault::identity);
  result_.identity_domain = read_domain(tag->value.substr(at + 1));
  if (!result_.identity_domain) return note(Fault::identity);
  if (result_.domain && !result_.identity_domain->is_at_or_below(*result_.domain))
    note(Fault::identity_outside);
}

void Reader::read_forms() {
  result_.header_form = form_.absent_header_form;
  const Tag* const tag = tags_.find("c");
  if (tag == nullptr) return;
  const std::size_t slash = std::min(tag->value.find('/'), tag->value.size());
  const auto header = form_of(tag->value.substr(0, slash));
  const auto body =
      slash == tag->value.size() ? CanonicalForm::simple : form_of(tag->value.substr(slash + 1));
  if (!header || !body) return note(Fault::canonicalization);
  result_.header_form = *header;
  result_.body_form = *body;
}

// An empty name among others names no field, and does no harm.
void Reader::read_names() {
  std::string_view rest = required("h");
  if (rest.empty()) return;
  result_.names.reserve(32);
  bool has_from = false;
  while (true) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string_view name = base::trim(rest.substr(0, end));
    if (result_.names.size() == max_signed_names) return note(Fault::too_many_names);
    if (!name.empty()) result_.names.push_back(name);
    has_from = has_from || base::iequals(name, "from");
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  // RFC 6376 section 5.4 "Determine the Header Fields to Sign".
  if (!has_from) note(Fault::from_not_signed);
}

void Reader::read_hashes() {
  if (const auto value = required("bh"); !value.empty()) {
    const auto octets = base64_value(value);
    if (octets && octets->size() == result_.body_hash.size())
      std::copy(octets->begin(), octets->end(), result_.body_hash.begin());
    else
      note(Fault::body_hash_base64);
  }
  if (const auto value = required("b"); !value.empty()) {
    result_.characters = without_folding(value);
    if (auto octets = base64_value(value))
      result_.octets = *std::move(octets);
    else
      note(Fault::signature_base64);
    const Tag& tag = *tags_.find("b");
    result_.b_begin = tag.begin;
    result_.b_end = tag.end;
  }
}

void Reader::read_numbers() {
  const auto read = [&](std::string_view name, Fault fault) -> std::optional<std::uint64_t> {
    const Tag* const tag = tags_.find(name);
    if (tag == nullptr) return {};
    const auto number = read_number(tag->value);
    if (!number) note(fault);
    return number;
  };
  result_.time = read("t", Fault::time);
  result_.expiry = read("x", Fault::time);
  if (!form_.is_dkim) {
    if (tags_.find("l") != nullptr) note(Fault::length);
    return;
  }
  result_.length = read("l", Fault::length);
}

void Reader::read_methods() {
  const Tag* const tag = tags_.find("q");
  // "dns" alone is what drafts before RFC 4871 said, and what some still write.
  if (tag != nullptr && !list_has(tag->value, "dns/txt") && !list_has(tag->value, "dns"))
    note(Fault::query_method);
}

Signature Reader::read() {
  read_version();
  read_signer();
  read_identity();
  read_forms();
  read_names();
  read_hashes();
  read_numbers();
  read_methods();
  return std::move(result_);
}

}  // namespace

Fault read_algorithm(std::string_view value, crypto::KeyType& type) {
  if (value == "rsa-sha256") {
    type = crypto::KeyType::rsa;
    return Fault::none;
  }
  if (value == "ed25519-sha256") {
    type = crypto::KeyType::ed25519;
    return Fault::none;
  }
  // RFC 8301 section 3.1 "Signing and Verification Algorithms".
  return value == "rsa-sha1" ? Fault::algorithm_sha1 : Fault::algorithm;
}

std::optional<dns::Name> read_domain(std::string_view value) {
  auto name = dns::Name::parse(value);
  if (!name || !name->is_hostname()) return {};
  return *std::move(name);
}

std::optional<dns::Name> key_name(const dns::Name& selector, const dns::Name& domain) {
  return domain.with_prefix(selector.text() + "._domainkey");
}

std::optional<std::uint64_t> read_number(std::string_view value) {
  if (value.empty() || !std::all_of(value.begin(), value.end(), base::is_digit)) return {};
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t number = 0;
  for (const char c : value) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (number > (largest - digit) / 10) return largest;
    number = number * 10 + digit;
  }
  return number;
}

Fault time_fault(const Signature& signature, std::int64_t now) {
  const auto at = static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0));
  if (signature.time && *signature.time > at + max_seconds_ahead) return Fault::future;
  if (!signature.expiry) return Fault::none;
  // RFC 6376 section 3.5: x= must be greater than t=.
  if (signature.time && *signature.expiry <= *signature.time) return Fault::expiry_before_time;
  if (at > expiry_grace && *signature.expiry < at - expiry_grace) return Fault::expired;
  return Fault::none;
}

Signature read_signature(std::string_view value, const SignatureForm& form) {
  Signature faulty;
  if (value.size() > max_signature_value) {
    faulty.fault = Fault::field_size;
    return faulty;
  }
  const auto tags = TagList::parse(value);
  if (!tags) {
    faulty.fault = fault_of(tags.error(), value);
    return faulty;
  }
  return Reader(*tags, form).read();
}

}  // namespace dmarc::dkim
