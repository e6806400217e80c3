#include "spf_suite_reader.h"

#include <yaml-cpp/yaml.h>
#include <zlib.h>

#include <stdexcept>
#include <utility>

#include "base/ascii.h"

namespace dmarc::test {
namespace {

// gzopen() reads uncompressed files as they are.
std::string read_file(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) throw std::runtime_error("can't read " + path);
  std::string text;
  char buffer[65536];
  int count = 0;
  while ((count = gzread(file.get(), buffer, sizeof buffer)) > 0)
    text.append(buffer, static_cast<std::size_t>(count));
  if (count < 0) throw std::runtime_error("can't read " + path);
  return text;
}

dns::Name owner_name(const std::string& text) {
  const auto name = dns::Name::from_octets(text);
  if (!name) throw std::runtime_error("no owner name: " + text);
  return *name;
}

std::string joined(const YAML::Node& strings) {
  if (strings.IsScalar()) return strings.as<std::string>();
  std::string text;
  for (const YAML::Node& part : strings)
    text += part.as<std::string>();
  return text;
}

// A name as dns::Answer has it; "." for the root.
std::string target(const std::string& text) {
  const auto name = dns::Name::from_octets(text);
  return name ? name->text() : ".";
}

std::string address(const std::string& text) {
  const auto parsed = base::IpAddress::parse(text);
  if (!parsed) throw std::runtime_error("no address: " + text);
  return {parsed->octets().begin(), parsed->octets().end()};
}

void add_record(SpfSuiteZone& zone, const dns::Name& owner, const std::string& type,
                const YAML::Node& data) {
  if (type == "TXT")
    zone.add(owner, dns::Type::txt, joined(data));
  else if (type == "A")
    zone.add(owner, dns::Type::a, address(data.as<std::string>()));
  else if (type == "AAAA")
    zone.add(owner, dns::Type::aaaa, address(data.as<std::string>()));
  else if (type == "MX")
    zone.add(owner, dns::Type::mx,
             data[0].as<std::string>() + ' ' + target(data[1].as<std::string>()));
  else if (type == "PTR")
    zone.add(owner, dns::Type::ptr, target(data.as<std::string>()));
  else if (type == "CNAME")
    zone.add(owner, dns::Type::cname, target(data.as<std::string>()));
  else
    throw std::runtime_error("unknown record type " + type);
}

dns::Type type_of(const std::string& name) {
  using dns::Type;
  for (const Type type : {Type::a, Type::aaaa, Type::mx, Type::ptr, Type::cname, Type::txt})
    if (dns::to_string(type) == name) return type;
  throw std::runtime_error("unknown record type " + name);
}

bool has_type(const YAML::Node& entries, const std::string& type) {
  for (const YAML::Node& entry : entries)
    if (entry.IsMap() && entry[type]) return true;
  return false;
}

void add_entry(SpfSuiteZone& zone, const dns::Name& owner, std::string type, const YAML::Node& data,
               bool publish_spf) {
  if (type == "SPF") {
    if (!publish_spf) return;
    type = "TXT";
  }
  const std::string word = data.IsScalar() ? data.as<std::string>() : "";
  if (word == "TIMEOUT")
    zone.add_timeout(owner, type_of(type));
  else if (word != "NONE")
    add_record(zone, owner, type, data);
}

void add_owner(SpfSuiteZone& zone, const dns::Name& owner, const YAML::Node& entries) {
  const bool publish_spf = !has_type(entries, "TXT");
  zone.add_empty(owner);
  for (const YAML::Node& entry : entries) {
    if (entry.IsScalar() && entry.as<std::string>() == "TIMEOUT") {
      zone.add_timeout(owner);
      continue;
    }
    for (const auto& record : entry)
      add_entry(zone, owner, record.first.as<std::string>(), record.second, publish_spf);
  }
}

// Not by the parser of MAIL FROM: the suite holds senders that no SMTP server would let through.
mail::ReversePath sender_of(const std::string& text) {
  mail::ReversePath path;
  path.text = text;
  const std::size_t at = text.rfind('@');
  if (text.empty()) path.kind = mail::ReversePath::Kind::null;
  if (at == std::string::npos) return path;
  path.local_part = text.substr(0, at);
  if (const auto name = dns::Name::parse(text.substr(at + 1)); name && name->is_hostname()) {
    path.kind = mail::ReversePath::Kind::mailbox;
    path.domain = *name;
  }
  return path;
}

SpfCase read_case(const std::string& name, const YAML::Node& node) {
  const auto client = base::IpAddress::parse(node["host"].as<std::string>());
  if (!client) throw std::runtime_error(name + ": no address in \"host\"");
  SpfCase test{
      name,
      {*client, node["helo"].as<std::string>(""), sender_of(node["mailfrom"].as<std::string>(""))},
      {},
      {}};
  const YAML::Node result = node["result"];
  if (result.IsSequence())
    test.results = result.as<std::vector<std::string>>();
  else
    test.results = {result.as<std::string>()};
  if (const YAML::Node explanation = node["explanation"]) {
    const auto text = explanation.as<std::string>();
    test.explanation = text == "DEFAULT" ? "" : text;
  }
  return test;
}

SpfScenario read_scenario(const YAML::Node& document) {
  SpfScenario scenario;
  scenario.zone = std::make_unique<SpfSuiteZone>();
  scenario.description = document["description"].as<std::string>("");
  if (scenario.description.empty()) scenario.description = document["comment"].as<std::string>("");
  scenario.description = base::trim(scenario.description);
  for (const auto& owner : document["zonedata"])
    add_owner(*scenario.zone, owner_name(owner.first.as<std::string>()), owner.second);
  for (const auto& test : document["tests"])
    scenario.cases.push_back(read_case(test.first.as<std::string>(), test.second));
  return scenario;
}

}  // namespace

std::vector<SpfScenario> read_spf_suite(const std::string& path) {
  std::vector<SpfScenario> scenarios;
  for (const YAML::Node& document : YAML::LoadAll(read_file(path)))
    if (document.IsMap()) scenarios.push_back(read_scenario(document));
  return scenarios;
}

}  // namespace dmarc::test
