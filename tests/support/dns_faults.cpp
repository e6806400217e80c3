#include "support/dns_faults.h"

#include <climits>
#include <functional>
#include <vector>

#include "base/ascii.h"
#include "base/decimal.h"

namespace dmarc::test {
namespace {

using std::chrono::milliseconds;

std::optional<milliseconds> to_time(std::string_view text) {
  unsigned unit = 0;
  if (text.ends_with("ms"))
    unit = 1;
  else if (text.ends_with('s'))
    unit = 1000;
  else
    return {};
  text.remove_suffix(unit == 1 ? 2 : 1);
  const auto number = base::parse_decimal<unsigned>(text);
  if (!number) return {};
  return milliseconds(*number) * unit;
}

using Setter = std::function<bool(DnsFault&, std::string_view value)>;

Setter flag(bool DnsFault::*member) {
  return [member](DnsFault& fault, std::string_view value) {
    fault.*member = true;
    return value.empty();
  };
}

Setter forge(Forgery forgery) {
  return [forgery](DnsFault& fault, std::string_view value) {
    fault.forgery = forgery;
    return value.empty();
  };
}

Setter fail(dns::Failure failure) {
  return [failure](DnsFault& fault, std::string_view value) {
    fault.failure = failure;
    return value.empty();
  };
}

bool set_delay(DnsFault& fault, std::string_view value) {
  const auto delay = to_time(value);
  fault.delay = delay.value_or(milliseconds(0));
  return delay.has_value();
}

bool set_slow_tcp(DnsFault& fault, std::string_view value) {
  fault.slow_tcp = to_time(value);
  return fault.slow_tcp.has_value();
}

bool set_drop(DnsFault& fault, std::string_view value) {
  const auto count = value.empty() ? UINT_MAX : base::parse_decimal<unsigned>(value);
  fault.drop_first = count.value_or(0);
  return count.has_value();
}

bool set_loss(DnsFault& fault, std::string_view value) {
  const auto percent = base::parse_decimal<unsigned>(value);
  fault.loss = percent.value_or(0);
  return percent.has_value();
}

bool set_ttl(DnsFault& fault, std::string_view value) {
  const auto seconds = base::parse_decimal<unsigned>(value);
  fault.ttl = seconds.value_or(0);
  return seconds.has_value();
}

const std::unordered_map<std::string_view, Setter>& setters() {
  static const std::unordered_map<std::string_view, Setter> table{
      {"delay", set_delay},
      {"hold", flag(&DnsFault::hold)},
      {"drop", set_drop},
      {"loss", set_loss},
      {"servfail", fail(dns::Failure::servfail)},
      {"refused", fail(dns::Failure::refused)},
      {"formerr-edns", flag(&DnsFault::formerr_on_edns)},
      {"truncate", flag(&DnsFault::truncate)},
      {"wrong-id", forge(Forgery::wrong_id)},
      {"wrong-question", forge(Forgery::wrong_question)},
      {"garbage", forge(Forgery::garbage)},
      {"malformed", forge(Forgery::malformed)},
      {"spoofed-source", forge(Forgery::spoofed_source)},
      {"then-answer", flag(&DnsFault::then_answer)},
      {"by-tcp", flag(&DnsFault::forges_only_tcp)},
      {"slow-tcp", set_slow_tcp},
      {"close-tcp", flag(&DnsFault::close_tcp)},
      {"ttl", set_ttl},
      {"no-soa", flag(&DnsFault::no_soa)},
      {"first-alias", flag(&DnsFault::first_alias_only)},
      {"ad", flag(&DnsFault::authentic)},
  };
  return table;
}

/// False when the word is no fault.
bool set(DnsFault& fault, std::string_view word) {
  const std::size_t equals = word.find('=');
  const auto setter = setters().find(word.substr(0, equals));
  if (setter == setters().end()) return false;
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
  return setter->second(fault, value);
}

}  // namespace

tl::expected<DnsScript, dns::ZoneError> DnsScript::parse(std::string_view text) {
  DnsScript script;
  std::string zone_text;
  unsigned number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    const auto parts = base::words(line);
    if (parts.size() < 2 || !base::iequals(parts[1], "FAULT")) {
      zone_text += line;
    } else {
      DnsFault& fault = script.faults[base::lower(parts[0])];
      for (std::size_t i = 2; i < parts.size(); ++i)
        if (!set(fault, parts[i]))
          return tl::unexpected(dns::ZoneError{number, std::string(parts[i]) + " is no fault"});
    }
    zone_text += '\n';
  }
  auto zone = dns::Zone::parse(zone_text);
  if (!zone) return tl::unexpected(zone.error());
  script.zone = *std::move(zone);
  return script;
}

const DnsFault& DnsScript::fault_of(const dns::Name& name) const {
  static const DnsFault none;
  if (const auto own = faults.find(name.text()); own != faults.end()) return own->second;
  const auto all = faults.find("*");
  return all == faults.end() ? none : all->second;
}

}  // namespace dmarc::test
