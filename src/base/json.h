// JSON (RFC 8259), for writing only.
//
//   auto answer = base::Json::object();
//   answer.set("name", "example.org").set("records", base::Json::array({"v=DMARC1; p=none"}));
//   std::cout << answer.text() << "\n";
//
// Members keep the order in which they were set. Strings may hold any octets: each octet that
// is not UTF-8 becomes U+FFFD, so the output is always valid. It is printable ASCII; all other
// characters are escaped, so it can't control a terminal.
//
// Threads: a value.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::base {

class Json {
 public:
  Json() = default;  ///< null
  Json(std::same_as<bool> auto value) : scalar_(value ? "true" : "false") {}
  Json(std::integral auto value) requires(!std::same_as<decltype(value), bool>)
      : scalar_(std::to_string(value)) {}
  Json(std::string_view text);
  Json(const std::string& text) : Json(std::string_view(text)) {}
  Json(const char* text) : Json(std::string_view(text)) {}

  static Json object();
  static Json array();
  static Json array(const std::vector<std::string>& texts);

  /// For objects; a name is set once.
  Json& set(std::string_view name, Json value);
  /// For arrays.
  Json& push(Json value);

  /// Indented by two blanks a level; no line end after the last line.
  std::string text() const;
  /// In one line, without blanks.
  std::string line() const;

 private:
  enum class Kind { scalar, array, object };

  /// Without a depth in one line.
  void write(std::string& out, std::optional<std::size_t> depth) const;

  Kind kind_ = Kind::scalar;
  std::string scalar_ = "null";     ///< as it is written
  std::vector<std::string> names_;  ///< of an object's members, as they are written
  std::vector<Json> values_;
};

}  // namespace dmarc::base
