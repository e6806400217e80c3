// What a confined process can't do any more: a child confines itself, and tries.

#include "sandbox/confinement.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "base/ascii.h"
#include "base/read_file.h"
#include "base/unique_fd.h"
#include "support/log_capture.h"
#include "support/temporary_folder.h"

namespace dmarc::sandbox {
namespace {

/// What came of each attempt: an errno, 0 for success.
using Outcomes = std::map<std::string, int>;

struct Report {
  Outcomes outcomes;
  std::vector<std::string> log;
  std::string status;  ///< /proc/PID/status of the confined process
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
  base::UniqueFd reader;
  base::UniqueFd writer;
};

using Attempts = std::function<Outcomes()>;
using Preparation = std::function<void()>;

/// The child's part. It lives until it has been looked at.
[[noreturn]] void attempt(const Folders& folders, const Attempts& attempts, Pipe& told,
                          Pipe& seen) {
  seen.writer.reset();
  test::LogCapture log;
  confine(folders, log);
  const Outcomes outcomes = attempts();
  report_refusals(log);
  report_refusals(log);
  std::string text;
  for (const auto& [name, error] : outcomes)
    text += std::to_string(error) + " " + name + "\n";
  for (const std::string& line : log.texts())
    text += "log " + line + "\n";
  bool written = ::write(told.writer.get(), text.data(), text.size()) >= 0;
  told.writer.reset();
  char octet = 0;
  written = ::read(seen.reader.get(), &octet, sizeof octet) == 0 && written;
  ::_exit(written ? 0 : 1);
}

Report confined(
    const Folders& folders, const Attempts& attempts, const Preparation& prepare = [] {}) {
  Pipe told;
  Pipe seen;
  const pid_t pid = ::fork();
  if (pid == 0) prepare();
  if (pid == 0) attempt(folders, attempts, told, seen);
  told.writer.reset();
  seen.reader.reset();
  Report report;
  const std::string text = base::read_descriptor(told.reader.get()).value_or("");
  report.status = base::read_file("/proc/" + std::to_string(pid) + "/status").value_or("");
  seen.writer.reset();
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  for (const std::string_view line : base::split(text, '\n')) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    const std::string name(line.substr(blank + 1));
    if (line.starts_with("log "))
      report.log.push_back(name);
    else
      report.outcomes[name] = std::stoi(std::string(line.substr(0, blank)));
  }
  return report;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

int opening(const std::string& path, int flags) {
  const base::UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  return file ? 0 : errno;
}

int error_of(long result) {
  return result >= 0 ? 0 : errno;
}

int socket_of(int family, int type, int protocol = 0) {
  const base::UniqueFd made(::socket(family, type, protocol));
  return made ? 0 : errno;
}

class Confinement : public ::testing::Test {
 protected:
  void SetUp() override {
    const Report report = confined(Folders(), [] { return Outcomes{}; });
    if (!report.log.empty()) GTEST_SKIP() << report.log.front();
  }

