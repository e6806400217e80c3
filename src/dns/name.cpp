#include <idn2.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <dmarc/domain_name.h>

#include "base/ascii.h"

namespace dmarc::dns {
namespace {

// RFC 5322 section 3.2.3 "atext": what a dot-atom may hold, ASCII part.
constexpr base::OctetSet atext([](char c) {
  return base::is_alnum(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
});

std::optional<NameError> check_labels(std::string_view text) {
  if (text.empty()) return NameError::empty;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    if (end == begin) return NameError::empty_label;
    if (end - begin > Name::max_label) return NameError::long_label;
    begin = end + 1;
  }
  if (text.size() > Name::max_text) return NameError::long_name;
  return {};
}

tl::expected<std::string, NameError> to_a_labels(std::string_view text) {
  // Twice the longest name in UTF-8 is far beyond what can fit after conversion; libidn2 need not
  // see more.
  constexpr std::size_t max_input = 4 * 2 * Name::max_text;
  if (text.size() > max_input) return tl::unexpected(NameError::long_name);
  const std::string terminated(text);
  char* converted = nullptr;
  // Non-transitional UTS #46 mapping keeps sharp s, final sigma and the joiners; no STD3 rules,
  // because underscores are legitimate in names (their octets are checked afterwards).
  const int status =
      ::idn2_to_ascii_8z(terminated.c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&::idn2_free)> owned(converted, &::idn2_free);
  switch (status) {
    case IDN2_OK:
      return std::string(converted);
    case IDN2_ENCODING_ERROR:
    case IDN2_ICONV_FAIL:
      return tl::unexpected(NameError::bad_encoding);
    case IDN2_TOO_BIG_LABEL:
      return tl::unexpected(NameError::long_label);
    case IDN2_TOO_BIG_DOMAIN:
      return tl::unexpected(NameError::long_name);
    default:
      return tl::unexpected(NameError::bad_idna);
  }
}

}  // namespace

std::string_view describe(NameError error) {
  switch (error) {
    case NameError::empty:
      return "empty name";
    case NameError::empty_label:
      return "empty label";
    case NameError::long_label:
      return "label longer than 63 octets";
    case NameError::long_name:
      return "name longer than 253 octets";
    case NameError::bad_octet:
      return "octet that no domain name may hold";
    case NameError::bad_encoding:
      return "not UTF-8";
    case NameError::bad_idna:
      return "not a valid internationalised name";
  }
  return "";
}

tl::expected<Name, NameError> Name::parse(std::string_view text) {
  if (text.empty()) return tl::unexpected(NameError::empty);
  const bool ascii = std::none_of(text.begin(), text.end(), base::is_eight_bit);
  const auto acceptable = [](char c) {
    return c == '.' || base::is_eight_bit(c) || atext.contains(c);
  };
  if (!std::all_of(text.begin(), text.end(), acceptable))
    return tl::unexpected(NameError::bad_octet);

  std::string name;
  if (ascii) {
    name = base::lower(text);
  } else {
    auto converted = to_a_labels(text);
    if (!converted) return tl::unexpected(converted.error());
    name = base::lower(*converted);
    // The mapping can produce octets that were not in the input, such as a full-width bracket's
    // ASCII form.
    const auto still_acceptable = [](char c) { return c == '.' || atext.contains(c); };
    if (!std::all_of(name.begin(), name.end(), still_acceptable))
      return tl::unexpected(NameError::bad_octet);
  }
  if (const auto error = check_labels(name)) return tl::unexpected(*error);
  return Name(std::move(name));
}

tl::expected<Name, NameError> Name::from_octets(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (const auto error = check_labels(text)) return tl::unexpected(*error);
  return Name(base::lower(text));
}

std::size_t Name::label_count() const {
  return static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '.')) + 1;
}

bool Name::is_hostname() const {
  return std::all_of(text_.begin(), text_.end(),
                     [](char c) { return base::is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

std::optional<Name> Name::parent() const {
  const std::size_t dot = text_.find('.');
  if (dot == std::string::npos) return {};
  return Name(text_.substr(dot + 1));
}

Name Name::rightmost(std::size_t count) const {
  std::size_t start = text_.size();
  while (count-- > 0) {
    const std::size_t dot = start == 0 ? std::string::npos : text_.rfind('.', start - 1);
    if (dot == std::string::npos) return *this;
    start = dot;
  }
  return Name(text_.substr(start + 1));
}

bool Name::is_at_or_below(const Name& ancestor) const {
  if (text_.size() == ancestor.text_.size()) return text_ == ancestor.text_;
  return text_.size() > ancestor.text_.size() && text_.ends_with(ancestor.text_) &&
         text_[text_.size() - ancestor.text_.size() - 1] == '.';
}

std::optional<Name> Name::with_prefix(std::string_view labels) const {
  // The labels of this name have been checked when it was made.
  if (check_labels(labels) || labels.size() + 1 + text_.size() > max_text) return {};
  return Name(base::lower(labels).append(1, '.').append(text_));
}

}  // namespace dmarc::dns
