#include "milter/native_engine.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "filter/internal_error.h"

namespace dmarc::milter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Event = NativeConnection::Event;
using State = NativeConnection::State;

// A worker judges some 20,000 messages a second; more of them than this wait for something else.
constexpr unsigned most_threads = 8;

// Enough for all of a usual message's header at once.
constexpr std::size_t buffer_octets = 65536;

// Others that are being served get their turn between so many new connections.
constexpr int accepts_at_once = 64;

// How long to wait before trying again when the process has run out of descriptors.
constexpr milliseconds exhaustion_pause{100};

// How often stale connections are looked for.
constexpr seconds sweep_interval{5};

// A token is the id of a connection, or one of these.
constexpr io::Token listener_token = 0, sweep_token = 1, accept_again_token = 2, first_id = 3;

constexpr std::uint32_t of_connection = EPOLLIN | EPOLLRDHUP | EPOLLET;

bool is_exhaustion(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

// ---- taking connections

NativeWorker::NativeWorker(Shared& shared, io::EventLoop& loop)
    : shared_(shared),
      loop_(loop),
      handler_(loop.attach(*this)),
      buffer_(buffer_octets),
      next_id_(first_id),
      sweep_(loop, handler_, sweep_token),
      accept_again_(loop, handler_, accept_again_token) {
  if (const std::error_code error = listen()) throw std::system_error(error, "epoll_ctl");
}

NativeWorker::~NativeWorker() {
  shared_.sockets -= served_.size();
}

// Under the lock, because the descriptor may become another socket as soon as the engine has been
// told to take no more: it must not be watched in this one's stead.
std::error_code NativeWorker::listen() {
  const std::lock_guard lock(shared_.listening);
  if (!shared_.accepting) return {};
  return loop_.watch(shared_.listener, EPOLLIN | EPOLLEXCLUSIVE, handler_, listener_token);
}

void NativeWorker::accept_all() {
  for (int i = 0; i < accepts_at_once; ++i) {
    if (!shared_.accepting) return stop_accepting();
    base::UniqueFd socket(
        ::accept4(shared_.listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    const int error = errno;
    if (socket) {
      add(std::move(socket));
      continue;
    }
    if (is_exhaustion(error)) return pause_accepting("accept a connection", error);
    if (error != ECONNABORTED && error != EINTR) return;
  }
}

// The listening socket stays readable, so it is not looked at for a while.
void NativeWorker::pause_accepting(const char* what, int error) {
  if (!shared_.exhaustion_told.exchange(true))
    shared_.options.sink->write(log::make<log::Id::exhausted>(what, std::strerror(error)));
  loop_.unwatch(shared_.listener);
  accept_again_.set(loop_.now() + exhaustion_pause);
}

bool NativeWorker::is_full() const {
  return shared_.options.connection_limit->is_full(shared_.sockets);
}

NativeWorker::Served::Served(NativeWorker& worker, base::UniqueFd socket, Id id)
    : connection(std::move(socket), worker.shared_.tcp, worker.shared_.options,
                 worker.loop_.make_wake(worker.handler_, id), worker.loop_.clock()),
      deadline(worker.loop_, worker.handler_, id) {}

void NativeWorker::add(base::UniqueFd socket) {
  if (is_full()) return;
  const Id id = next_id_++;
  const int fd = socket.get();
  try {
    served_.try_emplace(id, *this, std::move(socket), id);
    ++shared_.sockets;
    if (!sweep_.is_set()) sweep_.set(loop_.now() + sweep_interval);
  } catch (...) {
    filter::log_current_exception(*shared_.options.sink, filter::unknown_job_id);
    return;
  }
  if (const std::error_code error = loop_.watch(fd, of_connection, handler_, id)) {
    close(id);
    pause_accepting("watch a connection", error.value());
  }
}

// ---- serving them

void NativeWorker::ready(io::Token token, std::uint32_t events) {
  if (token == listener_token) return accept_all();
  if ((events & (EPOLLRDHUP | EPOLLHUP)) != 0) return handle(token, Event::peer_closed);
  if ((events & EPOLLOUT) != 0) handle(token, Event::writable);
  if ((events & EPOLLIN) != 0) handle(token, Event::readable);
}

void NativeWorker::expired(io::Token token) {
  if (token == sweep_token) return sweep();
  if (token != accept_again_token) return handle(token, Event::deadline);
  if (listen()) accept_again_.set(loop_.now() + exhaustion_pause);
}

void NativeWorker::handle(Id id, Event event) {
  const auto found = served_.find(id);
  if (found == served_.end()) return;
  Served& served = found->second;
  try {
    const State before = served.connection.state();
    served.connection.handle(event, buffer_);
    if (prepare(id, served, before, event)) return;
  } catch (...) {
    filter::log_current_exception(*shared_.options.sink, filter::unknown_job_id);
  }
  close(id);
}

/// Sees to it that what the connection lacks becomes an event; false when it is to be closed.
bool NativeWorker::prepare(Id id, Served& served, State before, Event event) {
  const State state = served.connection.state();
  if (state == State::over) return false;
  if (state == State::busy && (before != State::busy || event == Event::turn))
    loop_.call_in_turn(handler_, id);
  const auto deadline = served.connection.deadline();
  if (!deadline)
    served.deadline.cancel();
  else if (!served.deadline.is_set() || served.deadline.when() != *deadline)
    served.deadline.set(*deadline);
  if (state != State::writing || before == State::writing) return true;
  return !loop_.rewatch(served.connection.fd(), of_connection | EPOLLOUT, handler_, id);
}

void NativeWorker::close(Id id) {
  served_.erase(id);
  --shared_.sockets;
}

void NativeWorker::sweep() {
  std::vector<Id> stale;
  for (auto& [id, served] : served_)
    if (served.connection.handle(Event::sweep, buffer_) == State::over) stale.push_back(id);
  for (const Id id : stale)
    close(id);
  if (!served_.empty()) sweep_.set(loop_.now() + sweep_interval);
}

// ---- the engine

unsigned NativeEngine::usual_threads() {
  return std::clamp(std::thread::hardware_concurrency(), 1U, most_threads);
}

NativeEngine::NativeEngine(const io::Listener& listener, EngineOptions options, unsigned threads) {
  shared_.options = std::move(options);
  shared_.listener = listener.fd();
  shared_.tcp = listener.is_tcp();
  for (unsigned i = 0; i < threads; ++i)
    threads_.push_back(std::make_unique<Thread>(shared_));
  try {
    for (const auto& served : threads_)
      served->thread = std::thread([loop = &served->loop] { loop->run(); });
  } catch (...) {
    stop();
    throw;
  }
}

NativeEngine::~NativeEngine() {
  stop();
}

void NativeEngine::stop_accepting() {
  const std::lock_guard lock(shared_.listening);
  shared_.accepting = false;
  for (const auto& thread : threads_)
    thread->worker.stop_accepting();
}

void NativeEngine::stop() {
  for (const auto& thread : threads_)
    thread->loop.stop();
  for (const auto& thread : threads_)
    if (thread->thread.joinable()) thread->thread.join();
}

}  // namespace dmarc::milter
