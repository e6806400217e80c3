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

SystemLog::SystemLog(std::string name) : name_(std::move(name)), journal_(stderr_is_journal()) {}

SystemLog::~SystemLog() {
  ::closelog();
}

void SystemLog::configure(bool syslog, int facility, bool foreground) {
  if (syslog) ::openlog(name_.c_str(), LOG_PID | LOG_NDELAY, facility);
  syslog_ = syslog;
  stderr_ = foreground && !syslog;
}

void SystemLog::write(const log::Event& event) {
  if (syslog_) {
    ::syslog(static_cast<int>(event.priority), "%s", event.text.c_str());
  } else if (stderr_) {
    write_to_stderr(event);
  }
}

// One write for each line, so that lines of several threads do not mix.
void SystemLog::write_to_stderr(const log::Event& event) const {
  if (!journal_ && event.priority == log::Priority::debug) return;
  std::string line;
  if (journal_) {
    line = "<" + std::to_string(static_cast<int>(event.priority)) + ">";
  } else {
    line = name_ + ": ";
  }
  line += event.text;
  line += '\n';
  // There is nowhere to tell that the log can't be written.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace dmarc::daemon
