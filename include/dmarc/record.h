// The DMARC Policy Record (RFC 9989 sections 4.7 "DMARC Policy Record Format" and 4.8 "Formal
// Definition").
//
//   auto record = dmarc::Record::parse("v=DMARC1; p=reject; rua=mailto:a@example.org");
//   if (record) record->p;  // Policy::reject
//
// Total over any octets: a text is either not a DMARC record at all, or it is one and every tag has
// a value, if only the default. What was dropped on the way is in `problems`, for people who debug
// their record.
//
// Threads: pure functions and plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc {

enum class Policy { none, quarantine, reject };
enum class AlignmentMode { relaxed, strict };
/// The psd tag: is the publisher a Public Suffix Domain?
enum class PublicSuffixFlag { yes, no, unknown };

std::string_view to_string(Policy policy);
std::string_view to_string(AlignmentMode mode);
std::string_view to_string(PublicSuffixFlag flag);

/// The policy one step lower (RFC 9989 section 4.7, tag t): reject, quarantine, none, none.
Policy one_level_lower(Policy policy);

/// What a record is good for (RFC 9989 section 4.10.1 "DMARC Policy Discovery", on missing and
/// invalid policies).
enum class Usability {
  apply,          ///< as published
  treat_as_none,  ///< p missing or invalid, or sp or np invalid, but there is somewhere to report
                  ///< to: as if "p=none"
  no_processing,  ///< the same without a usable rua: DMARC does not apply
};

struct Record {
  /// Nothing when the text does not begin with a correct version tag: then it is no DMARC record,
  /// and does not count.
  static std::optional<Record> parse(std::string_view text);

  std::optional<Policy> p, sp, np;
  AlignmentMode adkim = AlignmentMode::relaxed;
  AlignmentMode aspf = AlignmentMode::relaxed;
  bool testing = false;  ///< t=y
  PublicSuffixFlag psd = PublicSuffixFlag::unknown;
  std::string fo = "0";               ///< as published when valid, in lower case: "1:d:s"
  std::vector<std::string> rua, ruf;  ///< valid URIs as published, without the obsolete size suffix

  bool invalid_policy_tag =
      false;  ///< p, sp or np was there with a value that is none of the three

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

}  // namespace dmarc
