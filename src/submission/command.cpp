#include "submission/command.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <optional>

#include "base/ascii.h"
#include "base/read_file.h"
#include "base/unique_fd.h"

namespace dmarc::submission {
namespace {

using Clock = std::chrono::steady_clock;

Outcome failed(std::string answer) {
  return {Outcome::State::failed, std::move(answer)};
}
Outcome later(std::string answer) {
  return {Outcome::State::later, std::move(answer)};
}

/// Nothing but the descriptors 0 to 2, no blocked or ignored signals.
int spawn(const std::vector<std::string>& words, int socket, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_adddup2(&files, socket, standard);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  for (std::string& word : copies)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 2> environment{path.data(), nullptr};
  const int error = ::posix_spawn(&pid, words.front().c_str(), &files, &attributes,
                                  arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

/// False when the time is over.
bool wait_for(int fd, short events, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd one{.fd = fd, .events = events, .revents = 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

/// Writes the message and reads what the program says, side by side: a program that says much
/// before it has read everything can't block.
class Exchange {
 public:
  Exchange(int socket, std::string_view message, Clock::time_point deadline)
      : socket_(socket), rest_(message), deadline_(deadline) {}

  /// Until the program has closed its end. False when the time is over.
  bool run() {
    if (rest_.empty()) ::shutdown(socket_, SHUT_WR);
    while (is_open_) {
      const short events = static_cast<short>(rest_.empty() ? POLLIN : POLLIN | POLLOUT);
      if (!wait_for(socket_, events, deadline_)) return false;
      write();
      read();
    }
    return true;
  }

  const std::string& output() const { return output_; }

 private:
  void write() {
    if (rest_.empty()) return;
    const ssize_t sent = ::send(socket_, rest_.data(), rest_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) rest_.remove_prefix(static_cast<std::size_t>(sent));
    // A program that reads no further may still say why.
    if (sent < 0 && errno != EAGAIN && errno != EINTR) rest_ = {};
    if (rest_.empty()) ::shutdown(socket_, SHUT_WR);
  }

  void read() {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) is_open_ = false;
    if (size <= 0) return;
    const std::size_t room = max_command_output - output_.size();
    output_.append(buffer.data(), std::min(static_cast<std::size_t>(size), room));
  }

  int socket_;
  std::string_view rest_;
  Clock::time_point deadline_;
  bool is_open_ = true;
  std::string output_;
};

/// The exit status; nothing when it had to be killed, or was.
std::optional<int> reap(pid_t pid, bool kill_it) {
  if (kill_it) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status)) return std::nullopt;
  return WEXITSTATUS(status);
}

std::string with_line_feeds(std::string_view message) {
  std::string text;
  text.reserve(message.size());
  std::copy_if(message.begin(), message.end(), std::back_inserter(text),
               [](char c) { return c != '\r'; });
  return text;
}

std::string one_line(std::string_view output) {
  const std::string_view line = base::trim(output);
  return base::printable(line.substr(0, line.find('\n')));
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> split_command(std::string_view text) {
  constexpr std::string_view shell = "|&;<>()$`*?[]#~\n";
  std::vector<std::string> words;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == ' ' || c == '\t')) {
      in_word = false;
    } else if (quote == '\0' && shell.find(c) != std::string_view::npos) {
      return tl::unexpected("'" + std::string(1, c) + "' means nothing here: there is no shell");
    } else {
      if (!in_word) words.emplace_back();
      in_word = true;
      if (quote == '\0' && (c == '\'' || c == '"'))
        quote = c;
      else if (c == '\\' && quote != '\'' && i + 1 < text.size())
        words.back() += text[++i];
      else
        words.back() += c;
    }
  }
  if (quote != '\0') return tl::unexpected(std::string("a quote without its end"));
  if (words.empty()) return tl::unexpected(std::string("no command"));
  if (!words.front().starts_with('/'))
    return tl::unexpected(std::string("the program's full path expected"));
  return words;
}

Outcome CommandTransport::send(const Envelope&, std::string_view message, const Commit& commit) {
  if (!commit()) return later("called off");
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return later(base::error_text(errno));
  const base::UniqueFd ours(pair[0]);
  base::UniqueFd theirs(pair[1]);
  pid_t pid = 0;
  if (const int error = spawn(words_, theirs.get(), pid); error != 0)
    return failed(words_.front() + ": " + base::error_text(error));
  theirs.reset();
  const std::string text = with_line_feeds(message);
  Exchange exchange(ours.get(), text, Clock::now() + time_limit_);
  const bool in_time = exchange.run();
  const auto status = reap(pid, !in_time);
  const std::string said = one_line(exchange.output());
  const std::string tail = said.empty() ? "" : ": " + said;
  if (!in_time) return later(words_.front() + " took too long" + tail);
  if (!status) return later(words_.front() + " was killed" + tail);
  if (*status == EX_OK) return {Outcome::State::sent, said};
  const std::string answer =
      words_.front() + " ended with status " + std::to_string(*status) + tail;
  return *status == EX_TEMPFAIL ? later(answer) : failed(answer);
}

}  // namespace dmarc::submission
