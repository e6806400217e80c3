#include "mail/tag_list.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::mail {
namespace {

Tag read_element(std::string_view element) {
  Tag tag{.name = {}, .value = {}, .text = element};
  const std::size_t equals = element.find('=');
  if (equals == std::string_view::npos) return tag;
  const std::string_view name = base::trim(element.substr(0, equals));
  // RFC 9989 section 4.8: dmarc-tag-name is 1*ALPHA.
  if (!std::all_of(name.begin(), name.end(), base::is_alpha)) return tag;
  tag.name = name;
  tag.value = base::trim(element.substr(equals + 1));
  return tag;
}

}  // namespace

std::optional<Tag> TagList::next() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find(';'), rest_.size());
    const std::string_view element = base::trim(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (!element.empty()) return read_element(element);
  }
  return {};
}

}  // namespace dmarc::mail
