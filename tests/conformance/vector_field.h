// Reading vector files: YAML values that know where they stand, so that every complaint can say so.
#pragma once

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmarc::test {

/// A vector that breaks the schema; what() names the field.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A vector of a kind that the runner does not know; what() names it.
class Unsupported : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value inside a vector. One that is absent can be passed around and asked; reading it as
/// something throws Malformed.
class Field {
 public:
  Field(YAML::Node node, std::string path);

  bool is_present() const;  ///< the field is there, even if its value is null
  bool is_set() const;      ///< the field is there and not null
  bool is_list() const;
  bool is_map() const;

  Field operator[](const std::string& key) const;  ///< absent in anything but a map

  std::string text() const;
  std::string text_or(std::string_view otherwise) const;
  std::optional<std::string> optional_text() const;
  bool boolean() const;
  std::vector<Field> items() const;                            ///< of a list; none when absent
  std::vector<std::string> texts() const;                      ///< of a list of scalars
  std::vector<std::pair<std::string, Field>> members() const;  ///< of a map; none when absent

  /// Throws Malformed when the map has a field with another name: what is not understood must not
  /// count as passed, nor be passed over.
  void allow(std::initializer_list<std::string_view> names) const;

  [[noreturn]] void complain(const std::string& clause) const;

 private:
  YAML::Node node_;
  std::string path_;
};

}  // namespace dmarc::test
