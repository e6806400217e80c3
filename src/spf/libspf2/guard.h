// What stands between a check and libspf2: nothing reaches the library that has not passed here.
//
//   records   are read by our own parser first. A syntax error ends the check (permerror). What the
//             library gets wrong or truncates is for our own engine: the whole check is then done
//             there. Otherwise the library gets the directives and the redirect, and nothing else.
//   answers   are counted by the rules of RFC 7208 section 4.6.4 "DNS Lookup Limits" here, because
//             the library's counters start anew with every include.
//
// Knows the library's behaviour, but none of its types. Threads: the caller's.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/check.h>

#include "spf/finding.h"
#include "spf/macro.h"

namespace dmarc::spf {

class Libspf2Guard {
 public:
  /// The references must stay valid as long as the guard lives.
  Libspf2Guard(const dns::Answers& answers, const Options& options)
      : answers_(answers), options_(options) {}

  /// False for senders and clients that the library treats in a way of its own.
  static bool accepts(const Identity& identity);

  /// The record of a domain, rewritten for the library; nothing when the check is over.
  std::optional<std::string> record(std::string_view domain);

  /// The answer to a question of the library: octets of addresses, or names. Nothing for a failure,
  /// which makes the library give up; so does an answer when the check is over.
  using Data = std::optional<std::vector<std::string>>;
  Data lookup(std::string_view name, dns::Type type);

  /// The question whose answer was not at hand: the library has to be run again when it is.
  const std::optional<dns::Question>& missing() const { return missing_; }
  /// True when our own engine has to do the check.
  bool refused() const { return refused_; }
  /// Why the check is over: the result, whatever the library makes of it.
  const std::optional<Trouble>& trouble() const { return trouble_; }
  /// The first record, as received.
  const std::string& published() const { return published_; }

 private:
  bool is_over() const { return refused_ || trouble_ || missing_; }
  void stop(Trouble trouble);
  dns::AnswerPtr find(const dns::Question& question);
  std::optional<std::string> rewritten_record(const dns::Name& domain, std::string_view text);
  void count_term();
  void count_void(const dns::Question& question);
  Data lookup_term(const dns::Question& question);
  Data lookup_host(const dns::Question& question);
  Data hosts(const dns::Answer& answer, const dns::Question& question);

  const dns::Answers& answers_;
  const Options& options_;
  bool first_record_ = true;
  bool refused_ = false;
  std::optional<dns::Question> missing_;
  std::optional<Trouble> trouble_;
  std::string published_;
  std::size_t record_text_ = 0;
  std::size_t terms_ = 0;
  std::size_t void_lookups_ = 0;
  /// Hosts of the last MX or PTR answer whose addresses have not been asked for yet; their look-ups
  /// belong to that term.
  std::deque<std::string> hosts_;
  bool hosts_of_ptr_ = false;
};

}  // namespace dmarc::spf
