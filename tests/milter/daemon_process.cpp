#include "daemon_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "milter/client/stream.h"
#include "support/data.h"

namespace dmarc::test {
namespace {

// How long after a refused connection the next is tried.
constexpr int retry_milliseconds = 10;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what);
}

/// An address of loopback that is ours alone, because it holds our process id: tests that run at
/// the same time can't take each other's port between its choice and the daemon's start.
in_addr own_loopback() {
  constexpr in_addr_t host_part = 0xffffff;
  return {htonl(in_addr_t{IN_LOOPBACKNET} << IN_CLASSA_NSHIFT |
                (static_cast<in_addr_t>(::getpid()) & host_part))};
}

/// A TCP port of that address that nobody uses at this moment.
std::uint16_t free_port() {
  const base::UniqueFd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr = own_loopback();
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(probe.get(), generic, size) != 0 || ::getsockname(probe.get(), generic, &size) != 0)
    fail("no free port on loopback");
  return ntohs(address.sin_port);
}

std::string without_program_name(const std::string& line) {
  constexpr std::string_view name = "dmarcd: ";
  return line.starts_with(name) ? line.substr(name.size()) : line;
}

/// The child's part between fork and exec: only what is safe there.
[[noreturn]] void become_daemon(const std::array<const char*, 7>& arguments, int error_output,
                                std::size_t descriptors) {
  const rlimit limit{descriptors, descriptors};
  if (descriptors != 0) ::setrlimit(RLIMIT_NOFILE, &limit);
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(nothing, STDOUT_FILENO);
  ::dup2(error_output, STDERR_FILENO);
  ::execv(arguments[0], const_cast<char* const*>(arguments.data()));
  ::_exit(127);
}

}  // namespace

std::string_view name_of(Transport transport) {
  return transport == Transport::inet ? "inet" : "unix";
}

std::string_view name_of(Engine engine) {
  return engine == Engine::native ? "native" : "libmilter";
}

std::optional<Engine> engine_named(std::string_view name) {
  for (const Engine engine : engines)
    if (name == name_of(engine)) return engine;
  return std::nullopt;
}

DaemonProcess::DaemonProcess(const std::string& configuration, Engine engine, Transport transport,
                             const std::string& folder, std::size_t descriptors) {
  const std::string path = folder + "/dmarcd.conf";
  std::ofstream(path) << "MilterEngine " << name_of(engine) << "\n" << configuration;
  const std::string socket = transport == Transport::inet ? "inet:" + std::to_string(free_port()) +
                                                                "@" + ::inet_ntoa(own_loopback())
                                                          : "local:" + folder + "/dmarcd.sock";
  socket_ = *io::parse_socket_to_connect(socket);
  start(path, socket, descriptors);
  await_socket();
}

DaemonProcess::~DaemonProcess() {
  if (pid_ > 0 && !has_ended()) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status_, 0);
  }
  if (collector_.joinable()) collector_.join();
}

void DaemonProcess::start(const std::string& configuration_path, const std::string& socket,
                          std::size_t descriptors) {
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("no pipe for the daemon's log");
  stderr_.reset(ends[0]);
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) fail("the pipe of the daemon's log can block");
  const base::UniqueFd write_end(ends[1]);
  const std::string program = test::program_folder() + "/dmarcd";
  const std::array<const char*, 7> arguments{
      program.c_str(), "-f", "-c", configuration_path.c_str(), "-p", socket.c_str(), nullptr};
  pid_ = ::fork();
  if (pid_ < 0) fail("fork failed");
  if (pid_ == 0) become_daemon(arguments, write_end.get(), descriptors);
  collector_ = std::thread([this] { collect_log(); });
}

void DaemonProcess::collect_log() {
  for (bool open = true; open;) {
    pollfd readable{stderr_.get(), POLLIN, 0};
    if (::poll(&readable, 1, -1) < 0) continue;
    const std::lock_guard lock(mutex_);
    open = take_log();
    more_.notify_all();
  }
}

/// Everything that the daemon has written by now; false at its end. The lock is held.
bool DaemonProcess::take_log() const {
  std::array<char, 8192> buffer;
  for (;;) {
    const ssize_t got = ::read(stderr_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 && errno == EAGAIN;
    pending_.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end; (end = pending_.find('\n')) != std::string::npos;) {
      log_.push_back(without_program_name(pending_.substr(0, end)));
      pending_.erase(0, end + 1);
    }
  }
}

void DaemonProcess::await_socket() {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!milter::client::connect_to(socket_, patience)) {
    if (has_ended()) fail("the daemon did not start:\n" + last_words());
    if (std::chrono::steady_clock::now() > deadline)
      fail("the daemon does not listen:\n" + last_words());
    ::poll(nullptr, 0, retry_milliseconds);
  }
}

bool DaemonProcess::has_ended() {
  if (pid_ <= 0) return true;
  if (::waitpid(pid_, &status_, WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

void DaemonProcess::stop() {
  if (has_ended()) fail("the daemon ended by itself:\n" + last_words());
  const base::UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  ::kill(pid_, SIGTERM);
  pollfd ended{process.get(), POLLIN, 0};
  const auto limit = std::chrono::milliseconds(patience).count();
  if (::poll(&ended, 1, static_cast<int>(limit)) != 1)
    fail("the daemon does not stop:\n" + last_words());
  ::waitpid(pid_, &status_, 0);
  pid_ = -1;
  collector_.join();
  if (!WIFEXITED(status_) || WEXITSTATUS(status_) != 0)
    fail("the daemon ended with wait status " + std::to_string(status_) + ":\n" + last_words());
  // Whatever a test makes the daemon do belongs to its work.
  for (const std::string& line : log_)
    if (line.starts_with("refused the system call")) fail(line);
}

std::size_t DaemonProcess::log_size() const {
  const std::lock_guard lock(mutex_);
  take_log();
  return log_.size();
}

std::vector<std::string> DaemonProcess::log_since(std::size_t place) const {
  const std::lock_guard lock(mutex_);
  take_log();
  return {log_.begin() + static_cast<std::ptrdiff_t>(place), log_.end()};
}

bool DaemonProcess::wait_for_log(std::size_t place,
                                 const std::function<bool(const std::string&)>& wanted) const {
  std::unique_lock lock(mutex_);
  return more_.wait_for(lock, patience, [&] {
    for (; place < log_.size(); ++place)
      if (wanted(log_[place])) return true;
    return false;
  });
}

std::string DaemonProcess::last_words() const {
  constexpr std::size_t shown = 60;
  const std::lock_guard lock(mutex_);
  std::string text;
  for (std::size_t i = log_.size() > shown ? log_.size() - shown : 0; i < log_.size(); ++i)
    text += "    " + log_[i] + "\n";
  return text;
}

std::size_t DaemonProcess::resident_kib() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; status >> word;)
    if (std::size_t kib = 0; word == "VmRSS:" && status >> kib) return kib;
  fail("the daemon's memory can't be read");
}

std::size_t DaemonProcess::open_files() const {
  return entries_of("fd");
}

std::size_t DaemonProcess::threads() const {
  return entries_of("task");
}

std::size_t DaemonProcess::entries_of(const char* folder) const {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid_) + "/" + folder);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace dmarc::test
