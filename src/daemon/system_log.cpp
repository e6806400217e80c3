#include "daemon/system_log.h"

#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace dmarc::daemon {
namespace {

// systemd.exec(5): $JOURNAL_STREAM holds device and inode of the stream when the journal reads it.
bool stderr_is_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

}  // namespace

SystemLog::SystemLog(std::string name)
    : name_(std::move(name)), journal_(stderr_is_journal()), socket_(name_) {}

SystemLog::~SystemLog() {
  ::closelog();
}

void SystemLog::configure(bool syslog, int facility, bool foreground) {
  facility_ = facility;
  if (syslog) {
    ::openlog(name_.c_str(), LOG_PID | LOG_NDELAY, facility);
    socket_.connect();
  }
  syslog_ = syslog;
  stderr_ = foreground && !syslog;
}

void SystemLog::write_all(std::span<const log::Event> events) {
  if (syslog_) return write_to_syslog(events);
  if (!stderr_) return;
  for (const log::Event& event : events)
    write_to_stderr(event);
}

// syslog(3) knows what to do where the log does not take datagrams.
void SystemLog::write_to_syslog(std::span<const log::Event> events) const {
  for (const log::Event& event : events.subspan(socket_.write(events, facility_)))
    ::syslog(static_cast<int>(event.priority()), "%s", event.text().c_str());
}

// One write for each line, so that lines of several threads do not mix.
void SystemLog::write_to_stderr(const log::Event& event) const {
  if (!journal_ && event.priority() == log::Priority::debug) return;
  std::string line;
  if (journal_) {
    line = "<" + std::to_string(static_cast<int>(event.priority())) + ">";
  } else {
    line = name_ + ": ";
  }
  event.append_text(line);
  line += '\n';
  // There is nowhere to tell that the log can't be written.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace dmarc::daemon
