#include "milter/native_loop.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "filter/internal_error.h"

namespace dmarc::milter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Enough for all of a usual message's header at once.
constexpr std::size_t buffer_octets = 65536;

constexpr std::size_t events_at_once = 256;

// Others that are being served get their turn between so many new connections.
constexpr int accepts_at_once = 64;

// How long to wait before trying again when the process has run out of descriptors.
constexpr milliseconds exhaustion_pause{100};

// How often stale connections are looked for.
constexpr seconds sweep_interval{5};

// More connections than may be served are needed to tell the MTA that they are refused, but not
// without bound.
constexpr std::size_t refusal_reserve = 64;

// epoll's data is the id of a connection, or one of these.
constexpr std::uint64_t listener_token = 0;
constexpr std::uint64_t mailbox_token = 1;
constexpr std::uint64_t first_id = 2;

constexpr std::uint32_t of_connection = EPOLLIN | EPOLLRDHUP | EPOLLET;

bool is_exhaustion(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

NativeLoop::NativeLoop(NativeEngineState& shared)
    : shared_(shared),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      mailbox_(std::make_shared<io::Mailbox>()),
      buffer_(buffer_octets),
      next_id_(first_id) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  watch(EPOLL_CTL_ADD, mailbox_->fd(), EPOLLIN, mailbox_token);
  watch(EPOLL_CTL_ADD, shared_.listener, EPOLLIN | EPOLLEXCLUSIVE, listener_token);
}

void NativeLoop::watch(int operation, int fd, std::uint32_t events, std::uint64_t token) const {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  if (::epoll_ctl(epoll_.get(), operation, fd, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void NativeLoop::stop() {
  stopping_ = true;
  mailbox_->post(mailbox_token);
}

void NativeLoop::stop_accepting() {
  // The descriptor is about to become another socket, which must not be asked for in this one's
  // stead.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, shared_.listener, nullptr);
}

void NativeLoop::run() {
  std::array<epoll_event, events_at_once> events;
  now_ = Clock::now();
  next_sweep_ = now_ + sweep_interval;
  while (!stopping_) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), events_at_once, milliseconds_to_wait());
    now_ = Clock::now();
    for (int i = 0; i < count; ++i)
      dispatch(events[static_cast<std::size_t>(i)].data.u64,
               events[static_cast<std::size_t>(i)].events);
    for (const Id id : std::exchange(busy_, {}))
      pump(id, false);
    act_on_time();
  }
  while (!entries_.empty())
    close(entries_.begin()->first);
}

void NativeLoop::dispatch(std::uint64_t token, std::uint32_t events) {
  if (token == listener_token) return accept_all();
  if (token != mailbox_token) return pump(token, (events & (EPOLLRDHUP | EPOLLHUP)) != 0);
  for (const Id id : mailbox_->take())
    resume(id);
}

void NativeLoop::accept_all() {
  if (!shared_.accepting) return stop_accepting();
  for (int i = 0; i < accepts_at_once; ++i) {
    base::UniqueFd socket(
        ::accept4(shared_.listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) {
      add(std::move(socket));
      continue;
    }
    if (is_exhaustion(errno)) note_exhaustion("accept a connection", errno);
    if (errno != ECONNABORTED && errno != EINTR) return;
  }
}

// The listening socket stays readable, so it is not looked at for a while.
void NativeLoop::note_exhaustion(const char* what, int error) {
  if (!shared_.exhaustion_told.exchange(true))
    shared_.options.sink->write(log::make<log::Id::exhausted>(what, std::strerror(error)));
  if (accept_again_) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, shared_.listener, nullptr);
  accept_again_ = now_ + exhaustion_pause;
}

bool NativeLoop::is_full() const {
  const std::size_t limit = shared_.options.traffic->limit();
  return limit != 0 && shared_.sockets >= 2 * limit + refusal_reserve;
}

void NativeLoop::add(base::UniqueFd socket) {
  if (is_full()) return;
  const Id id = next_id_++;
  const int fd = socket.get();
  try {
    Entry entry;
    entry.connection = std::make_unique<NativeConnection>(
        std::move(socket), shared_.tcp, shared_.options,
        [mailbox = mailbox_, id] { mailbox->post(id); }, now_);
    watch(EPOLL_CTL_ADD, fd, of_connection, id);
    entries_.emplace(id, std::move(entry));
    ++shared_.sockets;
  } catch (const std::system_error& error) {
    note_exhaustion("watch a connection", error.code().value());
  }
}

void NativeLoop::pump(Id id, bool peer_closed) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  try {
    note_rest(id, entry, entry.connection->pump(buffer_, peer_closed, now_));
  } catch (...) {
    filter::log_current_exception(*shared_.options.sink, filter::unknown_job_id);
    close(id);
  }
}

void NativeLoop::note_rest(Id id, Entry& entry, NativeConnection::Rest rest) {
  using Rest = NativeConnection::Rest;
  switch (rest) {
    case Rest::reading:
      break;
    case Rest::writing:
      watch(EPOLL_CTL_MOD, entry.connection->fd(), of_connection | EPOLLOUT, id);
      break;
    case Rest::judging:
      if (entry.judging) break;
      entry.judging = true;
      entry.deadline = deadlines_.emplace(entry.connection->judgement_deadline(), id);
      break;
    case Rest::busy:
      busy_.push_back(id);
      break;
    case Rest::over:
      close(id);
      break;
  }
}

void NativeLoop::resume(Id id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second.judging) return;
  forget_deadline(found->second);
  found->second.connection->resume();
  pump(id, false);
}

void NativeLoop::forget_deadline(Entry& entry) {
  if (entry.judging) deadlines_.erase(entry.deadline);
  entry.judging = false;
}

void NativeLoop::close(Id id) {
  const auto found = entries_.find(id);
  forget_deadline(found->second);
  entries_.erase(found);
  --shared_.sockets;
}

void NativeLoop::act_on_time() {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now_)
    resume(deadlines_.begin()->second);
  if (accept_again_ && *accept_again_ <= now_) {
    accept_again_.reset();
    watch(EPOLL_CTL_ADD, shared_.listener, EPOLLIN | EPOLLEXCLUSIVE, listener_token);
  }
  if (next_sweep_ <= now_) sweep();
}

void NativeLoop::sweep() {
  next_sweep_ = now_ + sweep_interval;
  std::vector<Id> stale;
  for (const auto& [id, entry] : entries_)
    if (entry.connection->is_stale(now_)) stale.push_back(id);
  for (const Id id : stale)
    close(id);
}

int NativeLoop::milliseconds_to_wait() const {
  if (!busy_.empty()) return 0;
  if (entries_.empty() && !accept_again_) return -1;
  Clock::time_point next = next_sweep_;
  if (!deadlines_.empty()) next = std::min(next, deadlines_.begin()->first);
  if (accept_again_) next = std::min(next, *accept_again_);
  const auto left = std::chrono::ceil<milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::max<milliseconds::rep>(left, 0));
}

}  // namespace dmarc::milter
