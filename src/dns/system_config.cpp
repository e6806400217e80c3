#include "dns/system_config.h"

#include <fstream>
#include <iterator>

#include "base/ascii.h"

namespace dmarc::dns {
namespace {

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (const std::string_view part : base::split(line, ' '))
    for (const std::string_view word : base::split(part, '\t'))
      if (!word.empty()) found.push_back(word);
  return found;
}

}  // namespace

SystemConfig parse_resolv_conf(std::string_view text) {
  SystemConfig config;
  for (const std::string_view line : base::split(text, '\n')) {
    // resolv.conf(5): the keyword starts the line, so a line that begins with a blank is none.
    if (line.empty() || base::is_space(line.front())) continue;
    const auto parts = words(base::trim(line));
    if (parts.size() < 2) continue;
    if (parts[0] == "nameserver") {
      if (const auto server = ServerAddress::parse(parts[1])) config.servers.push_back(*server);
    } else if (parts[0] == "options") {
      for (const std::string_view option : parts)
        if (option == "trust-ad") config.trust_ad = true;
    }
  }
  if (config.servers.empty()) config.servers.push_back(*ServerAddress::parse("127.0.0.1"));
  return config;
}

SystemConfig read_resolv_conf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return parse_resolv_conf(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace dmarc::dns
