#include "resolver/system_config.h"

#include "base/ascii.h"
#include "base/read_file.h"

namespace dmarc::resolver {
SystemConfig parse_resolv_conf(std::string_view text) {
  SystemConfig config;
  for (const std::string_view line : base::split(text, '\n')) {
    // resolv.conf(5): the keyword starts the line, so a line that begins with a blank is none.
    if (line.empty() || base::is_space(line.front())) continue;
    const auto parts = base::words(line);
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
  return parse_resolv_conf(base::read_file(path).value_or(""));
}

}  // namespace dmarc::resolver
