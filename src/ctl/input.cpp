#include "ctl/input.h"

#include <unistd.h>

#include <ostream>

#include <dmarc/zone.h>

#include "base/ascii.h"
#include "base/read_file.h"
#include "ctl/subcommand.h"
#include "resolver/servers.h"
#include "resolver/stub_resolver.h"

namespace dmarc::ctl {
namespace {

constexpr const char* default_configuration = "/etc/opendmarc.conf";

tl::unexpected<InputError> error(int status, std::string text) {
  return tl::unexpected(InputError{status, std::move(text)});
}

Input<std::unique_ptr<dns::AsyncResolver>> zone_resolver(const std::string& path) {
  const auto text = read_input(path);
  if (!text) return tl::unexpected(text.error());
  auto zone = dns::Zone::parse(*text);
  if (!zone)
    return error(status::config,
                 path + ": line " + std::to_string(zone.error().line) + ": " + zone.error().reason);
  return std::make_unique<dns::Zone>(std::move(*zone));
}

Input<std::vector<resolver::ServerAddress>> nameservers(const Arguments& arguments,
                                                        const config::Configuration& settings) {
  const std::vector<std::string> given = arguments.values("nameserver");
  if (given.empty()) return settings.dns.nameservers;
  std::vector<resolver::ServerAddress> servers;
  for (const std::string& text : given) {
    const auto server = resolver::ServerAddress::parse(text);
    if (!server)
      return error(status::usage,
                   "\"" + base::printable(text) + "\" is not the address of a server");
    servers.push_back(*server);
  }
  return servers;
}

}  // namespace

Input<std::string> read_input(const std::string& path) {
  auto text = path == "-" ? base::read_descriptor(STDIN_FILENO) : base::read_file(path);
  if (!text) return error(status::no_input, path + ": " + base::error_text(text.error()));
  return *std::move(text);
}

Input<std::string> read_message(const std::string& path) {
  auto text = read_input(path);
  if (text && text->find("\r\n") == std::string::npos) *text = base::with_crlf(*text);
  return text;
}

void print_warnings(std::ostream& err, const config::Configuration& settings) {
  for (const log::Event& warning : settings.warnings)
    err << "dmarcctl: " << warning.text() << "\n";
}

Input<config::Configuration> read_configuration(const Arguments& arguments) {
  const auto path = arguments.value("config");
  if (!path && ::access(default_configuration, R_OK) != 0) {
    config::Configuration settings = config::defaults();
    settings.policy.spf_self_validate = true;
    return settings;
  }
  auto loaded = config::load(path.value_or(default_configuration), "dmarcctl");
  if (!loaded) return error(status::config, loaded.error());
  return *std::move(loaded);
}

Input<std::unique_ptr<dns::AsyncResolver>> make_resolver(const Arguments& arguments,
                                                         const config::Configuration& settings) {
  if (const auto zone = arguments.value("zone")) return zone_resolver(*zone);
  auto servers = nameservers(arguments, settings);
  if (!servers) return tl::unexpected(servers.error());
  resolver::StubOptions options;
  options.servers = std::move(*servers);
  options.timeout = settings.dns.timeout;
  if (options.servers.empty()) {
    resolver::SystemConfig system = resolver::read_resolv_conf();
    options.servers = std::move(system.servers);
    options.trust_ad = system.trust_ad;
  }
  return std::make_unique<resolver::StubResolver>(std::move(options));
}

Input<base::IpAddress> client_address(const Arguments& arguments) {
  const auto text = arguments.value("ip");
  if (!text) return error(status::usage, "option --ip is missing");
  const auto address = base::IpAddress::parse(*text);
  if (!address)
    return error(status::usage, "\"" + base::printable(*text) + "\" is not an IP address");
  return *address;
}

}  // namespace dmarc::ctl
