#include <algorithm>
#include <array>

#include <dmarc/record.h>

#include "base/ascii.h"
#include "dmarc/report_uri.h"
#include "mail/tag_list.h"

namespace dmarc {
namespace {

/// In the order of FailureOption.
constexpr std::string_view failure_letters = "01ds";

constexpr std::size_t shown_octets = 64;

void add_problem(Record& record, std::string_view tag, std::string_view clause) {
  if (record.problems.size() >= Record::max_problems) return;
  std::string problem = "tag ";
  problem.append(tag).append(": ").append(clause);
  record.problems.push_back(std::move(problem));
}

void add_bad_value(Record& record, const mail::Tag& tag, std::string_view wanted) {
  add_problem(record, base::lower(tag.name),
              '"' + base::printable(tag.value, shown_octets) + "\" is not " + std::string(wanted));
}

void read_policy(Record& record, const mail::Tag& tag, std::optional<Policy>& policy) {
  for (const Policy candidate : {Policy::none, Policy::quarantine, Policy::reject})
    if (base::iequals(tag.value, to_string(candidate))) policy = candidate;
  if (policy) return;
  record.invalid_policy_tag = true;
  add_bad_value(record, tag, "none, quarantine or reject");
}

void read_mode(Record& record, const mail::Tag& tag, AlignmentMode& mode) {
  if (base::iequals(tag.value, "s"))
    mode = AlignmentMode::strict;
  else if (!base::iequals(tag.value, "r"))
    add_bad_value(record, tag, "r or s");
}

void read_psd(Record& record, const mail::Tag& tag) {
  if (base::iequals(tag.value, "y"))
    record.psd = PublicSuffixFlag::yes;
  else if (base::iequals(tag.value, "n"))
    record.psd = PublicSuffixFlag::no;
  else if (!base::iequals(tag.value, "u"))
    add_bad_value(record, tag, "y, n or u");
}

void read_testing(Record& record, const mail::Tag& tag) {
  if (base::iequals(tag.value, "y"))
    record.testing = true;
  else if (!base::iequals(tag.value, "n"))
    add_bad_value(record, tag, "y or n");
}

std::optional<FailureOption> failure_option(char letter) {
  const std::size_t index = failure_letters.find(base::to_lower(letter));
  if (index == std::string_view::npos) return std::nullopt;
  return static_cast<FailureOption>(index);
}

// RFC 9989 section 4.8, dmarc-fo: one of "0" and "1", "d" and "s", each at most once, in any order.
std::optional<FailureOptions> parse_failure_options(std::string_view value) {
  FailureOptions options;
  const auto has = [&](FailureOption option) {
    return std::find(options.begin(), options.end(), option) != options.end();
  };
  for (const std::string_view word : base::split(value, ':')) {
    const auto option = word.size() == 1 ? failure_option(word.front()) : std::nullopt;
    if (!option || has(*option)) return std::nullopt;
    options.push_back(*option);
  }
  if (has(FailureOption::none_aligned) && has(FailureOption::any_failed)) return std::nullopt;
  return options;
}

void read_failure_options(Record& record, const mail::Tag& tag) {
  if (auto options = parse_failure_options(tag.value))
    record.fo = *std::move(options);
  else
    add_bad_value(record, tag, "a list of 0, 1, d and s");
}

void read_uris(Record& record, const mail::Tag& tag, std::vector<std::string>& uris) {
  // RFC 9989 section 4.8: a tag value is printable ASCII, else the tag has a syntax error. Tabs are
  // let through, because a URI list may be written with any blanks.
  const auto allowed = [](char c) {
    return c == '\t' || (!base::is_control(c) && !base::is_eight_bit(c));
  };
  if (!std::all_of(tag.value.begin(), tag.value.end(), allowed))
    return add_bad_value(record, tag, "printable ASCII");
  UriList list = parse_uri_list(tag.value, Record::max_uris);
  uris = std::move(list.uris);
  for (const std::string& problem : list.problems)
    add_problem(record, base::lower(tag.name), problem);
}

struct KnownTag {
  std::string_view name;
  void (*read)(Record&, const mail::Tag&);
};

// RFC 9989 section 4.7 "DMARC Policy Record Format". The version tag is read before the others.
constexpr std::array<KnownTag, 11> known_tags{{
    {"v", [](Record&, const mail::Tag&) {}},
    {"p", [](Record& r, const mail::Tag& tag) { read_policy(r, tag, r.p); }},
    {"sp", [](Record& r, const mail::Tag& tag) { read_policy(r, tag, r.sp); }},
    {"np", [](Record& r, const mail::Tag& tag) { read_policy(r, tag, r.np); }},
    {"adkim", [](Record& r, const mail::Tag& tag) { read_mode(r, tag, r.adkim); }},
    {"aspf", [](Record& r, const mail::Tag& tag) { read_mode(r, tag, r.aspf); }},
    {"psd", read_psd},
    {"t", read_testing},
    {"fo", read_failure_options},
    {"rua", [](Record& r, const mail::Tag& tag) { read_uris(r, tag, r.rua); }},
    {"ruf", [](Record& r, const mail::Tag& tag) { read_uris(r, tag, r.ruf); }},
}};

const KnownTag* find_known(std::string_view name) {
  const auto found = std::find_if(known_tags.begin(), known_tags.end(), [&](const KnownTag& known) {
    return base::iequals(known.name, name);
  });
  return found == known_tags.end() ? nullptr : &*found;
}

// RFC 9989 section 9.3 "DMARC Tags Registry Update": tags of RFC 7489 that mean nothing any more.
bool is_historic(std::string_view name) {
  return base::iequals(name, "pct") || base::iequals(name, "rf") || base::iequals(name, "ri");
}

void note_ignored(Record& record, const mail::Tag& tag) {
  if (!tag.is_well_formed()) {
    add_problem(record, '"' + base::printable(tag.text, shown_octets) + '"', "not a tag, ignored");
  } else {
    add_problem(record, base::lower(tag.name.substr(0, shown_octets)),
                is_historic(tag.name) ? "historic, ignored" : "unknown, ignored");
  }
}

bool is_version_tag(const mail::Tag& tag) {
  return base::iequals(tag.name, "v") && tag.value == "DMARC1";
}

}  // namespace

std::string_view to_string(Policy policy) {
  switch (policy) {
    case Policy::none:
      return "none";
    case Policy::quarantine:
      return "quarantine";
    case Policy::reject:
      return "reject";
  }
  return "";
}

std::string_view to_string(AlignmentMode mode) {
  return mode == AlignmentMode::strict ? "s" : "r";
}

std::string_view to_string(PublicSuffixFlag flag) {
  switch (flag) {
    case PublicSuffixFlag::yes:
      return "y";
    case PublicSuffixFlag::no:
      return "n";
    case PublicSuffixFlag::unknown:
      return "u";
  }
  return "";
}

std::string to_string(const FailureOptions& options) {
  std::string text;
  for (const FailureOption option : options) {
    if (!text.empty()) text += ':';
    text += failure_letters.at(static_cast<std::size_t>(option));
  }
  return text;
}

Policy one_level_lower(Policy policy) {
  return policy == Policy::reject ? Policy::quarantine : Policy::none;
}

bool Record::has_version_tag(std::string_view text) {
  // RFC 9989 section 4.7, tag v: it must be the first tag, and its value is case-sensitive; nothing
  // may stand before it, not even a blank or an empty element.
  if (text.empty() || base::to_lower(text.front()) != 'v') return false;
  const auto first = mail::TagList(text).next();
  return first && is_version_tag(*first);
}

std::optional<Record> Record::parse(std::string_view text) {
  if (!has_version_tag(text)) return {};
  Record record;
  record.text = text.substr(0, max_text);
  std::array<bool, known_tags.size()> seen{};
  mail::TagList list(text);
  while (const auto tag = list.next()) {
    const KnownTag* const known = tag->is_well_formed() ? find_known(tag->name) : nullptr;
    if (!known) {
      note_ignored(record, *tag);
      continue;
    }
    bool& already = seen[static_cast<std::size_t>(known - known_tags.data())];
    if (already) {
      record.repeated_tag = true;
      add_problem(record, known->name, "appears more than once, so the record asks for nothing");
    } else {
      already = true;
      known->read(record, *tag);
    }
  }
  if (!record.p && !record.invalid_policy_tag) add_problem(record, "p", "missing");
  return record;
}

RecordPtr read_record(std::string_view text) {
  auto record = Record::parse(text);
  return record ? std::make_shared<const Record>(*std::move(record)) : nullptr;
}

Usability Record::usability() const {
  if (repeated_tag) return Usability::no_processing;
  if (p && !invalid_policy_tag) return Usability::apply;
  return rua.empty() ? Usability::no_processing : Usability::treat_as_none;
}

Policy Record::for_domain() const {
  return usability() == Usability::apply ? p.value_or(Policy::none) : Policy::none;
}

Policy Record::for_subdomain() const {
  return usability() == Usability::apply ? sp.value_or(for_domain()) : Policy::none;
}

Policy Record::for_nonexistent_subdomain() const {
  return usability() == Usability::apply ? np.value_or(for_subdomain()) : Policy::none;
}

}  // namespace dmarc
