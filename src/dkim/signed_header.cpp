#include "dkim/signed_header.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::dkim {
namespace {

constexpr std::string_view crlf = "\r\n";

/// FNV-1a, without regard to case.
std::uint32_t hash_of(std::string_view name) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : name)
    hash = (hash ^ static_cast<unsigned char>(base::to_lower(c))) * 16'777'619U;
  return hash;
}

int compare_names(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < size; ++i)
    if (const int difference = base::to_lower(a[i]) - base::to_lower(b[i]); difference != 0)
      return difference;
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace

SignedHeader::SignedHeader(std::span<const mail::HeaderField> fields, LeadingBlanks blanks)
    : fields_(fields), blanks_(blanks), taken_(fields.size() + 1), places_(fields.size()) {
  by_name_.reserve(fields.size());
  for (std::uint32_t i = 0; i < fields.size(); ++i)
    by_name_.push_back({hash_of(name_of(i)), i});
  std::sort(by_name_.begin(), by_name_.end(), [&](const Entry& a, const Entry& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const int order = compare_names(name_of(a.field), name_of(b.field));
    return order != 0 ? order < 0 : a.field > b.field;
  });
}

/// Obsolete syntax has blanks before the colon (RFC 5322 section 4.5 "Obsolete Header Fields").
std::string_view SignedHeader::name_of(std::uint32_t field) const {
  std::string_view name = fields_[field].name;
  while (!name.empty() && base::is_blank(name.back()))
    name.remove_suffix(1);
  return name;
}

std::vector<std::size_t> SignedHeader::select(const std::vector<std::string_view>& names,
                                              std::size_t self) {
  std::vector<std::size_t> selected;
  selected.reserve(names.size());
  std::fill(taken_.begin(), taken_.end(), 0);
  for (const std::string_view name : names) {
    const std::uint32_t hash = hash_of(name);
    const auto first = std::lower_bound(
        by_name_.begin(), by_name_.end(), name, [&](const Entry& entry, std::string_view wanted) {
          return entry.hash != hash ? entry.hash < hash
                                    : compare_names(name_of(entry.field), wanted) < 0;
        });
    std::uint32_t& taken = taken_[static_cast<std::size_t>(first - by_name_.begin())];
    const auto has_name = [&](auto entry) {
      return entry != by_name_.end() && entry->hash == hash &&
             base::iequals(name_of(entry->field), name);
    };
    auto next = first + taken;
    if (has_name(next) && next->field == self) {
      ++next;
      ++taken;
    }
    if (!has_name(next)) continue;
    ++taken;
    selected.push_back(next->field);
  }
  return selected;
}

std::string_view SignedHeader::line(std::size_t field, CanonicalForm form) {
  if (form == CanonicalForm::simple) {
    simple_.clear();
    append_field(simple_, fields_[field], form, blanks_);
    return simple_ += crlf;
  }
  std::optional<Place>& place = places_[field];
  if (!place) {
    const std::size_t begin = relaxed_.size();
    append_field(relaxed_, fields_[field], form, blanks_);
    relaxed_ += crlf;
    place = {begin, relaxed_.size() - begin};
  }
  return std::string_view(relaxed_).substr(place->begin, place->size);
}

std::string_view SignedHeader::canonical(std::size_t field, CanonicalForm form) {
  std::string_view text = line(field, form);
  text.remove_suffix(crlf.size());
  return text;
}

template <typename Put>
void SignedHeader::put_signed(const Signature& signature, std::size_t self, Put&& put) {
  for (const std::size_t field : select(signature.names, self))
    put(line(field, signature.header_form));
  std::string own;
  append_signature_field(own, fields_[self], signature.b_begin, signature.b_end,
                         signature.header_form, blanks_);
  put(own);
}

crypto::Digest SignedHeader::digest(const Signature& signature, std::size_t self) {
  crypto::Sha256 hash;
  put_signed(signature, self, [&](std::string_view octets) { hash.update(octets); });
  return hash.finish();
}

std::string SignedHeader::text(const Signature& signature, std::size_t self) {
  std::string text;
  put_signed(signature, self, [&](std::string_view octets) { text += octets; });
  return text;
}

}  // namespace dmarc::dkim
