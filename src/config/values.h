// The values of a configuration file, by option: what the file says, otherwise the table's default.
//
//   Values values;
//   if (auto set = values.set(*find_option("RejectFailures"), "yes", 7); !set) set.error();
//   values.flag("RejectFailures");                    // true
//   values.is({"TempErrorAction", "tempfail"});       // false
//
// The readers below take names of the option table, each of its types, checked when compiled.
//
// Threads: const after it was filled.
#pragma once

#include <tl/expected.hpp>

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/options.h"

namespace dmarc::config {

class Values {
 public:
  /// A value given again takes the place of the one before. The error is a reason for an error
  /// line.
  tl::expected<void, std::string> set(const Option& option, std::string_view text, unsigned line);

  bool is_set(AnyOption option) const;
  /// The line that set it; 0 when it is not set.
  unsigned line(AnyOption option) const;
  /// The value as the file has it; empty when it is not set.
  std::string_view as_written(AnyOption option) const;
  /// Lines whose value was replaced by a later one.
  struct Replaced {
    const Option* option = nullptr;
    unsigned line = 0;
    unsigned by_line = 0;
  };
  const std::vector<Replaced>& replaced() const { return replaced_; }

  bool flag(Flag option) const;
  bool is(Choice choice) const;
  long number(Number option) const;
  std::string text(Text option) const;
  std::vector<std::string> list(List option) const;

 private:
  using Value = std::variant<bool, long, std::string>;
  struct Setting {
    Value value;
    std::string as_written;
    unsigned line = 0;
  };
  static tl::expected<Value, std::string> parse(const Option& option, std::string_view text);
  template <typename T>
  T get(const Option& option) const;

  std::map<const Option*, Setting> settings_;
  std::vector<Replaced> replaced_;
};

}  // namespace dmarc::config
