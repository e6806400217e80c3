#include "daemon/report_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "sending/command.h"

namespace dmarc::daemon {
namespace {

// For one message, handed to a program on this host.
constexpr std::chrono::seconds time_limit{60};

/// `dmarcctl submit`, with the recipients as its arguments.
class SubmitTransport final : public sending::Transport {
 public:
  explicit SubmitTransport(std::vector<std::string> words) : words_(std::move(words)) {}

  sending::Outcome send(const sending::Envelope& envelope, std::string_view message,
                        const Commit& commit) override {
    std::vector<std::string> words = words_;
    words.insert(words.end(), envelope.recipients.begin(), envelope.recipients.end());
    return sending::CommandTransport(std::move(words), time_limit).send(envelope, message, commit);
  }

 private:
  std::vector<std::string> words_;
};

/// It is installed beside this program.
std::string dmarcctl() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "/usr/sbin/dmarcctl" : self.parent_path() / "dmarcctl";
}

using sending::Envelope;
using sending::Outcome;
using sending::Transport;

// The conversation: a frame is a length and that many octets. A request has three, the
// reverse-path, the recipients in lines and the message; the reply has one, the outcome's state and
// its answer.
using Length = std::uint32_t;

bool write_all(int socket, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t size = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EINTR) return false;
    if (size > 0) octets.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

bool read_all(int socket, char* octets, std::size_t count) {
  while (count > 0) {
    const ssize_t size = ::recv(socket, octets, count, 0);
    if (size == 0 || (size < 0 && errno != EINTR)) return false;
    if (size > 0) {
      octets += size;
      count -= static_cast<std::size_t>(size);
    }
  }
  return true;
}

bool write_frame(int socket, std::string_view octets) {
  const auto length = static_cast<Length>(octets.size());
  std::array<char, sizeof length> prefix{};
  std::memcpy(prefix.data(), &length, sizeof length);
  return write_all(socket, {prefix.data(), prefix.size()}) && write_all(socket, octets);
}

std::optional<std::string> read_frame(int socket) {
  Length length = 0;
  if (!read_all(socket, reinterpret_cast<char*>(&length), sizeof length) ||
      length > ReportProcess::max_frame)
    return std::nullopt;
  std::string octets(length, '\0');
  if (!read_all(socket, octets.data(), octets.size())) return std::nullopt;
  return octets;
}

std::string lines_of(const std::vector<std::string>& texts) {
  std::string lines;
  for (const std::string& text : texts)
    lines.append(lines.empty() ? "" : "\n").append(text);
  return lines;
}

std::vector<std::string> texts_of(std::string_view lines) {
  const auto parts = base::split(lines, '\n');
  return {parts.begin(), parts.end()};
}

Outcome gone() {
  return {Outcome::State::later, "the process that sends reports has ended"};
}

/// In the new process: closes everything of the filter's but the socket.
int keep_only(int socket) {
  constexpr int kept = STDERR_FILENO + 1;
  const int null = ::open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::dup2(null, fd);
  if (socket != kept) ::dup2(socket, kept);
  ::fcntl(kept, F_SETFD, FD_CLOEXEC);
  ::close_range(kept + 1, ~0U, 0);
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_NAME, "dmarcd-reports");
  return kept;
}

[[noreturn]] void serve(int socket, Transport& transport) {
  for (;;) {
    const auto sender = read_frame(socket);
    const auto recipients = sender ? read_frame(socket) : std::nullopt;
    const auto message = recipients ? read_frame(socket) : std::nullopt;
    if (!message) ::_exit(EX_OK);
    const Outcome outcome = transport.send({*sender, texts_of(*recipients)}, *message);
    const char state = static_cast<char>('0' + static_cast<int>(outcome.state));
    if (!write_frame(socket, state + outcome.answer)) ::_exit(EX_OK);
  }
}

std::optional<Outcome> outcome_of(std::string_view answer) {
  if (answer.empty() || answer.front() < '0' || answer.front() > '2') return std::nullopt;
  return Outcome{static_cast<Outcome::State>(answer.front() - '0'), std::string(answer.substr(1))};
}

}  // namespace

std::unique_ptr<sending::Transport> report_command(const config::Configuration& configuration,
                                                   const std::string& configuration_path) {
  if (configuration.failure_reports.by_command)
    return std::make_unique<sending::CommandTransport>(configuration.submission.command,
                                                       time_limit);
  const std::string path = configuration_path.empty() ? "/dev/null" : configuration_path;
  return std::make_unique<SubmitTransport>(
      std::vector<std::string>{dmarcctl(), "submit", "--config", path, "--"});
}

tl::expected<std::shared_ptr<ReportProcess>, FatalError> ReportProcess::start(
    std::unique_ptr<sending::Transport> transport) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return tl::unexpected(fatal_error(EX_OSERR, "socketpair()", errno));
  base::UniqueFd filter(ends[0]);
  const base::UniqueFd process(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return tl::unexpected(fatal_error(EX_OSERR, "fork()", errno));
  if (pid == 0) serve(keep_only(process.get()), *transport);
  return std::shared_ptr<ReportProcess>(new ReportProcess(std::move(filter)));
}

Outcome ReportProcess::send(const Envelope& envelope, std::string_view message,
                            const Commit& commit) {
  if (message.size() > max_frame) return {Outcome::State::failed, "a message too large"};
  if (!commit()) return {Outcome::State::later, "called off"};
  const int socket = socket_.get();
  const bool asked = write_frame(socket, envelope.sender) &&
                     write_frame(socket, lines_of(envelope.recipients)) &&
                     write_frame(socket, message);
  const auto answer = asked ? read_frame(socket) : std::nullopt;
  return answer ? outcome_of(*answer).value_or(gone()) : gone();
}

}  // namespace dmarc::daemon
