#include "spf/record.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "spf/limits.h"

namespace dmarc::spf {
namespace {

using Problem = std::optional<std::string>;

constexpr std::string_view version = "v=spf1";

enum class Target { none, optional, required };

struct MechanismSyntax {
  std::string_view name;
  Mechanism mechanism;
  Target target;
  bool dual_cidr;
};

constexpr std::array<MechanismSyntax, 8> mechanisms{{
    {"all", Mechanism::all, Target::none, false},
    {"include", Mechanism::include, Target::required, false},
    {"a", Mechanism::a, Target::optional, true},
    {"mx", Mechanism::mx, Target::optional, true},
    {"ptr", Mechanism::ptr, Target::optional, false},
    {"ip4", Mechanism::ip4, Target::required, false},
    {"ip6", Mechanism::ip6, Target::required, false},
    {"exists", Mechanism::exists, Target::required, false},
}};

const MechanismSyntax* find_mechanism(std::string_view name) {
  const auto found =
      std::find_if(mechanisms.begin(), mechanisms.end(),
                   [name](const MechanismSyntax& m) { return base::iequals(m.name, name); });
  return found == mechanisms.end() ? nullptr : &*found;
}

std::optional<Code> qualifier_of(char c) {
  switch (c) {
    case '+':
      return Code::pass;
    case '-':
      return Code::fail;
    case '~':
      return Code::softfail;
    case '?':
      return Code::neutral;
    default:
      return {};
  }
}

// ip4-cidr-length and ip6-cidr-length, without the slash: no leading zero, in range.
std::optional<unsigned> parse_prefix(std::string_view digits, unsigned largest) {
  const bool form = !digits.empty() && digits.size() <= 3 &&
                    std::all_of(digits.begin(), digits.end(), base::is_digit) &&
                    (digits.size() == 1 || digits.front() != '0');
  if (!form) return {};
  unsigned value = 0;
  for (const char c : digits)
    value = value * 10 + static_cast<unsigned>(c - '0');
  if (value > largest) return {};
  return value;
}

// Takes `slash` and the digits behind it off the end of `rest`; false when they are not a prefix
// length. An end of another form is left alone: "/" may stand in a domain-spec.
bool take_prefix(std::string_view& rest, std::string_view slash, unsigned largest,
                 unsigned& prefix) {
  const std::size_t digits = rest.find_last_not_of("0123456789") + 1;
  if (digits == rest.size() || !rest.substr(0, digits).ends_with(slash)) return true;
  const auto value = parse_prefix(rest.substr(digits), largest);
  if (!value) return false;
  prefix = *value;
  rest = rest.substr(0, digits - slash.size());
  return true;
}

// dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]
Problem take_dual_cidr(std::string_view& rest, Directive& directive) {
  if (!take_prefix(rest, "//", 128, directive.prefix6)) return "not an IPv6 prefix length";
  if (!take_prefix(rest, "/", 32, directive.prefix4)) return "not an IPv4 prefix length";
  return {};
}

Problem parse_network(std::string_view text, Directive& directive) {
  const bool v4 = directive.mechanism == Mechanism::ip4;
  const std::size_t slash = text.find('/');
  directive.network = base::IpAddress::parse(text.substr(0, slash));
  if (!directive.network || directive.network->is_v4() != v4)
    return v4 ? "not an IPv4 network" : "not an IPv6 network";
  if (slash == std::string_view::npos) return {};
  const auto prefix = parse_prefix(text.substr(slash + 1), v4 ? 32 : 128);
  if (!prefix) return v4 ? "not an IPv4 prefix length" : "not an IPv6 prefix length";
  (v4 ? directive.prefix4 : directive.prefix6) = *prefix;
  return {};
}

// `rest` is what follows the mechanism's name.
Problem parse_arguments(const MechanismSyntax& syntax, std::string_view rest,
                        Directive& directive) {
  if (syntax.dual_cidr)
    if (auto problem = take_dual_cidr(rest, directive)) return problem;
  if (rest.empty()) {
    if (syntax.target == Target::required) return "something must follow the mechanism's name";
    return {};
  }
  if (syntax.target == Target::none || rest.front() != ':')
    return "the mechanism takes no such argument";
  rest.remove_prefix(1);
  if (!asks_dns(syntax.mechanism)) return parse_network(rest, directive);
  auto spec = parse_domain_spec(rest);
  if (!spec) return spec.error();
  directive.target = *std::move(spec);
  return {};
}

// directive = [ qualifier ] mechanism
Problem parse_directive(std::string_view term, Record& record) {
  Directive directive;
  directive.text = term;
  if (const auto qualifier = qualifier_of(term.front())) {
    directive.qualifier = *qualifier;
    term.remove_prefix(1);
  }
  const auto* const end =
      std::find_if(term.begin(), term.end(), [](char c) { return c == ':' || c == '/'; });
  const MechanismSyntax* syntax = find_mechanism({term.begin(), end});
  if (syntax == nullptr) return "unknown mechanism";
  directive.mechanism = syntax->mechanism;
  if (auto problem = parse_arguments(*syntax, {end, term.end()}, directive)) return problem;
  record.directives.push_back(std::move(directive));
  return {};
}

// name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
bool is_modifier_name(std::string_view name) {
  return !name.empty() && base::is_alpha(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return base::is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

// RFC 7208 section 6 "Modifier Definitions": redirect and exp at most once; others are ignored, but
// their values are macro strings all the same.
Problem parse_modifier(std::string_view name, std::string_view value, Record& record) {
  const bool redirect = base::iequals(name, "redirect");
  if (!redirect && !base::iequals(name, "exp")) {
    const auto ignored = parse_macro_string(value, MacroPlace::explanation);
    if (!ignored) return ignored.error();
    return {};
  }
  auto& modifier = redirect ? record.redirect : record.explanation;
  if (modifier) return "the modifier stands twice";
  auto spec = parse_domain_spec(value);
  if (!spec) return spec.error();
  modifier = *std::move(spec);
  return {};
}

Problem parse_term(std::string_view term, Record& record) {
  if (!std::all_of(term.begin(), term.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
    return "it holds an octet outside visible ASCII";
  const std::size_t equals = term.find('=');
  if (equals != std::string_view::npos && is_modifier_name(term.substr(0, equals)))
    return parse_modifier(term.substr(0, equals), term.substr(equals + 1), record);
  return parse_directive(term, record);
}

}  // namespace

bool is_spf_record(std::string_view text) {
  return base::istarts_with(text, version) &&
         (text.size() == version.size() || text[version.size()] == ' ');
}

tl::expected<Record, std::string> parse_record(std::string_view text) {
  // As much of a wrong term as helps to find it in the record.
  constexpr std::size_t shown = 60;
  Record record;
  std::size_t at = std::min(version.size(), text.size());
  while ((at = text.find_first_not_of(' ', at)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view term = text.substr(at, end - at);
    if (const auto problem = parse_term(term, record))
      return tl::unexpected('"' + base::printable(term, shown) + "\": " + *problem);
    at = end;
  }
  return record;
}

tl::expected<Record, Trouble> read_terms(const dns::Name& domain, std::string_view text) {
  std::size_t terms = 0;
  for (std::size_t i = version.size() + 1; i < text.size(); ++i)
    if (text[i] != ' ' && text[i - 1] == ' ') ++terms;
  if (terms > max_record_terms)
    return tl::unexpected(
        Trouble{Code::permerror, "the record of " + shown(domain) + " has more than " +
                                     std::to_string(max_record_terms) + " terms"});
  auto record = parse_record(text);
  if (!record)
    return tl::unexpected(Trouble{
        Code::permerror, "syntax error in the record of " + shown(domain) + ": " + record.error()});
  return *std::move(record);
}

std::optional<Trouble> without_record(const dns::Name& domain) {
  if (domain.label_count() >= 2) return {};
  return Trouble{Code::none, shown(domain) + " is a single label"};
}

// RFC 7208 section 4.4 "Record Lookup".
tl::expected<std::string_view, Trouble> published_record(const dns::Name& domain,
                                                         const dns::Answer& answer) {
  if (answer.outcome == dns::Outcome::temporary_failure)
    return tl::unexpected(failed_lookup(answer, {domain, dns::Type::txt}));
  if (answer.outcome == dns::Outcome::no_such_name)
    return tl::unexpected(Trouble{Code::none, shown(domain) + " does not exist"});

  // RFC 7208 section 4.5 "Selecting Records".
  const std::string* selected = nullptr;
  for (const std::string& text : answer.records) {
    if (!is_spf_record(text)) continue;
    if (selected != nullptr)
      return tl::unexpected(
          Trouble{Code::permerror, shown(domain) + " publishes more than one SPF record"});
    selected = &text;
  }
  if (selected == nullptr)
    return tl::unexpected(Trouble{Code::none, shown(domain) + " publishes no SPF record"});
  return *selected;
}

std::vector<dns::Name> mx_hosts(const dns::Answer& answer) {
  std::vector<std::pair<unsigned, dns::Name>> hosts;
  for (const std::string_view record : answer.records) {
    const std::size_t blank = record.find(' ');
    if (blank == std::string_view::npos) continue;
    unsigned preference = 0;
    for (const char c : record.substr(0, std::min<std::size_t>(blank, 5)))
      if (base::is_digit(c)) preference = preference * 10 + static_cast<unsigned>(c - '0');
    if (auto name = dns::Name::from_octets(record.substr(blank + 1)))
      hosts.emplace_back(preference, *std::move(name));
  }
  std::stable_sort(hosts.begin(), hosts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<dns::Name> names;
  for (auto& [preference, name] : hosts)
    names.push_back(std::move(name));
  return names;
}

}  // namespace dmarc::spf
