#include "support/dns_server_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace dmarc::test {
namespace {

enum Tag : std::uint64_t { no_tag, wake_tag, udp_tag, listener_tag, last_fixed_tag = listener_tag };

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

base::UniqueFd bound_socket(int type, const resolver::ServerAddress& where) {
  const resolver::SocketAddress address(where);
  base::UniqueFd socket(
      checked(::socket(address.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
  const int yes = 1, large = 4 << 20;
  if (type == SOCK_STREAM) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
  if (::bind(socket.get(), address.get(), address.size) != 0) return {};
  return socket;
}

std::uint16_t port_of(const sockaddr_storage& address) {
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  return ntohs(any->sa_family == AF_INET ? reinterpret_cast<const sockaddr_in*>(any)->sin_port
                                         : reinterpret_cast<const sockaddr_in6*>(any)->sin6_port);
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return port_of(address);
}

/// A UDP and a listening TCP socket with the same port.
std::pair<base::UniqueFd, base::UniqueFd> open_both(resolver::ServerAddress where) {
  const bool any_port = where.port == 0;
  // The TCP port of the same number may be taken when the kernel chooses.
  for (int attempts = any_port ? 20 : 1; attempts > 0; --attempts) {
    base::UniqueFd udp = bound_socket(SOCK_DGRAM, where);
    if (!udp) break;
    resolver::ServerAddress same = where;
    same.port = port_of(udp.get());
    base::UniqueFd tcp = bound_socket(SOCK_STREAM, same);
    if (tcp && ::listen(tcp.get(), SOMAXCONN) == 0) return {std::move(udp), std::move(tcp)};
  }
  throw std::system_error(errno, std::generic_category(), where.text());
}

}  // namespace

DnsServer::Loop::Loop(DnsScript script, const resolver::ServerAddress& where)
    : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      address_(where),
      last_tag_(last_fixed_tag),
      inbox_(65535),
      script_(std::move(script)) {
  std::tie(udp_, listener_) = open_both(where);
  address_.port = port_of(udp_.get());
  resolver::ServerAddress other = where;
  other.port = 0;
  other_port_ = bound_socket(SOCK_DGRAM, other);
  watch(wake_.get(), wake_tag, EPOLLIN);
  watch(udp_.get(), udp_tag, EPOLLIN);
  watch(listener_.get(), listener_tag, EPOLLIN);
  thread_ = std::thread([this] { run(); });
}

DnsServer::Loop::~Loop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
}

void DnsServer::Loop::load(DnsScript script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
  dropped_.clear();
  releasing_ = false;
}

void DnsServer::Loop::release() {
  {
    const std::lock_guard lock(mutex_);
    releasing_ = true;
  }
  ::eventfd_write(wake_.get(), 1);
}

std::vector<DnsServer::Received> DnsServer::Loop::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

std::size_t DnsServer::Loop::count(const dns::Question& question) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(question);
  return found == counts_.end() ? 0 : found->second;
}

std::size_t DnsServer::Loop::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

std::size_t DnsServer::Loop::most_in_flight() const {
  const std::lock_guard lock(mutex_);
  return most_in_flight_;
}

void DnsServer::Loop::wait_for_total(std::size_t queries) const {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [&] { return total_ >= queries; });
}

void DnsServer::Loop::watch(int descriptor, std::uint64_t tag, std::uint32_t events) {
  epoll_event event{events, {.u64 = tag}};
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

void DnsServer::Loop::run() {
  std::array<epoll_event, 64> events;
  while (true) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), events.size(), milliseconds_to_next());
    for (int i = 0; i < count; ++i) {
      const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
      eventfd_t ignored = 0;
      if (tag == wake_tag)
        ::eventfd_read(wake_.get(), &ignored);
      else if (tag == udp_tag)
        receive_udp();
      else if (tag == listener_tag)
        accept_tcp();
      else
        serve_tcp(tag);
    }
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    send_held();
    send_due();
  }
}

void DnsServer::Loop::receive_udp() {
  // Not without end, so that answers that are due get their turn.
  for (int i = 0; i < 64; ++i) {
    Client client;
    client.address_size = sizeof client.address;
    const ssize_t size =
        ::recvfrom(udp_.get(), inbox_.data(), inbox_.size(), 0,
                   reinterpret_cast<sockaddr*>(&client.address), &client.address_size);
    if (size < 0) return;
    handle({inbox_.data(), static_cast<std::size_t>(size)}, client);
  }
}

void DnsServer::Loop::accept_tcp() {
  base::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) return;
  const std::uint64_t number = ++last_tag_;
  watch(socket.get(), number, EPOLLIN | EPOLLOUT | EPOLLET);
  connections_[number].socket = std::move(socket);
}

void DnsServer::Loop::serve_tcp(std::uint64_t number) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  flush(found->second);
  while (true) {
    const ssize_t size = ::recv(found->second.socket.get(), inbox_.data(), inbox_.size(), 0);
    if (size < 0 && errno == EAGAIN) break;
    if (size <= 0) {
      connections_.erase(found);
      return;
    }
    found->second.incoming.insert(found->second.incoming.end(), inbox_.begin(),
                                  inbox_.begin() + size);
  }
  // An answer may close the connection.
  for (auto open = found; open != connections_.end(); open = connections_.find(number)) {
    resolver::Octets& incoming = open->second.incoming;
    if (incoming.size() < resolver::frame_length_size) return;
    const std::size_t end =
        resolver::frame_length_size + static_cast<std::size_t>(incoming[0] << 8 | incoming[1]);
    if (incoming.size() < end) return;
    const resolver::Octets message(incoming.begin() + resolver::frame_length_size,
                                   incoming.begin() + static_cast<std::ptrdiff_t>(end));
    incoming.erase(incoming.begin(), incoming.begin() + static_cast<std::ptrdiff_t>(end));
    handle(message, {.connection = number});
  }
}

