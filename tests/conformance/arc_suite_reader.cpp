#include "arc_suite_reader.h"

#include <yaml-cpp/yaml.h>

#include <stdexcept>
#include <string_view>

#include "base/ascii.h"
#include "base/read_file.h"

namespace dmarc::test {
namespace {

std::string with_crlf(std::string_view text) {
  std::string converted;
  for (const char c : text) {
    if (c == '\n') converted += '\r';
    converted += c;
  }
  return converted;
}

ArcCase read_case(const std::string& name, const YAML::Node& node) {
  ArcCase test;
  test.name = name;
  test.description = node["description"].as<std::string>("");
  test.message = with_crlf(node["message"].as<std::string>());
  test.expected = base::lower(base::trim(node["cv"].as<std::string>()));
  for (const std::string_view word : {"", "none", "pass", "fail"})
    if (test.expected == word) return test;
  throw std::runtime_error(name + ": \"cv\" is not None, Pass or Fail");
}

ArcScenario read_scenario(const YAML::Node& document) {
  ArcScenario scenario;
  scenario.description = base::trim(document["description"].as<std::string>(""));
  for (const auto& record : document["txt-records"]) {
    const auto text = record.first.as<std::string>();
    const auto owner = dns::Name::from_octets(text);
    if (!owner) throw std::runtime_error("no owner name: " + text);
    scenario.zone.add(*owner, dns::Type::txt, record.second.as<std::string>());
  }
  for (const auto& test : document["tests"])
    scenario.cases.push_back(read_case(test.first.as<std::string>(), test.second));
  return scenario;
}

}  // namespace

std::vector<ArcScenario> read_arc_suite(const std::string& path) {
  const auto text = base::read_file(path);
  if (!text) throw std::runtime_error("can't read " + path + ": " + base::error_text(text.error()));
  std::vector<ArcScenario> scenarios;
  for (const YAML::Node& document : YAML::LoadAll(*text))
    if (document.IsMap()) scenarios.push_back(read_scenario(document));
  return scenarios;
}

}  // namespace dmarc::test
