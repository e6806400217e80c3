#include <algorithm>
#include <optional>
#include <utility>

#include <dmarc/ip_address.h>
#include <dmarc/zone.h>

#include "base/ascii.h"
#include "base/decimal.h"

namespace dmarc::dns {
namespace {

// Fixed data does not age; the value only has to be one.
constexpr std::uint32_t zone_ttl = 60;

Answer without_records(Outcome outcome, bool alias) {
  Answer answer;
  answer.outcome = outcome;
  answer.alias = alias;
  answer.ttl = zone_ttl;
  return answer;
}

}  // namespace

Zone::Node& Zone::list(const Name& owner) {
  for (auto above = owner.parent(); above; above = above->parent())
    nodes_.try_emplace(above->text());
  Node& node = nodes_[owner.text()];
  node.listed = true;
  return node;
}

void Zone::add(const Name& owner, Type type, std::string data) {
  list(owner).records[type].push_back(std::move(data));
}

void Zone::add_failure(const Name& owner, Failure failure) {
  list(owner).failure = failure;
}

void Zone::add_nonexistent(const Name& owner) {
  list(owner).nonexistent = true;
}

bool Zone::lists(const Name& name) const {
  const auto found = nodes_.find(name.text());
  return found != nodes_.end() && found->second.listed;
}

const Zone::Node* Zone::find_node(const Name& name) const {
  if (const auto exact = nodes_.find(name.text()); exact != nodes_.end()) return &exact->second;

  // RFC 4592 section 3.3.1 "The Closest Encloser and the Source of Synthesis": the wildcard
  // directly below the longest existing ancestor answers, and no other. The root always exists.
  std::string source = "*";
  for (auto above = name.parent(); above; above = above->parent()) {
    if (!nodes_.contains(above->text())) continue;
    source += '.' + above->text();
    break;
  }
  const auto wildcard = nodes_.find(source);
  return wildcard == nodes_.end() ? nullptr : &wildcard->second;
}

Answer Zone::answer(const Question& question) const {
  Name name = question.name;
  for (unsigned aliases = 0; aliases <= max_aliases; ++aliases) {
    const bool alias = aliases > 0;
    const Node* node = find_node(name);
    if (node && node->failure != Failure::none) return Answer::failed(node->failure);
    // RFC 8020 section 2 "Rules": NXDOMAIN belongs to the end of a chain, not to its beginning.
    if (!node || node->nonexistent)
      return without_records(alias ? Outcome::no_data : Outcome::no_such_name, alias);

    if (const auto found = node->records.find(question.type); found != node->records.end()) {
      Answer answer = without_records(Outcome::records, alias || question.type == Type::cname);
      answer.records = found->second;
      return answer;
    }
    const auto link = node->records.find(Type::cname);
    if (link == node->records.end()) return without_records(Outcome::no_data, alias);
    auto target = Name::from_octets(link->second.front());
    if (!target) return without_records(Outcome::no_data, true);
    name = *std::move(target);
  }
  return Answer::failed(Failure::alias);
}

void Zone::resolve(const Question& question, Callback done) {
  done(std::make_shared<const Answer>(answer(question)));
}

AnswerPtr Zone::find(const Question& question) const {
  return std::make_shared<const Answer>(answer(question));
}

// ---- the text form

namespace {

// RFC 1035 section 3.3 "Standard RRs": one length octet.
constexpr std::size_t max_character_string = 255;

template <typename T>
using Result = tl::expected<T, std::string>;

tl::unexpected<std::string> unreadable(std::string reason) {
  return tl::make_unexpected(std::move(reason));
}

/// Cuts the first word off the text and the blanks around it.
std::string_view take_word(std::string_view& text) {
  text = base::trim(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text = base::trim(text.substr(end));
  return word;
}

/// U-labels are for the reader's comfort; names of pure ASCII may hold any octet.
Result<Name> read_name(std::string_view text) {
  const bool ascii = std::none_of(text.begin(), text.end(), base::is_eight_bit);
  if (!ascii && text.ends_with('.')) text.remove_suffix(1);
  auto name = ascii ? Name::from_octets(text) : Name::parse(text);
  if (!name)
    return unreadable(base::printable(text) +
                      " is not a name: " + std::string(describe(name.error())));
  return *std::move(name);
}

/// The text of a target as Answer::records holds it; "." is the root.
Result<std::string> read_target(std::string_view text) {
  if (text == ".") return std::string(text);
  return read_name(text).map([](const Name& name) { return name.text(); });
}

Result<std::string> read_address(std::string_view text, Type type) {
  const auto address = base::IpAddress::parse(text);
  if (!address || address->is_v4() != (type == Type::a))
    return unreadable(base::printable(text) + " is not an " + (type == Type::a ? "IPv4" : "IPv6") +
                      " address");
  const auto octets = address->octets();
  return std::string(octets.begin(), octets.end());
}

Result<std::string> read_exchange(std::string_view text) {
  const std::string_view preference = take_word(text);
  if (!base::parse_decimal<std::uint16_t>(preference))
    return unreadable(base::printable(preference) + " is not an MX preference (0 to 65535)");
  return read_target(text).map(
      [&](const std::string& host) { return std::string(preference) + ' ' + host; });
}

/// What follows a backslash: three digits for an octet, or the octet itself.
std::optional<char> take_escape(std::string_view& text) {
  if (text.empty()) return {};
  if (!base::is_digit(text.front())) {
    const char literal = text.front();
    text.remove_prefix(1);
    return literal;
  }
  const auto octet = base::parse_decimal<std::uint8_t>(text.substr(0, 3));
  if (text.size() < 3 || !octet) return {};
  text.remove_prefix(3);
  return static_cast<char>(*octet);
}

/// Cuts one character-string with its quotes off the text.
Result<std::string> take_character_string(std::string_view& text) {
  text.remove_prefix(1);
  std::string octets;
  while (!text.empty() && text.front() != '"') {
    const char c = text.front();
    text.remove_prefix(1);
    const auto octet = c == '\\' ? take_escape(text) : c;
    if (!octet) return unreadable("bad escape: \\DDD needs three digits up to 255");
    octets += *octet;
  }
  if (text.empty()) return unreadable("a quoted string does not end");
  text.remove_prefix(1);
  if (octets.size() > max_character_string)
    return unreadable("a character-string is longer than 255 octets");
  return octets;
}

Result<std::string> read_text(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  std::string joined;
  while (!text.empty()) {
    if (!text.starts_with('"')) return unreadable("text outside quotes: " + base::printable(text));
    auto part = take_character_string(text);
    if (!part) return part;
    joined += *part;
    text = base::trim(text);
  }
  return joined;
}

std::optional<Type> to_type(std::string_view word) {
  for (const Type type : {Type::a, Type::aaaa, Type::cname, Type::mx, Type::ptr, Type::txt})
    if (base::iequals(word, to_string(type))) return type;
  return {};
}

Result<std::string> read_data(std::string_view text, Type type) {
  switch (type) {
    case Type::a:
    case Type::aaaa:
      return read_address(text, type);
    case Type::cname:
    case Type::ptr:
      return read_target(text);
    case Type::mx:
      return read_exchange(text);
    case Type::txt:
      return read_text(text);
  }
  return unreadable("unknown type");
}

std::optional<Failure> to_failure(std::string_view code) {
  if (base::iequals(code, "SERVFAIL")) return Failure::servfail;
  if (base::iequals(code, "REFUSED")) return Failure::refused;
  if (base::iequals(code, "TIMEOUT")) return Failure::timeout;
  return {};
}

/// Adds what one line says; the reason when it cannot be read.
std::optional<std::string> add_line(Zone& zone, std::string_view line) {
  const auto owner = read_name(take_word(line));
  if (!owner) return owner.error();

  std::string_view word = take_word(line);
  if (base::parse_decimal<std::uint32_t>(word)) word = take_word(line);
  if (base::iequals(word, "IN")) word = take_word(line);
  if (word.empty()) return "no record type";
  if (line.empty()) return "no data after " + base::printable(word);

  if (base::iequals(word, "RCODE")) {
    if (base::iequals(line, "NXDOMAIN")) {
      zone.add_nonexistent(*owner);
      return {};
    }
    const auto failure = to_failure(line);
    if (!failure) return base::printable(line) + " is none of SERVFAIL, REFUSED, TIMEOUT, NXDOMAIN";
    zone.add_failure(*owner, *failure);
    return {};
  }
  const auto type = to_type(word);
  if (!type) return base::printable(word) + " is none of A, AAAA, CNAME, MX, PTR, TXT, RCODE";
  auto data = read_data(line, *type);
  if (!data) return data.error();
  zone.add(*owner, *type, *std::move(data));
  return {};
}

}  // namespace

tl::expected<Zone, ZoneError> Zone::parse(std::string_view text) {
  Zone zone;
  unsigned number = 0;
  for (const std::string_view raw : base::split(text, '\n')) {
    ++number;
    const std::string_view line = base::trim(raw);
    if (line.empty() || line.starts_with(';') || line.starts_with('#')) continue;
    if (auto reason = add_line(zone, line))
      return tl::unexpected(ZoneError{number, *std::move(reason)});
  }
  return zone;
}

}  // namespace dmarc::dns