void DnsServer::Loop::handle(resolver::OctetView message, const Client& client) {
  const auto query = DnsQuestion::decode(message);
  if (!query) return;
  std::vector<Outgoing> outgoing;
  DnsFault fault;
  {
    const std::lock_guard lock(mutex_);
    ++total_;
    ++counts_[query->question];
    if (received_.size() < max_received)
      received_.push_back({*query, client.is_tcp(),
                           client.is_tcp() ? std::uint16_t{0} : port_of(client.address),
                           Clock::now()});
    arrived_.notify_all();
    fault = script_.fault_of(query->question.name);
    if (is_dropped(*query, fault)) return;
    outgoing = answers(*query, fault, client);
    if (outgoing.empty()) return;
    most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
    if (releasing_) fault.hold = false;
  }
  dispatch(std::move(outgoing), fault);
}

bool DnsServer::Loop::is_dropped(const DnsQuestion& query, const DnsFault& fault) {
  if (fault.loss != 0 && chance_() % 100 < fault.loss) return true;
  if (fault.drop_first == 0) return false;
  unsigned& dropped = dropped_[query.question.name.text()];
  if (dropped >= fault.drop_first) return false;
  ++dropped;
  return true;
}

std::vector<DnsServer::Loop::Outgoing> DnsServer::Loop::answers(const DnsQuestion& query,
                                                                const DnsFault& fault,
                                                                const Client& client) const {
  if (client.is_tcp() && fault.close_tcp) return {{client, {}, false, true, true}};
  auto answer = encode_answer(script_, query, fault);
  if (!answer) return {};
  if (!client.is_tcp() && (fault.truncate || answer->size() > query.udp_payload))
    answer = encode_truncated(query);

  const bool forges = fault.forgery != Forgery::none && (client.is_tcp() || !fault.forges_only_tcp);
  std::vector<Outgoing> outgoing;
  if (forges)
    outgoing.push_back({client, forge(fault.forgery, query, *answer),
                        fault.forgery == Forgery::spoofed_source && !client.is_tcp()});
  if (!forges || fault.then_answer) outgoing.push_back({client, *std::move(answer)});
  outgoing.back().concludes = true;
  return outgoing;
}

void DnsServer::Loop::dispatch(std::vector<Outgoing> outgoing, const DnsFault& fault) {
  for (Outgoing& answer : outgoing) {
    if (fault.hold)
      held_.push_back(std::move(answer));
    else if (answer.client.is_tcp() && fault.slow_tcp)
      send_slowly(answer, *fault.slow_tcp, Clock::now() + fault.delay);
    else if (fault.delay.count() > 0)
      scheduled_.emplace(Clock::now() + fault.delay, std::move(answer));
    else
      send(answer);
  }
}

void DnsServer::Loop::send_slowly(const Outgoing& answer, std::chrono::milliseconds pause,
                                  Clock::time_point start) {
  // As raw octets of the stream: the frame is cut up here.
  const resolver::Octets frame = resolver::framed(answer.message);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    Outgoing octet = answer;
    octet.message = {frame[i]};
    octet.is_raw = true;
    octet.concludes = answer.concludes && i + 1 == frame.size();
    scheduled_.emplace(start + pause * i, std::move(octet));
  }
}

void DnsServer::Loop::send(Outgoing& answer) {
  if (answer.concludes) {
    const std::lock_guard lock(mutex_);
    --in_flight_;
  }
  if (!answer.client.is_tcp()) {
    ::sendto(answer.spoofed ? other_port_.get() : udp_.get(), answer.message.data(),
             answer.message.size(), MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&answer.client.address), answer.client.address_size);
    return;
  }
  const auto found = connections_.find(answer.client.connection);
  if (found == connections_.end()) return;
  if (answer.closes) {
    connections_.erase(found);
    return;
  }
  const resolver::Octets octets = answer.is_raw ? answer.message : resolver::framed(answer.message);
  resolver::Octets& queue = found->second.outgoing;
  queue.insert(queue.end(), octets.begin(), octets.end());
  flush(found->second);
}

void DnsServer::Loop::flush(Connection& connection) {
  const ssize_t size = ::send(connection.socket.get(), connection.outgoing.data(),
                              connection.outgoing.size(), MSG_NOSIGNAL);
  if (size > 0)
    connection.outgoing.erase(connection.outgoing.begin(), connection.outgoing.begin() + size);
}

int DnsServer::Loop::milliseconds_to_next() const {
  if (scheduled_.empty()) return -1;
  const auto left = scheduled_.begin()->first - Clock::now();
  const auto rounded_up = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(rounded_up, 0, INT32_MAX));
}

void DnsServer::Loop::send_due() {
  while (!scheduled_.empty() && scheduled_.begin()->first <= Clock::now()) {
    Outgoing answer = std::move(scheduled_.extract(scheduled_.begin()).mapped());
    send(answer);
  }
}

void DnsServer::Loop::send_held() {
  {
    const std::lock_guard lock(mutex_);
    if (!releasing_) return;
  }
  for (Outgoing& answer : std::exchange(held_, {}))
    send(answer);
}

}  // namespace dmarc::test
