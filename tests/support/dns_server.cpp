#include "support/dns_server.h"

#include "support/dns_server_loop.h"

namespace dmarc::test {
namespace {

DnsScript parse(std::string_view text) {
  auto script = DnsScript::parse(text);
  if (!script)
    throw std::invalid_argument("zone line " + std::to_string(script.error().line) + ": " +
                                script.error().reason);
  return *std::move(script);
}

resolver::ServerAddress at(std::string_view text, std::uint16_t port) {
  const auto address = base::IpAddress::parse(text);
  if (!address) throw std::invalid_argument(std::string(text) + " is no address");
  return {*address, port};
}

}  // namespace

DnsServer::DnsServer(std::string_view text, std::string_view address, std::uint16_t port)
    : loop_(std::make_unique<Loop>(parse(text), at(address, port))) {}

DnsServer::~DnsServer() = default;

resolver::ServerAddress DnsServer::address() const {
  return loop_->address();
}

void DnsServer::load(std::string_view text) {
  loop_->load(parse(text));
}

void DnsServer::release() {
  loop_->release();
}

std::vector<DnsServer::Received> DnsServer::received() const {
  return loop_->received();
}

std::size_t DnsServer::count(const dns::Name& name, dns::Type type) const {
  return loop_->count({name, type});
}

std::size_t DnsServer::total() const {
  return loop_->total();
}

std::size_t DnsServer::most_in_flight() const {
  return loop_->most_in_flight();
}

void DnsServer::wait_for_total(std::size_t queries) const {
  loop_->wait_for_total(queries);
}

}  // namespace dmarc::test
