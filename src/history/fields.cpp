#include "history/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <tuple>

#include <dmarc/domain_name.h>
#include <dmarc/ip_address.h>

#include "base/ascii.h"
#include "dmarc/report_uri.h"
#include "history/file.h"

namespace dmarc::history {
namespace {

/// The last second of a TIMESTAMP column.
constexpr std::int64_t max_time = std::numeric_limits<std::int32_t>::max();

/// A line behind its key: the value, and what follows the blank behind it.
struct Line {
  std::string_view value;
  std::string_view rest;
};

template <typename Number>
bool read_number(std::string_view text, Number least, Number most, Number& number) {
  const char* const end = text.data() + text.size();
  Number read{};
  const auto [stop, error] = std::from_chars(text.data(), end, read);
  if (error != std::errc() || stop != end || read < least || read > most) return false;
  number = read;
  return true;
}

/// A code that is one of those listed.
template <NumberedCode Code>
bool read_code(std::string_view text, std::initializer_list<Code> known, Code& value) {
  int number = 0;
  if (!read_number(text, -1, 255, number)) return false;
  const auto found = std::ranges::find(known, number, [](Code each) { return code(each); });
  if (found == known.end()) return false;
  value = *found;
  return true;
}

bool read_auth(std::string_view text, AuthCode least, AuthCode& value) {
  int number = 0;
  if (!read_number(text, code(least), code(AuthCode::discard), number)) return false;
  value = static_cast<AuthCode>(number);
  return true;
}

bool read_alignment(std::string_view text, AlignCode& value) {
  return read_code(text, {AlignCode::not_evaluated, AlignCode::aligned, AlignCode::not_aligned},
                   value);
}

bool read_domain(std::string_view text, std::string& domain) {
  const auto name = dns::Name::parse(text);
  if (name) domain = name->text();
  return name.has_value();
}

bool read_policy(std::string_view text, std::optional<Policy>& policy) {
  int number = 0;
  if (!read_number(text, 0, 255, number)) return false;
  policy = policy_of_code(number);
  return number == 0 || policy.has_value();
}

bool read_mode(std::string_view text, AlignmentMode& mode) {
  int number = 0;
  if (!read_number(text, 0, 255, number)) return false;
  mode = mode_of_code(number);
  return true;
}

// --- One function for each key -------------------------------------------------------------------
//
// False when the value, or a part of it, can't be read; the rest of it is kept.

bool job(Entry& entry, Line line) {
  entry.job = line.value;
  return is_word(line.value, max_job);
}

bool reporter(Entry& entry, Line line) {
  entry.reporter = base::lower(line.value);
  return is_word(line.value, max_reporter);
}

bool received(Entry& entry, Line line) {
  return read_number(line.value, std::int64_t{0}, max_time, entry.received);
}

bool ipaddr(Entry& entry, Line line) {
  if (line.value == "-") return true;
  const auto address = base::IpAddress::parse(line.value);
  if (address) entry.ip = address->text();
  return address.has_value();
}

bool from(Entry& entry, Line line) {
  return read_domain(line.value, entry.from);
}

bool mfrom(Entry& entry, Line line) {
  return line.value.empty() || read_domain(line.value, entry.envelope_from);
}

bool dkim(Entry& entry, Line line) {
  ++entry.signatures;
  if (entry.dkim.size() == Reader::max_signatures) return true;
  DkimSignature signature;
  std::string_view selector = "-";  // some write none
  std::string_view result = line.rest;
  if (const std::size_t blank = result.rfind(' '); blank != std::string_view::npos) {
    selector = result.substr(0, blank);
    result.remove_prefix(blank + 1);
  }
  if (!read_auth(result, AuthCode::undefined, signature.result)) return false;
  if (!read_domain(line.value, signature.domain)) return false;
  const bool has_selector = is_word(selector, max_selector);
  if (has_selector && selector != "-") signature.selector = base::lower(selector);
  entry.dkim.push_back(std::move(signature));
  return has_selector;
}

bool spf(Entry& entry, Line line) {
  return read_auth(line.value, AuthCode::undefined, entry.spf);
}

bool spf_scope(Entry& entry, Line line) {
  constexpr std::string_view prefix = "helo=";
  const bool has_name =
      line.rest.empty() ||
      (line.rest.starts_with(prefix) && read_domain(line.rest.substr(prefix.size()), entry.helo));
  return read_code(line.value, {SpfScope::none, SpfScope::mailfrom, SpfScope::helo},
                   entry.spf_scope) &&
         has_name;
}

bool pdomain(Entry& entry, Line line) {
  return read_domain(line.value, entry.published.domain);
}

/// "name=value" words that we write behind the number, and OpenDMARC skips.
void read_publication(Entry& entry, std::string_view words) {
  PublishedPolicy& published = entry.published;
  const auto policy = [](std::string_view word) {
    return policy_of_code(word.empty() ? 0 : word.front());
  };
  for (const std::string_view word : base::words(words)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = word.substr(0, equals);
    const std::string_view value = word.substr(equals + 1);
    if (name == "discovery") {
      published.discovery = value == "psl" ? DiscoveryMethod::psl : DiscoveryMethod::treewalk;
    } else if (name == "testing") {
      published.testing = value == "y";
    } else if (name == "psd") {
      published.psd = public_suffix_flag_of_code(value.size() == 1 ? value.front() : 0);
    } else if (name == "np") {
      published.np = policy(value);
    } else if (name == "requested") {
      entry.requested = policy(value);
    }
  }
}

bool policy(Entry& entry, Line line) {
  read_publication(entry, line.rest);
  return read_code(line.value,
                   {PolicyCode::no_author, PolicyCode::no_record, PolicyCode::pass,
                    PolicyCode::reject, PolicyCode::quarantine, PolicyCode::none},
                   entry.policy);
}

bool rua(Entry& entry, Line line) {
  if (line.value == "-") return true;
  if (!is_word(line.value, max_uri)) return false;
  if (entry.published.rua.size() < max_uris)
    entry.published.rua.emplace_back(without_size_suffix(line.value));
  return true;
}

bool pct(Entry& entry, Line line) {
  return read_number(line.value, 0U, 100U, entry.pct);
}

bool adkim(Entry& entry, Line line) {
  return read_mode(line.value, entry.published.adkim);
}

bool aspf(Entry& entry, Line line) {
  return read_mode(line.value, entry.published.aspf);
}

bool p(Entry& entry, Line line) {
  return read_policy(line.value, entry.published.p);
}

bool sp(Entry& entry, Line line) {
  return read_policy(line.value, entry.published.sp);
}

bool fo(Entry& entry, Line line) {
  int bits = 0;
  if (!read_number(line.value, 0, 15, bits)) return false;
  entry.published.fo = failure_options_of_code(bits);
  return true;
}

bool align_dkim(Entry& entry, Line line) {
  // We write behind the number why each signature, in their order, is not a pass.
  const std::vector<std::string_view> words = base::words(line.rest);
  for (std::size_t i = 0; i < words.size() && i < entry.dkim.size(); ++i)
    entry.dkim[i].fault = parse_fault(words[i]);
  return read_alignment(line.value, entry.align_dkim);
}

bool align_spf(Entry& entry, Line line) {
  return read_alignment(line.value, entry.align_spf);
}

bool arc(Entry& entry, Line line) {
  return read_auth(line.value, AuthCode::pass, entry.arc);
}

bool arc_policy(Entry& entry, Line line) {
  if (!read_code(line.value, {ArcPolicyCode::pass, ArcPolicyCode::unused, ArcPolicyCode::fail},
                 entry.arc_policy))
    return false;
  constexpr std::string_view prefix = "json:";
  if (!line.rest.starts_with(prefix)) return line.rest.empty();
  auto seals = parse_arc_seals(line.rest.substr(prefix.size()));
  if (seals) entry.arc_seals = std::move(*seals);
  return seals.has_value();
}

bool read_reasons(Entry& entry, std::string_view text) {
  auto reasons = parse_override_reasons(text);
  if (reasons) entry.reasons = std::move(*reasons);
  return reasons.has_value();
}

bool action(Entry& entry, Line line) {
  const bool has_reasons = line.rest.empty() || read_reasons(entry, line.rest);
  return read_code(line.value,
                   {ActionCode::reject, ActionCode::discard, ActionCode::accept,
                    ActionCode::tempfail, ActionCode::quarantine},
                   entry.action) &&
         has_reasons;
}

enum class Occurs { once, at_most_once, any_times };

/// What a value is to its record.
enum class Weight {
  essential,  ///< nothing can be reported without it
  detail,     ///< is left out when it can't be read; a sender's text must not hide his mail
};

struct Key {
  std::string_view name;
  Occurs occurs;
  Weight weight;
  bool (*read)(Entry& entry, Line line);
};

/// In the order in which they are written.
constexpr std::array<Key, 23> keys{{
    {"job", Occurs::once, Weight::essential, job},
    {"reporter", Occurs::once, Weight::essential, reporter},
    {"received", Occurs::once, Weight::essential, received},
    {"ipaddr", Occurs::once, Weight::essential, ipaddr},
    {"from", Occurs::once, Weight::essential, from},
    {"mfrom", Occurs::once, Weight::detail, mfrom},
    {"dkim", Occurs::any_times, Weight::detail, dkim},
    {"spf", Occurs::any_times, Weight::detail, spf},
    {"spf_scope", Occurs::any_times, Weight::detail, spf_scope},
    {"pdomain", Occurs::once, Weight::essential, pdomain},
    {"policy", Occurs::once, Weight::essential, policy},
    {"rua", Occurs::any_times, Weight::detail, rua},
    {"pct", Occurs::at_most_once, Weight::detail, pct},
    {"adkim", Occurs::at_most_once, Weight::detail, adkim},
    {"aspf", Occurs::at_most_once, Weight::detail, aspf},
    {"p", Occurs::at_most_once, Weight::detail, p},
    {"sp", Occurs::at_most_once, Weight::detail, sp},
    {"fo", Occurs::at_most_once, Weight::detail, fo},
    {"align_dkim", Occurs::at_most_once, Weight::detail, align_dkim},
    {"align_spf", Occurs::at_most_once, Weight::detail, align_spf},
    {"arc", Occurs::at_most_once, Weight::detail, arc},
    {"arc_policy", Occurs::at_most_once, Weight::detail, arc_policy},
    {"action", Occurs::once, Weight::detail, action},
}};

/// keys.size() for a name that is none. Looks first at `expected` and what follows it.
std::size_t find_key(std::string_view name, std::size_t expected) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::size_t index = (expected + i) % keys.size();
    if (keys[index].name == name) return index;
  }
  return keys.size();
}

}  // namespace

