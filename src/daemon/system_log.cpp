#include "daemon/system_log.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

namespace dmarc::daemon {
namespace {

/// "Nov 23 10:00:00", in the time zone of the system as syslog(3) has it.
std::string local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, sizeof "Nov 23 10:00:00"> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%b %e %T", ::localtime_r(&now, &parts));
  return {text.data(), length};
}

std::vector<mmsghdr> datagrams(std::span<iovec> texts) {
  std::vector<mmsghdr> result(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    result[i].msg_hdr.msg_iov = &texts[i];
    result[i].msg_hdr.msg_iovlen = 1;
  }
  return result;
}

// systemd.exec(5): $JOURNAL_STREAM holds device and inode of the stream when the journal reads it.
bool stderr_is_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

}  // namespace

SyslogSocket::SyslogSocket(std::string name, std::string path)
    : name_(std::move(name)),
      path_(std::move(path)),
      socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}

bool SyslogSocket::connect() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return false;
  std::ranges::copy(path_, address.sun_path);
  return ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::size_t SyslogSocket::write(std::span<const log::Event> events, int facility) const {
  const std::string head = local_time() + ' ' + name_ + '[' + std::to_string(::getpid()) + "]: ";
  std::vector<std::string> lines;
  std::vector<iovec> texts;
  lines.reserve(events.size());
  for (const log::Event& event : events) {
    const int priority = facility | static_cast<int>(event.priority());
    std::string& line = lines.emplace_back('<' + std::to_string(priority) + '>');
    line += head;
    event.append_text(line);
    texts.push_back({line.data(), line.size()});
  }
  std::vector<mmsghdr> messages = datagrams(texts);
  std::size_t written = send(messages);
  if (written < events.size() && connect()) written += send(std::span(messages).subspan(written));
  return written;
}

/// The number that was sent until the first failure.
std::size_t SyslogSocket::send(std::span<mmsghdr> messages) const {
  std::size_t sent = 0;
  while (sent < messages.size()) {
    const auto left = static_cast<unsigned>(messages.size() - sent);
    const int count = ::sendmmsg(socket_.get(), &messages[sent], left, MSG_NOSIGNAL);
    if (count > 0) sent += static_cast<std::size_t>(count);
    if (count <= 0 && errno != EINTR) break;
  }
  return sent;
}

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

// syslog(3) takes over where the log does not take datagrams.
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
  // There is nowhere to report that the log can't be written.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace dmarc::daemon
