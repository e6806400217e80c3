#include "daemon/restart.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "daemon/process.h"

namespace dmarc::daemon {
namespace {

using Clock = std::chrono::steady_clock;

// A filter that dies at once is not restarted at once: that would be a busy loop.
constexpr std::chrono::seconds short_life{1};

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD})
    sigaddset(&set, number);
  return set;
}

void set_child_signal(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  ::sigprocmask(how, &set, nullptr);
}

/// One filter after the other.
class Parent {
 public:
  Parent(const config::RestartLimits& limits, const std::string& pid_file, log::Sink& log)
      : log_(log), budget_(limits), pid_file_(std::in_place, pid_file, log) {}

  /// In the child: true. In the parent: when the child has died, after what is due then.
  tl::expected<bool, FatalError> run_one() {
    const auto started = Clock::now();
    child_ = ::fork();
    if (child_ < 0) return tl::unexpected(fatal_error(EX_OSERR, "fork()", errno));
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      set_child_signal(SIG_UNBLOCK);
      return true;
    }
    conclude(wait_for_end());
    if (Clock::now() - started < short_life) pause();
    first_ = false;
    return false;
  }

 private:
  /// The status of waitpid(2). Signals are handed on meanwhile.
  int wait_for_end() {
    const sigset_t set = awaited_signals();
    for (;;) {
      int status = 0;
      if (::waitpid(child_, &status, WNOHANG) == child_) return status;
      const int number = ::sigwaitinfo(&set, nullptr);
      if (number == SIGTERM || number == SIGINT) {
        stopping_ = true;
        ::kill(child_, SIGTERM);
      } else if (number == SIGHUP || number == SIGUSR1) {
        ::kill(child_, SIGHUP);
      } else if (number == SIGUSR2) {
        ::kill(child_, SIGUSR2);
      }
    }
  }

  /// Returns when the filter is to be started again.
  void conclude(int status) {
    if (WIFEXITED(status)) {
      const std::string code = std::to_string(WEXITSTATUS(status));
      const bool start_failed =
          first_ && WEXITSTATUS(status) >= EX__BASE && WEXITSTATUS(status) <= EX__MAX;
      if (stopping_ || WEXITSTATUS(status) == EX_OK || start_failed) {
        if (WEXITSTATUS(status) != EX_OK) log_.write(log::make<log::Id::child_ended>(code));
        leave(WEXITSTATUS(status));
      }
      log_.write(log::make<log::Id::child_exited>(code));
    } else {
      if (stopping_) leave(EX_OK);
      log_.write(log::make<log::Id::child_killed>(WTERMSIG(status)));
    }
    if (const auto limit = budget_.take(Clock::now())) {
      log_.write(*limit == log::Id::restart_count ? log::make<log::Id::restart_count>()
                                                  : log::make<log::Id::restart_rate>());
      leave(EX_UNAVAILABLE);
    }
  }

  void pause() {
    const timespec time{std::chrono::seconds(short_life).count(), 0};
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT})
      sigaddset(&set, number);
    if (::sigtimedwait(&set, nullptr, &time) > 0) leave(EX_OK);
  }

  [[noreturn]] void leave(int status) {
    pid_file_.reset();
    ::_exit(status);
  }

  log::Sink& log_;
  RestartBudget budget_;
  std::optional<PidFile> pid_file_;
  pid_t child_ = -1;
  bool first_ = true;
  bool stopping_ = false;
};

}  // namespace

std::optional<log::Id> RestartBudget::take(Clock::time_point now) {
  if (limits_.count > 0 && taken_.size() >= limits_.count) return log::Id::restart_count;
  if (limits_.rate) {
    const auto recent = [&](Clock::time_point when) { return now - when < limits_.rate->period; };
    const auto count = static_cast<std::size_t>(std::ranges::count_if(taken_, recent));
    if (count >= limits_.rate->restarts) return log::Id::restart_rate;
  }
  taken_.push_back(now);
  const std::size_t kept =
      std::max<std::size_t>(limits_.count, limits_.rate ? limits_.rate->restarts : 0);
  if (taken_.size() > kept) taken_.pop_front();
  return std::nullopt;
}

tl::expected<void, FatalError> restart_when_it_dies(const config::RestartLimits& limits,
                                                    const std::string& pid_file, log::Sink& log) {
  set_child_signal(SIG_BLOCK);
  // Not destroyed in the child: the pid file is the parent's.
  auto* const parent = new Parent(limits, pid_file, log);
  for (;;) {
    const auto is_child = parent->run_one();
    if (!is_child) return tl::unexpected(is_child.error());
    if (*is_child) return {};
  }
}

}  // namespace dmarc::daemon