std::optional<Fields::Problem> Fields::read(std::string_view line, bool is_cut) {
  const std::size_t blank = line.find(' ');
  const std::string_view name = line.substr(0, blank);
  const std::size_t index = find_key(name, expected_);
  if (index == keys.size()) return std::nullopt;
  const Key& key = keys[index];
  const std::uint32_t bit = 1U << index;
  if (key.occurs != Occurs::any_times && (seen_ & bit) != 0)
    return Problem{"a second \"" + std::string(name) + "\""};
  seen_ |= bit;
  expected_ = key.occurs == Occurs::any_times ? index : index + 1;
  Line parts;
  if (blank != std::string_view::npos) {
    parts.value = line.substr(blank + 1);
    if (const std::size_t next = parts.value.find(' '); next != std::string_view::npos) {
      parts.rest = parts.value.substr(next + 1);
      parts.value = parts.value.substr(0, next);
    }
  }
  if (!is_cut && key.read(entry_, parts)) return std::nullopt;
  return Problem{
      is_cut ? "a line that is too long" : "\"" + base::printable(line, 80) + "\" can't be read",
      key.weight == Weight::detail};
}

std::optional<std::string> Fields::missing() const {
  for (std::size_t index = 0; index < keys.size(); ++index) {
    if (keys[index].occurs == Occurs::once && (seen_ & (1U << index)) == 0)
      return "no \"" + std::string(keys[index].name) + "\"";
  }
  return std::nullopt;
}

Entry Fields::take() {
  // The order of signatures means nothing; a fixed one lets equal sets be counted together.
  std::sort(entry_.dkim.begin(), entry_.dkim.end(),
            [](const DkimSignature& a, const DkimSignature& b) {
              return std::tie(a.domain, a.selector, a.result, a.fault) <
                     std::tie(b.domain, b.selector, b.result, b.fault);
            });
  return std::move(entry_);
}

}  // namespace dmarc::history
