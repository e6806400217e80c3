#include "ctl/dkim/key_report.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "dkim/limits.h"
#include "dkim/tag_list.h"

namespace dmarc::ctl {
namespace {

/// RFC 8301 section 3.2 "Key Sizes": signers should use at least that.
constexpr unsigned advised_rsa_bits = 2048;

std::string without(std::string text, std::string_view octets) {
  std::erase_if(text, [&](char c) { return octets.find(c) != std::string_view::npos; });
  return text;
}

/// "-----BEGIN PUBLIC KEY-----" and its end.
std::string without_armour(std::string text) {
  constexpr std::string_view dashes = "-----";
  while (true) {
    const std::size_t begin = text.find(dashes);
    if (begin == std::string::npos) return text;
    const std::size_t end = text.find(dashes, begin + dashes.size());
    if (end == std::string::npos) return text;
    text.erase(begin, end + dashes.size() - begin);
  }
}

std::string in_base64(std::string text) {
  const std::size_t p = text.find("p=");
  for (std::size_t i = p; i < text.size(); ++i)
    text[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
  return text;
}

/// What was probably meant by a record with that fault, and how to say it.
struct Repair {
  dkim::Fault fault;
  std::string (*apply)(std::string);
  std::string_view condition;
};

constexpr std::array repairs{
    Repair{dkim::Fault::key_quotes, [](std::string text) { return without(std::move(text), "\""); },
           "the key record had no quotes inside"},
    Repair{dkim::Fault::key_backslash,
           [](std::string text) { return without(std::move(text), "\\"); },
           "the key record had no backslashes inside"},
    Repair{dkim::Fault::key_armour, without_armour,
           "the key record did not have the lines around a PEM key inside"},
    Repair{dkim::Fault::key_url_base64, in_base64,
           "p= of the key record was base64, not base64url"},
};

void try_repair(KeyReport& key) {
  for (const Repair& repair : repairs) {
    if (repair.fault != key.fault) continue;
    auto record = dkim::KeyRecord::parse(repair.apply(key.text));
    if (!record) return;
    key.record = *std::move(record);
    key.repair = repair.condition;
  }
}

void find_advice(KeyReport& key) {
  const dkim::KeyRecord& record = *key.record;
  if (record.key().type() == crypto::KeyType::rsa && record.key().bits() < advised_rsa_bits)
    key.advice.emplace_back("fewer than 2048 bits: some verifiers trust such a key less");
  if (record.key().type() == crypto::KeyType::ed25519)
    key.advice.emplace_back(
        "many verifiers can't use Ed25519: sign with an RSA key beside it (RFC 8463)");
  if (record.testing())
    key.advice.emplace_back("t=y: a test; a signature that fails is to count as none");
  if (record.strict())
    key.advice.emplace_back("t=s: not for signatures with i= in a subdomain of d=");
  const auto tags = dkim::TagList::parse(key.text);
  if (!tags) return;
  if (tags->find("v") == nullptr) key.advice.emplace_back("v=DKIM1 is missing, which is allowed");
  if (tags->find("g") != nullptr)
    key.advice.emplace_back("g= is ignored: it was removed from the standard (RFC 6376)");
  if (const dkim::Tag* hashes = tags->find("h"); hashes && dkim::list_has(hashes->value, "sha1"))
    key.advice.emplace_back("h= names sha1, which is not accepted any more (RFC 8301)");
}

bool is_key(const KeyReport& key) {
  return key.fault != dkim::Fault::no_key_record && key.fault != dkim::Fault::key_empty;
}

void find_problems(KeyLookup& lookup) {
  const auto keys = std::count_if(lookup.keys.begin(), lookup.keys.end(), is_key);
  if (keys > 1)
    lookup.problems.push_back(std::to_string(keys) +
                              " key records: which of them a verifier takes is undefined (RFC 6376 "
                              "section 3.6.2.2)");
  if (keys > 0 && lookup.keys.size() > static_cast<std::size_t>(keys))
    lookup.problems.emplace_back("other TXT records stand at the name of the key");
  if (lookup.keys.size() == dkim::max_key_answers &&
      lookup.answer->records.size() > dkim::max_key_answers)
    lookup.problems.push_back("only the first " + std::to_string(dkim::max_key_answers) +
                              " records are read");
}

void find_misplaced(KeyLookup& lookup, const dns::Name& selector, const dns::Name& domain,
                    dns::Resolver& resolver) {
  const struct {
    std::optional<dns::Name> name;
    std::string_view mistake;
  } places[] = {
      {domain.with_prefix(lookup.name.text()),
       "in the zone file its name lacks the dot at the end"},
      {domain.with_prefix(selector.text()), "its name lacks \"_domainkey\""},
      {domain.with_prefix("_domainkey." + selector.text()), "its name has the parts swapped"},
  };
  for (const auto& [name, mistake] : places) {
    if (!name) continue;
    const std::vector<KeyReport> keys = read_keys(*resolver.lookup(*name, dns::Type::txt));
    if (std::any_of(keys.begin(), keys.end(), is_key))
      lookup.problems.push_back("there is a key at " + name->text() + ": " + std::string(mistake));
  }
}

std::string_view word(crypto::KeyType type) {
  return type == crypto::KeyType::rsa ? "RSA" : "Ed25519";
}

std::string answer_text(const dns::Answer& answer) {
  return std::string(answer.outcome == dns::Outcome::temporary_failure
                         ? dns::describe(answer.failure)
                         : dns::to_string(answer.outcome));
}

std::string key_text(const dkim::KeyRecord& record) {
  return std::string(word(record.key().type())) + " key of " + std::to_string(record.key().bits()) +
         " bits";
}

}  // namespace

std::vector<KeyReport> read_keys(const dns::Answer& answer) {
  std::vector<KeyReport> keys;
  if (answer.outcome != dns::Outcome::records) return keys;
  for (const std::string& text : answer.records) {
    if (keys.size() == dkim::max_key_answers) break;
    KeyReport& key = keys.emplace_back();
    key.text = text;
    auto record = dkim::KeyRecord::parse(text);
    if (record) {
      key.record = *std::move(record);
      key.fault = key.record->fault_for(key.record->key().type());
      find_advice(key);
    } else {
      key.fault = record.error();
      try_repair(key);
    }
  }
  return keys;
}

bool KeyLookup::usable() const {
  return std::any_of(keys.begin(), keys.end(),
                     [](const KeyReport& key) { return key.fault == dkim::Fault::none; });
}

KeyLookup look_up_key(const dns::Name& selector, const dns::Name& domain, const dns::Name& name,
                      dns::Resolver& resolver) {
  KeyLookup lookup{name, resolver.lookup(name, dns::Type::txt), {}, {}};
  lookup.keys = read_keys(*lookup.answer);
  find_problems(lookup);
  const bool lacks_key = std::none_of(lookup.keys.begin(), lookup.keys.end(), is_key);
  if (lacks_key && lookup.answer->outcome != dns::Outcome::temporary_failure)
    find_misplaced(lookup, selector, domain, resolver);
  return lookup;
}

Outline outline_of(const KeyReport& key) {
  Outline outline(key.fault == dkim::Fault::none ? key_text(*key.record)
                                                 : std::string(dkim::describe(key.fault)));
  outline.add("record: " + base::printable(key.text, dkim::max_key_record));
  if (!key.repair.empty())
    outline.add("would be an " + key_text(*key.record) + " if " + key.repair);
  for (const std::string& advice : key.advice)
    outline.add("advice: " + advice);
  return outline;
}

Outline outline_of(const KeyLookup& lookup) {
  Outline outline("key at " + lookup.name.text() + ": " + answer_text(*lookup.answer));
  for (const KeyReport& key : lookup.keys)
    outline.add(outline_of(key));
  for (const std::string& problem : lookup.problems)
    outline.add("problem: " + problem);
  return outline;
}

base::Json json_of(const KeyReport& key) {
  auto json = base::Json::object();
  json.set("record", key.text).set("usable", key.fault == dkim::Fault::none);
  const bool failed = key.fault != dkim::Fault::none;
  json.set("fault", failed ? base::Json(dkim::name_of(key.fault)) : base::Json())
      .set("reason", failed ? base::Json(dkim::describe(key.fault)) : base::Json());
  const bool read = key.record && key.repair.empty();
  json.set("type", read ? base::Json(word(key.record->key().type())) : base::Json())
      .set("bits", read ? base::Json(key.record->key().bits()) : base::Json())
      .set("testing", read && key.record->testing())
      .set("strict", read && key.record->strict())
      .set("would_be_usable_if", key.repair.empty() ? base::Json() : base::Json(key.repair))
      .set("advice", base::Json::array(key.advice));
  return json;
}

base::Json json_of(const KeyLookup& lookup) {
  auto keys = base::Json::array();
  for (const KeyReport& key : lookup.keys)
    keys.push(json_of(key));
  return base::Json::object()
      .set("name", lookup.name.text())
      .set("answer", answer_text(*lookup.answer))
      .set("keys", std::move(keys))
      .set("problems", base::Json::array(lookup.problems));
}

}  // namespace dmarc::ctl
