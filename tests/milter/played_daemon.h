// One worker of the native engine with all it works with, on a clock that moves on command.
//
//   PlayedDaemon daemon(resolver);
//   base::UniqueFd socket = daemon.connect();
//   daemon.poll();                              // what is ready now, and no more
//   daemon.advance(5s);
//
// Threads: one. A check that does not hold throws Broken.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "filter/environment.h"
#include "io/listener.h"
#include "milter/native_engine.h"
#include "support/log_capture.h"
#include "support/manual_clock.h"
#include "support/temporary_folder.h"

namespace dmarc::test {

/// At most so many connections, one of them beyond what the daemon admits.
inline constexpr std::size_t most_clients = 6;
/// What a message may wait for the DNS.
inline constexpr std::chrono::milliseconds dns_timeout{5000};

class Broken : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void expect(bool holds, const std::string& what) {
  if (!holds) throw Broken(what);
}

class PlayedDaemon {
 public:
  explicit PlayedDaemon(std::shared_ptr<dns::AsyncResolver> resolver)
      : resolver_(std::move(resolver)) {
    reload(policy::TempErrorAction::enforced);
    shared_.options = {.environment = [this] { return environment_; },
                       .connection_limit = &connection_limit_,
                       .sink = &log_};
    shared_.listener = listener_.fd();
    worker_.emplace(shared_, loop_);
  }

  void reload(policy::TempErrorAction action) {
    policy::Settings settings;
    settings.authserv_id = "mx";
    settings.reject_failures = true;
    settings.spf_self_validate = true;
    settings.spf_ignore_results = true;
    settings.temp_error_action = action;
    auto made = std::make_shared<filter::Environment>();
    made->settings = std::make_shared<const policy::Settings>(std::move(settings));
    made->resolver = resolver_;
    made->lookup_limits.timeout = dns_timeout;
    made->sink = &log_;
    environments_.push_back(made);
    environment_ = std::move(made);
  }

  void stop() {
    shared_.accepting = false;
    worker_->stop_accepting();
  }
  bool is_stopped() const { return !shared_.accepting; }

  void poll() { loop_.poll(); }
  void advance(io::Time::duration time) { clock_.advance(time); }
  /// To the moment when the next timer is due.
  void advance_to_timer() {
    if (const auto next = loop_.next_timer(); next && *next > clock_.now()) clock_.set(*next);
  }
  io::Time now() const { return clock_.now(); }

  base::UniqueFd connect() const {
    base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_un address{AF_UNIX, {}};
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      socket.reset();
    return socket;
  }

  void expect_nothing_left() {
    expect(shared_.sockets == 0, std::to_string(shared_.sockets) + " sockets are left");
    expect(connection_limit_.connections() == 0, "connections are counted that are not there");
    expect(connection_limit_.messages() == 0, "messages are counted that are not there");
    expect(!loop_.next_timer(), "a timer is left");
    environment_.reset();
    for (const auto& environment : environments_)
      expect(environment.expired(), "a session is left that holds its environment");
  }

 private:
  TemporaryFolder folder_;
  const std::string path_ = folder_.path("socket");
  std::shared_ptr<dns::AsyncResolver> resolver_;
  LogCapture log_;
  filter::ConnectionLimit connection_limit_{most_clients - 1, log_};
  std::shared_ptr<const filter::Environment> environment_;
  std::vector<std::weak_ptr<const filter::Environment>> environments_;
  io::Listener listener_ = *io::Listener::open(*io::parse_socket_spec(path_));
  ManualClock clock_;
  io::EventLoop loop_{clock_};
  milter::NativeWorker::Shared shared_;
  std::optional<milter::NativeWorker> worker_;
};

}  // namespace dmarc::test
