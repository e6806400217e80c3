// What one vector expects, compared with what the code did.
//
//   Checks checks(vector["expect"]);
//   if (checks.result("result", to_string(verdict.result)))
//     checks.text("policy", policy_text);
//
// An expected value that is null or absent is not checked, except where a function says otherwise.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vector_field.h"

namespace dmarc::test {

class Checks {
 public:
  explicit Checks(Field expect) : expect_(std::move(expect)) {}

  /// The main result. With `accept_results` any of them will do, and then false says that the other
  /// fields describe a first choice that is not to be checked.
  bool result(const std::string& field, std::string_view actual);

  void text(const std::string& field, std::string_view actual);
  void boolean(const std::string& field, bool actual);
  void list(const std::string& field, const std::vector<std::string>& actual);
  /// A value that may be missing. When null is expected, it must be.
  void text_or_null(const std::string& field, const std::optional<std::string>& actual);

  /// One complaint that is no comparison of a field.
  void fail(std::string complaint) { complaints_.push_back(std::move(complaint)); }

  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  void compare(const std::string& field, const std::string& expected, const std::string& actual);

  Field expect_;
  std::vector<std::string> complaints_;
};

}  // namespace dmarc::test
