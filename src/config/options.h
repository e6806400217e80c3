// The option table: the only list of what opendmarc.conf may say.
//
//   const config::Option* option = config::find_option("rejectfailures");
//   for (const config::Section& section : config::sections()) ...
//
// From it come the reader (reader.h), the defaults, opendmarc.conf(5), the sample file and the test
// that compares it with OpenDMARC's own list. The rows are in options_*.cpp, a file for each part
// of an administrator's work, in the order of the sample file.
//
// Threads: constants.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::config {

enum class Type {
  text,
  boolean,
  integer,  ///< decimal, 0 octal or 0x hexadecimal, within the row's range
  mode,     ///< file mode bits: an integer from 0 to 0777
  seconds,  ///< a duration: an integer within the row's range
  path,
  list,       ///< separated by commas, each part cut at its first blank
  servers,    ///< DNS servers, separated by commas or blanks
  list_file,  ///< the path of a file with one entry a line
  choice,     ///< one of the row's words, in any case
};

enum class Reload { at_start, for_new_connections };

enum class Effect {
  acts,
  never,  ///< a name of newer OpenDMARC versions; the row says what stands in its place
};

struct Range {
  long least = 0;
  long most = 0;
};

/// How the sample file shows an option.
enum class InSample { commented, active, absent };

struct Option {
  std::string_view name;
  Type type = Type::text;
  /// As it would stand in a file; empty: not set.
  std::string_view default_value = {};
  Range range = {};
  std::vector<std::string_view> words = {};
  Reload reload = Reload::for_new_connections;
  Effect effect = Effect::acts;
  InSample in_sample = InSample::commented;
  /// The value in the sample file, where the default would not do.
  std::string_view example = {};
  /// One sentence. Names and values stand between backquotes, here and in `details`.
  std::string_view summary = {};
  /// Further paragraphs for the manual page, separated by an empty line. For Effect::never: one
  /// clause that says what stands in its place, also used in the log.
  std::string_view details = {};
};

struct Section {
  std::string_view heading;
  std::vector<Option> options;
};

std::span<const Section> sections();

/// The row of that name in any case; null when there is none.
const Option* find_option(std::string_view name);

/// All names, for suggestions.
const std::vector<std::string_view>& option_names();

/// What a value of this option has to be, as an error line says it: "true or false", "a number from
/// 1 to 3600".
std::string expected_value(const Option& option);

}  // namespace dmarc::config
