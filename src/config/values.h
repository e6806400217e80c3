// What a configuration file says: its grammar, and its values by option.
//
//   auto values = read_values("# a comment\nRejectFailures true\n");
//   values->flag("RejectFailures");                   // true
//   values->is({"TempErrorAction", "tempfail"});      // false: the table's default counts
//
// A line is a name, blanks and a value that goes on to the end of the line; blanks around either
// are dropped, those inside a value stay. "#" cuts the line wherever it stands; there are no quotes
// and no escapes. Names have no case. The last of several lines with one name counts. Lines may end
// with CR LF; a byte order mark at the start is skipped.
//
// Values::flag() and its kind take names of the option table, each of its types, checked when
// compiled.
//
// Limits: max_line octets a line. Threads: Values are const once read; the rest are pure functions.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/options.h"

namespace dmarc::config {

/// Far more than any value has; a longer line does not belong to a configuration file.
inline constexpr std::size_t max_line = 64 * 1024;

class Values {
 public:
  /// A later value replaces an earlier one. The error is the reason in an error line.
  tl::expected<void, std::string> set(const Option& option, std::string_view text, unsigned line);

  bool is_empty() const { return settings_.empty(); }
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

struct LineError {
  unsigned line = 0;
  /// Begins with OpenDMARC's words ("unrecognized parameter", "required value missing", "illegal
  /// value"), on which scripts rely; what follows is help.
  std::string reason;
};

tl::expected<Values, LineError> read_values(std::string_view text);

/// The parts between commas, without blanks around them and cut at the first blank inside. Empty
/// parts vanish.
std::vector<std::string> split_list(std::string_view value);

/// The parts between commas or blanks. Empty parts vanish.
std::vector<std::string> split_words(std::string_view value);

struct ListEntry {
  std::string text;
  unsigned line = 0;
};

/// The entries of a list file: the first word of each line, "#" begins a comment.
std::vector<ListEntry> parse_list_file(std::string_view text);

}  // namespace dmarc::config
