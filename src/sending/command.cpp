#include "sending/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
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

namespace dmarc::sending {
namespace {

using Clock = std::chrono::steady_clock;

Outcome failed(std::string answer) {
  return {Outcome::State::failed, std::move(answer)};
}
Outcome later(std::string answer) {
  return {Outcome::State::later, std::move(answer)};
}

/// Nothing but the descriptors 0 to 2, no blocked or ignored signals.
int spawn(const std::vector<std::string>& words, int input, int output, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
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
bool wait_for(int fd, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

/// What the program writes until it closes its output, cut to the limit; nothing after the
/// deadline.
std::optional<std::string> read_output(int fd, Clock::time_point deadline) {
  std::string output;
  while (wait_for(fd, deadline)) {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size == 0 || (size < 0 && errno != EINTR)) return output;
    if (size > 0) {
      const std::size_t room = max_command_output - output.size();
      output.append(buffer.data(), std::min(static_cast<std::size_t>(size), room));
    }
  }
  return std::nullopt;
}

/// The message in a file without a name, to be read from its begin. So a program gets all of it or
/// nothing: were it written to a pipe, what arrived before this process died would be mailed.
base::UniqueFd as_file(std::string_view message) {
  base::UniqueFd file(::memfd_create("message", MFD_CLOEXEC));
  if (!file) return file;
  std::string text;
  text.reserve(message.size());
  std::copy_if(message.begin(), message.end(), std::back_inserter(text),
               [](char c) { return c != '\r'; });
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t size = ::write(file.get(), rest.data(), rest.size());
    if (size < 0 && errno != EINTR) return base::UniqueFd();
    if (size > 0) rest.remove_prefix(static_cast<std::size_t>(size));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// The exit status; nothing when it had to be killed, or was.
std::optional<int> reap(pid_t pid, bool kill_it) {
  if (kill_it) ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status)) return std::nullopt;
  return WEXITSTATUS(status);
}

std::string one_line(std::string_view output) {
  const std::string_view line = base::trim(output);
  return base::printable(line.substr(0, line.find('\n')));
}

/// A program called sendmail is told the reverse-path, unless the command has one of its own: by
/// default it would be that of the user who runs this process, who would get the bounces.
std::vector<std::string> with_sender(std::vector<std::string> words, const std::string& sender) {
  const bool is_sendmail = words.front().ends_with("/sendmail");
  const bool has_sender = std::any_of(words.begin() + 1, words.end(), [](const std::string& word) {
    return word.starts_with("-f") || word.starts_with("-r");
  });
  if (is_sendmail && !has_sender) words.insert(words.end(), {"-f", sender.empty() ? "<>" : sender});
  return words;
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

Outcome CommandTransport::send(const Envelope& envelope, std::string_view message,
                               const Commit& commit) {
  const base::UniqueFd input = as_file(message);
  std::array<int, 2> pipe{};
  if (!input || ::pipe2(pipe.data(), O_CLOEXEC) != 0) return later(base::error_text(errno));
  const base::UniqueFd reader(pipe[0]);
  base::UniqueFd writer(pipe[1]);
  if (!commit()) return later("called off");
  pid_t pid = 0;
  const auto words = with_sender(words_, envelope.sender);
  if (const int error = spawn(words, input.get(), writer.get(), pid); error != 0)
    return failed(words.front() + ": " + base::error_text(error));
  writer.reset();
  const auto output = read_output(reader.get(), Clock::now() + time_limit_);
  const auto status = reap(pid, !output);
  const std::string said = one_line(output.value_or(""));
  const std::string tail = said.empty() ? "" : ": " + said;
  if (!output) return later(words.front() + " took too long");
  if (!status) return later(words.front() + " was killed" + tail);
  if (*status == EX_OK) return {Outcome::State::sent, said};
  const std::string answer = words.front() + " ended with status " + std::to_string(*status) + tail;
  return *status == EX_TEMPFAIL ? later(answer) : failed(answer);
}

}  // namespace dmarc::sending