  test::TemporaryFolder folder_;
};

TEST_F(Confinement, has_no_capabilities_but_that_of_root_to_open_files) {
  const Report report = confined(Folders(), [] { return Outcomes{}; });
  const std::string kept = ::geteuid() == 0 ? "0000000000000002" : "0000000000000000";
  EXPECT_TRUE(has_line(report.status, "CapEff:\t" + kept)) << report.status;
  EXPECT_TRUE(has_line(report.status, "CapPrm:\t" + kept));
  EXPECT_TRUE(has_line(report.status, "CapInh:\t0000000000000000"));
  EXPECT_TRUE(has_line(report.status, "CapAmb:\t0000000000000000"));
  EXPECT_TRUE(has_line(report.status, "NoNewPrivs:\t1"));
  EXPECT_TRUE(has_line(report.status, "Seccomp:\t2"));
}

TEST_F(Confinement, starts_no_program_and_no_process) {
  const Report report = confined(Folders(), [] {
    std::string program = "/bin/true";
    std::array<char*, 2> arguments{program.data(), nullptr};
    return Outcomes{{"execve", error_of(::execv(program.c_str(), arguments.data()))},
                    {"fork", error_of(::fork())}};
  });
  EXPECT_EQ(report.outcomes, (Outcomes{{"execve", EPERM}, {"fork", EPERM}}));
  EXPECT_EQ(report.log, (std::vector<std::string>{"refused the system call clone",
                                                  "refused the system call execve"}));
}

TEST_F(Confinement, touches_no_other_process) {
  const pid_t other = ::getpid();
  const Report report = confined(Folders(), [other] {
    return Outcomes{{"kill", error_of(::kill(other, 0))},
                    {"ptrace", error_of(::ptrace(PTRACE_ATTACH, other, nullptr, nullptr))}};
  });
  EXPECT_EQ(report.outcomes, (Outcomes{{"kill", EPERM}, {"ptrace", EPERM}}));
}

TEST_F(Confinement, executes_no_memory_that_it_can_write) {
  const Report report = confined(Folders(), [] {
    constexpr std::size_t size = 4096;
    void* const plain =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void* const code = ::mmap(nullptr, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return Outcomes{{"memory", plain == MAP_FAILED ? errno : 0},
                    {"executable memory", code == MAP_FAILED ? errno : 0},
                    {"made executable", error_of(::mprotect(plain, size, PROT_READ | PROT_EXEC))}};
  });
  EXPECT_EQ(report.outcomes,
            (Outcomes{{"memory", 0}, {"executable memory", EPERM}, {"made executable", EPERM}}));
}

TEST_F(Confinement, has_sockets_for_mta_dns_and_log_only) {
  const Report report = confined(Folders(), [] {
    return Outcomes{{"unix", socket_of(AF_UNIX, SOCK_DGRAM)},
                    {"inet", socket_of(AF_INET, SOCK_DGRAM)},
                    {"inet6", socket_of(AF_INET6, SOCK_STREAM)},
                    {"netlink", socket_of(AF_NETLINK, SOCK_RAW)},
                    {"packet", socket_of(AF_PACKET, SOCK_RAW)},
                    {"raw", socket_of(AF_INET, SOCK_RAW, IPPROTO_ICMP)}};
  });
  EXPECT_EQ(report.outcomes, (Outcomes{{"unix", 0},
                                       {"inet", 0},
                                       {"inet6", 0},
                                       {"netlink", EPERM},
                                       {"packet", EPERM},
                                       {"raw", EPERM}}));
}

TEST_F(Confinement, holds_for_threads_which_it_can_start) {
  const Report report = confined(Folders(), [] {
    Outcomes outcomes;
    std::thread([&] { outcomes["change of user"] = error_of(::setuid(0)); }).join();
    return outcomes;
  });
  EXPECT_EQ(report.outcomes, (Outcomes{{"change of user", EPERM}}));
}

TEST_F(Confinement, reads_the_folders_of_its_files) {
  const std::string list = folder_.write("list", "old");
  const test::TemporaryFolder elsewhere;
  const std::string secret = elsewhere.write("secret", "");
  Folders folders;
  folders.read(list);
  const Report report = confined(folders, [&] {
    return Outcomes{{"its file", opening(list, O_RDONLY)},
                    {"its file, to write", opening(list, O_WRONLY)},
                    {"a new file beside it", opening(folder_.path("new"), O_WRONLY | O_CREAT)},
                    {"another folder", opening(secret, O_RDONLY)},
                    {"the list of users", opening("/etc/passwd", O_RDONLY)},
                    {"its own memory", opening("/proc/self/mem", O_RDWR)}};
  });
  EXPECT_EQ(report.outcomes, (Outcomes{{"its file", 0},
                                       {"its file, to write", EACCES},
                                       {"a new file beside it", EACCES},
                                       {"another folder", EACCES},
                                       {"the list of users", 0},
                                       {"its own memory", EACCES}}));
}

TEST_F(Confinement, writes_the_folder_of_its_history) {
  const std::string history = folder_.write("history", "");
  const std::string rotated = folder_.path("history.1");
  Folders folders;
  folders.write(history);
  const Report report = confined(folders, [&] {
    return Outcomes{{"appended", opening(history, O_WRONLY | O_APPEND)},
                    {"removed", error_of(::unlink(history.c_str()))},
                    {"made again", opening(history, O_WRONLY | O_APPEND | O_CREAT)},
                    {"a link", error_of(::symlink("/etc/shadow", rotated.c_str()))},
                    {"another folder", opening("/tmp/not-its-own", O_WRONLY | O_CREAT)},
                    {"nothing at all", opening("/dev/null", O_RDWR)}};
  });
  EXPECT_EQ(report.outcomes, (Outcomes{{"appended", 0},
                                       {"removed", 0},
                                       {"made again", 0},
                                       {"a link", EPERM},
                                       {"another folder", EACCES},
                                       {"nothing at all", 0}}));
}

/// What a unit of somebody's own may bring along: a filter that does not know of these calls.
void forbid(std::uint32_t action, std::initializer_list<const char*> calls) {
  const std::unique_ptr<void, decltype(&::seccomp_release)> filter(::seccomp_init(SCMP_ACT_ALLOW),
                                                                   &::seccomp_release);
  for (const char* call : calls)
    ::seccomp_rule_add(filter.get(), action, ::seccomp_syscall_resolve_name(call), 0);
  ::seccomp_load(filter.get());
}

Outcomes signal_to_parent() {
  return {{"kill", error_of(::kill(::getppid(), 0))}};
}

TEST_F(Confinement, is_left_out_where_it_would_be_deadly) {
  for (const char* call : {"seccomp", "landlock_create_ruleset", "capset"}) {
    const Report report =
        confined(Folders(), signal_to_parent, [=] { forbid(SCMP_ACT_KILL_PROCESS, {call}); });
    // Without capabilities capset() is not called.
    if (::geteuid() != 0 && call == std::string_view("capset")) continue;
    EXPECT_EQ(report.outcomes, (Outcomes{{"kill", 0}})) << call;
    EXPECT_EQ(report.log,
              (std::vector<std::string>{
                  "not confined in anything: another filter for system calls forbids it"}));
  }
}

TEST_F(Confinement, does_without_what_is_refused) {
  const Report report = confined(Folders(), signal_to_parent, [] {
    forbid(SCMP_ACT_ERRNO(ENOSYS), {"landlock_create_ruleset"});
  });
  EXPECT_EQ(report.outcomes, (Outcomes{{"kill", EPERM}}));
  EXPECT_EQ(report.log, (std::vector<std::string>{"not confined in files: Function not implemented",
                                                  "refused the system call kill"}));
}

}  // namespace
}  // namespace dmarc::sandbox
