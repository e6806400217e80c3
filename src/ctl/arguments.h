// The arguments of a subcommand: long options and operands.
//
//   constexpr Flag flags[] = {{"zone", "FILE", "answer DNS questions from FILE"}, ...};
//   auto arguments = Arguments::parse(flags, {"--zone=z", "example.org"});
//   arguments->value("zone");   // "z"
//
// "--name VALUE" and "--name=VALUE" mean the same; "--" ends the options; "-" is an operand.
//
// Threads: values.
#pragma once

#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::ctl {

/// One row of a subcommand's option table.
struct Flag {
  std::string_view name;   ///< without the dashes
  std::string_view value;  ///< what the usage text calls its value; empty for a switch
  std::string_view help;   ///< one clause
};

class Arguments {
 public:
  /// The error is one line for standard error.
  static tl::expected<Arguments, std::string> parse(std::span<const Flag> flags,
                                                    const std::vector<std::string>& words);

  bool has(std::string_view name) const { return values_.contains(std::string(name)); }
  /// The last value given.
  std::optional<std::string> value(std::string_view name) const;
  std::string value_or(std::string_view name, std::string_view fallback) const;
  /// Every value given, in order.
  std::vector<std::string> values(std::string_view name) const;
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> operands_;
};

}  // namespace dmarc::ctl
