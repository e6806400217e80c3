#include "vector_field.h"

#include <algorithm>

namespace dmarc::test {

Field::Field(YAML::Node node, std::string path) : node_(std::move(node)), path_(std::move(path)) {}

bool Field::is_present() const {
  return node_.IsDefined();
}

bool Field::is_set() const {
  return node_.IsDefined() && !node_.IsNull();
}

bool Field::is_list() const {
  return node_.IsDefined() && node_.IsSequence();
}

bool Field::is_map() const {
  return node_.IsDefined() && node_.IsMap();
}

Field Field::operator[](const std::string& key) const {
  const std::string path = path_.empty() ? key : path_ + '.' + key;
  if (!is_map()) return {YAML::Node(YAML::NodeType::Undefined), path};
  const YAML::Node& map = node_;  // the mutable operator[] would create the field
  return {map[key], path};
}

std::string Field::text() const {
  if (!is_set()) complain("missing");
  if (!node_.IsScalar()) complain("not a scalar");
  return node_.Scalar();
}

std::string Field::text_or(std::string_view otherwise) const {
  return is_set() ? text() : std::string(otherwise);
}

std::optional<std::string> Field::optional_text() const {
  if (!is_set()) return {};
  return text();
}

bool Field::boolean() const {
  const std::string value = text();
  if (value != "true" && value != "false") complain("neither true nor false");
  return value == "true";
}

std::vector<Field> Field::items() const {
  std::vector<Field> found;
  if (!is_set()) return found;
  if (!node_.IsSequence()) complain("not a list");
  for (std::size_t i = 0; i < node_.size(); ++i)
    found.emplace_back(node_[i], path_ + '[' + std::to_string(i) + ']');
  return found;
}

std::vector<std::string> Field::texts() const {
  std::vector<std::string> found;
  for (const Field& item : items())
    found.push_back(item.text());
  return found;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  std::vector<std::pair<std::string, Field>> found;
  if (!is_set()) return found;
  if (!node_.IsMap()) complain("not a map");
  for (const auto& member : node_) {
    const auto key = member.first.as<std::string>();
    found.emplace_back(key, Field(member.second, path_.empty() ? key : path_ + '.' + key));
  }
  return found;
}

void Field::allow(std::initializer_list<std::string_view> names) const {
  for (const auto& [key, value] : members())
    if (std::find(names.begin(), names.end(), key) == names.end()) value.complain("not known");
}

void Field::complain(const std::string& clause) const {
  throw Malformed("field " + path_ + ": " + clause);
}

}  // namespace dmarc::test
