// Command lines of OpenDMARC's Perl programs, as their option parser reads them, and the
// configuration file that opendmarc-reports has in the same terms.
//
//   constexpr PerlOption options[] = {{"dbhost", "host", "database host"}, {"verbose", "", "..."}};
//   auto given = PerlOptions::parse(options, {"--DBHost=db1", "-verb"});
//   given->value("dbhost");   // "db1"
//
// Names may be abbreviated and written in any case, behind one dash or two; "--no-NAME" and
// "--noNAME" take a switch back; operands may stand between options; "--" ends the options.
//
// The configuration file has a line "name = value" for each option. A switch takes yes, true, 1,
// no, false and 0. "#" begins a comment at the start of a line and after a blank, so that it may be
// part of a password; OpenDMARC ends the line at any "#".
//
// Threads: values.
#pragma once

#include <tl/expected.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::ctl {

struct PerlOption {
  std::string_view name;
  std::string_view value;  ///< what the usage text calls its value; empty for a switch
  std::string_view help;
};

/// One list of options from several.
template <std::size_t... sizes>
constexpr auto joined(const std::array<PerlOption, sizes>&... lists) {
  std::array<PerlOption, (sizes + ...)> all{};
  auto end = all.begin();
  ((end = std::ranges::copy(lists, end).out), ...);
  return all;
}

class PerlOptions {
 public:
  /// The error is what is wrong, one clause.
  static tl::expected<PerlOptions, std::string> parse(std::span<const PerlOption> options,
                                                      const std::vector<std::string>& words);

  /// What parse() makes of `name`, on the command line; null when it is unknown or ambiguous.
  static const PerlOption* find(std::span<const PerlOption> options, std::string_view name);

  /// These, and those of `others` that these don't mention.
  PerlOptions over(const PerlOptions& others) const;

  bool flag(std::string_view name) const;
  /// Whether the switch was given, one way or the other.
  bool mentions(std::string_view name) const { return flags_.contains(name); }
  /// The last value given.
  std::optional<std::string> value(std::string_view name) const;
  /// Every value given, in order.
  std::vector<std::string> values(std::string_view name) const;
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::map<std::string, bool, std::less<>> flags_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> operands_;
};

/// A configuration file as words of a command line; those given on the real command line follow and
/// so win. The error names the line.
tl::expected<std::vector<std::string>, std::string> read_reports_config(
    std::span<const PerlOption> options, std::string_view text);

}  // namespace dmarc::ctl
