#include "daemon/system_log.h"

#include <syslog.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <utility>
#include <vector>

#include "base/read_file.h"

namespace dmarc::daemon {
namespace {

constexpr std::chrono::seconds look_interval{1};

/// "Nov 23 10:00:00", in the time zone of the system as syslog(3) has it.
std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, sizeof "Nov 23 10:00:00"> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%b %e %T", ::localtime_r(&now, &parts));
  return {text.data(), length};
}

}  // namespace

SystemLog::SystemLog(std::string name, std::string path)
    : name_(std::move(name)),
      socket_(std::move(path)),
      syslog_lines_([this](auto lines) { return socket_.send(lines); },
                    [this](const log::Event& event) { return syslog_line(event); }),
      stderr_lines_([this](auto lines) { return stderr_.send(lines); },
                    [this](const log::Event& event) { return stderr_line(event); }) {}

void SystemLog::configure(bool syslog, int facility, bool foreground) {
  facility_ = facility;
  foreground_ = foreground;
  syslog_ = syslog;
  if (!syslog) return;
  const std::lock_guard lock(mutex_);
  if (!socket_.is_connected()) socket_.connect();
  looked_ = Clock::now();
  note_socket();
}

void SystemLog::write_all(std::span<const log::Event> events) {
  if (!syslog_) {
    if (!foreground_) return;
    const std::lock_guard lock(mutex_);
    return put_on_stderr(events);
  }
  std::vector<std::string> lines;
  lines.reserve(events.size());
  for (const log::Event& event : events)
    lines.push_back(syslog_line(event));
  const std::lock_guard lock(mutex_);
  look_for_socket();
  if (!socket_.is_connected() && foreground_) return put_on_stderr(events);
  syslog_lines_.put(std::move(lines));
  note_socket();
}

void SystemLog::retry() {
  const std::lock_guard lock(mutex_);
  stderr_lines_.flush();
  if (!syslog_) return;
  look_for_socket();
  syslog_lines_.flush();
  note_socket();
}

void SystemLog::close() {
  retry();
  const std::lock_guard lock(mutex_);
  const std::size_t lost = syslog_lines_.waiting();
  if (lost == 0 || !foreground_) return;
  const std::array last{log::make<log::Id::log_lines_lost>(lost)};
  put_on_stderr(last);
}

void SystemLog::look_for_socket() {
  if (socket_.is_connected() || Clock::now() - looked_ < look_interval) return;
  looked_ = Clock::now();
  socket_.connect();
  note_socket();
}

/// Tells on stderr, and where the lines go from now on, that the socket has gone or come.
void SystemLog::note_socket() {
  if (missing_ == !socket_.is_connected()) return;
  missing_ = !missing_;
  if (!foreground_) return;
  if (missing_) {
    const std::array event{
        log::make<log::Id::log_socket_missing>(socket_.path(), base::error_text(socket_.error()))};
    return put_on_stderr(event);
  }
  const std::array event{log::make<log::Id::log_socket_found>(socket_.path())};
  put_on_stderr(event);
}

void SystemLog::put_on_stderr(std::span<const log::Event> events) {
  std::vector<std::string> lines;
  for (const log::Event& event : events) {
    if (stderr_.is_journal() || event.priority() != log::Priority::debug)
      lines.push_back(stderr_line(event));
  }
  stderr_lines_.put(std::move(lines));
}

/// <facility + priority>date name[pid]: text, as syslog(3) with LOG_PID writes it.
std::string SystemLog::syslog_line(const log::Event& event) const {
  std::string line = '<' + std::to_string(facility_ | static_cast<int>(event.priority())) + '>';
  line += local_time() + ' ' + name_ + '[' + std::to_string(::getpid()) + "]: ";
  event.append_text(line);
  return line;
}

std::string SystemLog::stderr_line(const log::Event& event) const {
  std::string line = stderr_.is_journal()
                         ? "<" + std::to_string(static_cast<int>(event.priority())) + ">"
                         : name_ + ": ";
  event.append_text(line);
  return line += '\n';
}

}  // namespace dmarc::daemon
