// The option table: the only list of what opendmarc.conf may say.
//
//   values.flag("RejectFailures")   // a Flag: a wrong name or type does not compile
//   const config::Option* option = config::find_option("rejectfailures");
//   for (const config::Section& section : config::sections) ...
//
// A new option is a row in one of the options_*.h (each is a part of an administrator's work) and a
// line of a fill_*.cpp, which reads it into its place in a Configuration (configuration.h). The
// reader of the file (values.h), the defaults, opendmarc.conf(5), the sample file (renew both with
// `cmake --build BUILD -t documentation`) and the test that compares the table with OpenDMARC's own
// list come from the row. A test fails while nobody reads it.
//
// Threads: constants.
#pragma once

#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/option.h"
#include "config/options_judging.h"
#include "config/options_process.h"
#include "config/options_reports.h"
#include "config/options_trust.h"

namespace dmarc::config {

struct Section {
  std::string_view heading;
  std::span<const Option> options;
};

/// In the order of the sample file.
inline constexpr auto sections = std::to_array<Section>({
    {"Socket and process", process_options},
    {"Logging", logging_options},
    {"Names and trust", identity_options},
    {"Mail that is not judged", ignore_options},
    {"Form of messages", form_options},
    {"DKIM", dkim_options},
    {"SPF", spf_options},
    {"DNS and policy discovery", dns_options},
    {"What is done with failures", failure_options},
    {"Trusted ARC sealers", arc_options},
    {"History", history_options},
    {"Report database", database_options},
    {"Report mail", report_mail_options},
    {"Delivery of reports", report_delivery_options},
    {"Failure reports", failure_report_options},
    {"Names of newer OpenDMARC versions", newer_names},
});

/// The row of that name and of one of these types (any, if none is given), looked up when compiled:
/// another name does not compile.
template <Type... types>
consteval const Option* row(std::string_view name) {
  for (const Section& section : sections) {
    for (const Option& option : section.options) {
      if (option.name == name && (sizeof...(types) == 0 || ((option.type == types) || ...)))
        return &option;
    }
  }
  throw std::logic_error("no option of that name and type");
}

/// An option of one of these types, or of any, by its name.
template <Type... types>
class Key {
 public:
  consteval Key(const char* name) : option_(row<types...>(name)) {}
  constexpr explicit(sizeof...(types) > 0) Key(const Option& option) : option_(&option) {}
  template <Type... others>
  requires(sizeof...(types) == 0 && sizeof...(others) > 0) constexpr Key(Key<others...> other)
      : option_(&other.option()) {}

  constexpr const Option& option() const { return *option_; }
  std::string name() const { return std::string(option_->name); }

 private:
  const Option* option_;
};

using AnyOption = Key<>;
using Flag = Key<Type::boolean>;
using Number = Key<Type::integer, Type::mode, Type::seconds>;
using Text = Key<Type::text, Type::path, Type::list_file, Type::list, Type::servers>;
using List = Key<Type::list, Type::servers>;

/// A choice and one of its words.
class Choice {
 public:
  consteval Choice(const char* name, const char* word)
      : option_(row<Type::choice>(name)), word_(word) {
    for (const std::string_view candidate : option_->words)
      if (candidate == word_) return;
    throw std::logic_error("no word of that choice");
  }

  constexpr const Option& option() const { return *option_; }
  constexpr std::string_view word() const { return word_; }

 private:
  const Option* option_;
  std::string_view word_;
};

/// The row of that name in any case; null when there is none.
const Option* find_option(std::string_view name);

/// All names, for suggestions.
const std::vector<std::string_view>& option_names();

/// What a value of this option has to be, as an error line says it: "true or false", "a number from
/// 1 to 3600".
std::string expected_value(const Option& option);

}  // namespace dmarc::config
