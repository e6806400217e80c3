// One row of the option table (options.h): what an option of opendmarc.conf is and what is written
// about it.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

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
  never,  ///< a name of newer OpenDMARC versions; the row says what replaces it
};

struct Range {
  long least = 0;
  long most = 0;
};

/// Of a choice; empty ones do not count.
using Words = std::array<std::string_view, 4>;

/// How the sample file shows an option.
enum class InSample { commented, active, absent };

struct Option {
  std::string_view name;
  Type type = Type::text;
  /// As it would stand in a file; empty: not set.
  std::string_view default_value = {};
  Range range = {};
  Words words = {};
  Reload reload = Reload::for_new_connections;
  Effect effect = Effect::acts;
  InSample in_sample = InSample::commented;
  /// The value in the sample file, where the default is not a good example.
  std::string_view example = {};
  /// One sentence. Names and values stand between backquotes, here and in `details`.
  std::string_view summary = {};
  /// Further paragraphs for the manual page, separated by an empty line. For Effect::never: one
  /// clause that says what stands in its place, also used in the log.
  std::string_view details = {};

  constexpr std::span<const std::string_view> choices() const {
    const auto end = std::find(words.begin(), words.end(), std::string_view{});
    return {words.begin(), end};
  }
};

}  // namespace dmarc::config
