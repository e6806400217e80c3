// dns_fixture ZONEFILE [--port N] [--address A]
//
// Serves the data and faults of ZONEFILE (support/dns_faults.h) by UDP and TCP. Prints "listening
// on ADDRESS:PORT" when it does; without --port the kernel chooses one. SIGHUP reads the file
// again, SIGTERM and SIGINT stop it.
#include <csignal>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/read_file.h"
#include "support/dns_server.h"

namespace dmarc::test {
namespace {

struct Arguments {
  std::string file, address = "127.0.0.1";
  std::uint16_t port = 0;
};

std::uint16_t to_port(const std::string& text) {
  const auto port = base::parse_decimal<std::uint16_t>(text);
  if (!port) throw std::invalid_argument(text + " is no port");
  return *port;
}

Arguments read_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--port" && i + 1 < words.size())
      arguments.port = to_port(words[++i]);
    else if (words[i] == "--address" && i + 1 < words.size())
      arguments.address = words[++i];
    else if (arguments.file.empty() && !words[i].starts_with('-'))
      arguments.file = words[i];
    else
      throw std::invalid_argument("usage: dns_fixture ZONEFILE [--port N] [--address A]");
  }
  if (arguments.file.empty())
    throw std::invalid_argument("usage: dns_fixture ZONEFILE [--port N] [--address A]");
  return arguments;
}

std::string read_file(const std::string& path) {
  auto text = base::read_file(path);
  if (!text) throw std::runtime_error(path + ": " + base::error_text(text.error()));
  return *std::move(text);
}

void serve(const Arguments& arguments) {
  // Blocked before the server's thread begins, so that only sigwait() sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGHUP, SIGINT, SIGTERM})
    sigaddset(&signals, number);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  DnsServer server(read_file(arguments.file), arguments.address, arguments.port);
  std::string address = server.address().text();
  std::cout << "listening on " << address << std::endl;
  int signal = 0;
  while (::sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
    try {
      server.load(read_file(arguments.file));
    } catch (const std::exception& error) {
      std::cerr << "dns_fixture: " << error.what() << ", the data stay as they were" << std::endl;
    }
  }
}

}  // namespace
}  // namespace dmarc::test

int main(int argc, char** argv) {
  try {
    dmarc::test::serve(dmarc::test::read_arguments({argv + 1, argv + argc}));
  } catch (const std::exception& error) {
    std::cerr << "dns_fixture: " << error.what() << std::endl;
    return 1;
  }
}
