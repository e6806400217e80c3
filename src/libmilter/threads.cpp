// Functions of libmilter that this program puts its own in the place of. They are exported by the
// shared library and called through its procedure linkage table, so the definitions here win. Where
// a libmilter was linked with -Bsymbolic they are never called, and corrections_in_force() says so.

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

#include "libmilter/glue.h"
#include "libmilter/thread_pool.h"

extern "C" {
// Exported by libmilter, in no header of it.
int mi_engine(smfi_str* context);
void mi_clr_ctx(smfi_str* context);
void mi_clr_macros(smfi_str* context, int first_stage);
}

namespace dmarc::libmilter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// libmilter's private values.
constexpr int success = 0;
constexpr int more_to_come = 1;  // mi_engine(): nothing to read now

// How long a connection may stay silent before it has said who it is ...
constexpr seconds greeting_timeout{60};
// ... and between two events. Postfix has nothing to say while a client sends a long message over a
// slow line; this is libmilter's own default.
constexpr seconds idle_timeout{7210};

// How long to wait before trying again when the process has run out of descriptors or threads.
constexpr milliseconds exhaustion_pause{100};

constexpr seconds start_timeout{1};

// The connection that accept() has just returned: libmilter passes it on to mi_start_session() on
// the same thread, inside of a structure that is private to it.
thread_local int accepted = -1;

std::atomic<std::size_t> sessions{0};

// Under load the next connection comes within milliseconds; a burst's threads are gone soon after.
constexpr ThreadPool::Limits pool_limits{.idle = 32, .idle_time = seconds(5)};

// Never destroyed: its threads run until _exit().
ThreadPool& pool() {
  static ThreadPool& made = *new ThreadPool(pool_limits);
  return made;
}

struct Startup {
  std::mutex mutex;
  std::condition_variable changed;
  bool signals_ours = false;
  bool sessions_ours = false;
};
Startup startup;

void note(bool Startup::*step) {
  const std::lock_guard lock(startup.mutex);
  startup.*step = true;
  startup.changed.notify_all();
}

bool wait_readable(int fd, seconds timeout) {
  pollfd entry{fd, POLLIN, 0};
  for (;;) {
    const int ready = ::poll(&entry, 1, static_cast<int>(milliseconds(timeout).count()));
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) return false;
  }
}

// mi_engine() has called the close callback when it comes to an end by itself.
void serve(Context context, int fd) {
  while (mi_engine(context) == more_to_come) {
    Connection* const connection = connection_of(context);
    if (connection != nullptr && !connection->session.in_message()) connection->admission.settle();
    if (wait_readable(fd, connection != nullptr ? idle_timeout : greeting_timeout)) continue;
    forget_connection(context);
    break;
  }
  forget_negotiation(context);
  mi_clr_ctx(context);
}

void log_exhaustion(const char* what, const char* reason) {
  static std::atomic<bool> logged{false};
  if (logged.exchange(true)) return;
  options().engine.sink->write(log::make<log::Id::exhausted>(what, reason));
}

bool full() {
  return options().engine.connection_limit->is_full(sessions);
}

// Takes the connection over in every case; libmilter would give up after 16 failures.
void start_session(Context context, int fd) {
  if (full()) return mi_clr_ctx(context);
  try {
    ++sessions;
    pool().run([context, fd] {
      serve(context, fd);
      --sessions;
    });
  } catch (const std::system_error& error) {
    --sessions;
    mi_clr_ctx(context);
    log_exhaustion("start a thread", error.what());
    std::this_thread::sleep_for(exhaustion_pause);
  }
}

int accept_connection(int fd, sockaddr* address, socklen_t* length) {
  accepted = ::accept4(fd, address, length, SOCK_CLOEXEC);
  if (accepted >= 0) return accepted;
  const int error = errno;
  if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
    log_exhaustion("accept a connection", std::strerror(error));
    std::this_thread::sleep_for(exhaustion_pause);
  }
  errno = error;
  return -1;
}

}  // namespace

bool corrections_in_force() {
  std::unique_lock lock(startup.mutex);
  return startup.changed.wait_for(lock, start_timeout,
                                  [] { return startup.signals_ours && startup.sessions_ours; });
}

void forget_macros_of_mail(Context context) {
  mi_clr_macros(context, static_cast<int>(milter::wire::Stage::mail));
}

}  // namespace dmarc::libmilter

extern "C" {

// In place of libmilter's thread that waits for signals.
int mi_control_startup(char*) {
  using namespace dmarc::libmilter;
  note(&Startup::signals_ours);
  return success;
}

// In place of libmilter's pool of threads.
int mi_pool_controller_init() {
  using namespace dmarc::libmilter;
  note(&Startup::sessions_ours);
  return success;
}

int mi_start_session(smfi_str* context) {
  using namespace dmarc::libmilter;
  start_session(context, accepted);
  return success;
}

// In place of the C library's, which libmilter calls again at once when it fails.
int accept(int fd, sockaddr* address, socklen_t* length) {
  return dmarc::libmilter::accept_connection(fd, address, length);
}

}  // extern "C"
