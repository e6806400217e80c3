// The DMARC Policy Record (RFC 9989 sections 4.7 "DMARC Policy Record Format" and 4.8 "Formal
// Definition").
//
//   auto record = dmarc::Record::parse("v=DMARC1; p=reject; rua=mailto:a@example.org");
//   if (record) record->p;  // Policy::reject
//
// Any octets may be given: a text is not a DMARC record at all, or it is one and every tag has a
// value, if only the default. What was dropped on the way is in `problems`, for people who debug
// their record.
//
// Limits: the whole text is read, so that no policy is lost because it stands far behind; the DNS
// bounds it to 64 KiB, and reading is linear. Only what is kept is limited (Record::max_*): the
// excess is dropped and `problems` says so.
//
// Threads: pure functions and plain values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc {

enum class Policy { none, quarantine, reject };
enum class AlignmentMode { relaxed, strict };
/// The psd tag: is the publisher a Public Suffix Domain?
enum class PublicSuffixFlag { yes, no, unknown };
/// One option of the fo tag: about which messages a Domain Owner wants failure reports.
enum class FailureOption {
  none_aligned,  ///< "0": nothing passed and was aligned
  any_failed,    ///< "1": SPF or DKIM did not pass, or was not aligned
  dkim_failed,   ///< "d": a signature failed, aligned or not
  spf_failed,    ///< "s": SPF failed, aligned or not
};
using FailureOptions = std::vector<FailureOption>;

std::string_view to_string(Policy policy);
std::string_view to_string(AlignmentMode mode);
std::string_view to_string(PublicSuffixFlag flag);
/// As in a record: "1:d:s"; empty for no options.
std::string to_string(const FailureOptions& options);

/// The policy one step lower (RFC 9989 section 4.7, tag t): reject, quarantine, none, none.
Policy one_level_lower(Policy policy);

/// What a record is good for (RFC 9989 section 4.10.1 "DMARC Policy Discovery", on missing and
/// invalid policies).
enum class Usability {
  apply,          ///< as published
  treat_as_none,  ///< p missing or invalid, or sp or np invalid, but there is somewhere to report
                  ///< to: as if "p=none"
  no_processing,  ///< the same without a usable rua, or a tag that appears twice: DMARC does not
                  ///< apply
};

struct Record {
  /// Octets of a record that are kept for traces: ten times what owners publish.
  static constexpr std::size_t max_text = 4096;
  /// URIs kept of one list; every one costs a report.
  static constexpr std::size_t max_uris = 20;
  static constexpr std::size_t max_problems = 20;

  /// True when the text begins with a correct version tag, which makes it a DMARC record whatever
  /// else it says.
  static bool has_version_tag(std::string_view text);

  /// Nothing when the text does not begin with a correct version tag: such a text is not a DMARC
  /// record, and does not count.
  static std::optional<Record> parse(std::string_view text);

  std::optional<Policy> p, sp, np;
  AlignmentMode adkim = AlignmentMode::relaxed;
  AlignmentMode aspf = AlignmentMode::relaxed;
  bool testing = false;  ///< t=y
  PublicSuffixFlag psd = PublicSuffixFlag::unknown;
  FailureOptions fo{FailureOption::none_aligned};  ///< in the order published
  std::vector<std::string> rua, ruf;  ///< valid URIs as published, without the obsolete size suffix

  /// p, sp or np was there with a value that is none of the three.
  bool invalid_policy_tag = false;
  /// A tag that DMARC knows appears more than once; the first is the one read. RFC 9989 does not
  /// say what that means, and the rule for tag-lists that it builds on (RFC 6376 section 3.2)
  /// invalidates the list: such a record asks for nothing.
  bool repeated_tag = false;

  /// One clause for each thing that was ignored: "tag p: \"rejct\" is not none, quarantine or
  /// reject".
  std::vector<std::string> problems;

  /// The text that was parsed, cut to the limit.
  std::string text;

  Usability usability() const;

  /// The policy as published for the policy domain itself, for existing and for non-existent
  /// subdomains, after the fall-backs (np to sp to p) and after treat_as_none; t is not applied.
  Policy for_domain() const;
  Policy for_subdomain() const;
  Policy for_nonexistent_subdomain() const;
};

/// A record that was read once, for all who keep it: walks, verdicts and their copies. Null for
/// none.
using RecordPtr = std::shared_ptr<const Record>;

/// Record::parse() for those who share the record.
RecordPtr read_record(std::string_view text);

}  // namespace dmarc
