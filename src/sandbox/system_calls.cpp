#include "sandbox/system_calls.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>

namespace dmarc::sandbox {
namespace {

// The one list. Names that this machine's architecture does not have are skipped: some calls have
// one name for each width of a number.
constexpr const char* allowed[] = {
    // memory; see restrict_arguments() for mmap and mprotect
    "brk", "madvise", "mremap", "munmap",
    // threads; see there for clone
    "exit", "exit_group", "futex", "futex_time64", "getcpu", "gettid", "membarrier", "rseq",
    "sched_getaffinity", "sched_yield", "set_robust_list", "set_tid_address",
    // signals; see there for tgkill
    "restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend",
    "rt_sigtimedwait", "rt_sigtimedwait_time64", "sigaltstack", "sigreturn",
    // files, within what Landlock leaves; see there for ioctl
    "_llseek", "access", "close", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fcntl",
    "fcntl64", "fdatasync", "flock", "fstat", "fstat64", "fstatat64", "fsync", "ftruncate",
    "ftruncate64", "getcwd", "getdents64", "lseek", "lstat", "lstat64", "newfstatat", "open",
    "openat", "pread64", "read", "readlink", "readlinkat", "readv", "stat", "stat64", "statx",
    "unlink", "unlinkat", "write", "writev",
    // sockets; see there for socket
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen",
    "recv", "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg",
    "sendto", "setsockopt", "shutdown",
    // waiting
    "_newselect", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "eventfd2", "poll", "ppoll", "ppoll_time64", "pselect6", "pselect6_time64", "select",
    // time and randomness
    "clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64", "clock_nanosleep",
    "clock_nanosleep_time64", "getrandom", "gettimeofday", "nanosleep", "time",
    // what the process and the machine are
    "getegid", "geteuid", "getgid", "getpid", "getppid", "getrlimit", "getuid", "sysinfo",
    "ugetrlimit", "uname"};

#if defined(__s390__)
constexpr unsigned clone_flags = 1;
#else
constexpr unsigned clone_flags = 0;
#endif

using Filter = std::unique_ptr<void, decltype(&::seccomp_release)>;

void allow(const Filter& filter, const char* name, std::initializer_list<scmp_arg_cmp> arguments) {
  const int number = ::seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return;
  const std::vector<scmp_arg_cmp> all(arguments);
  ::seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, number, static_cast<unsigned>(all.size()),
                           all.data());
}

/// Calls that are allowed for one purpose only.
void restrict_arguments(const Filter& filter) {
  // A new thread, never a new process. clone3() hides its flags from filters; the C library takes
  // clone() when the kernel does not know it.
  allow(filter, "clone", {SCMP_CMP(clone_flags, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)});
  ::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  // Memory that can be executed is there already.
  for (const char* name : {"mmap", "mmap2", "mprotect"})
    allow(filter, name, {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)});
  // abort() and pthread_kill(), within this process.
  allow(filter, "tgkill", {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()))});
  // Limits are asked for, not changed.
  allow(filter, "prlimit64", {SCMP_A2(SCMP_CMP_EQ, 0)});
  // The name of a network interface in the address of a DNS server; whether there is a terminal.
  for (const int request : {SIOCGIFINDEX, SIOCGIFNAME, TCGETS})
    allow(filter, "ioctl", {SCMP_A1(SCMP_CMP_EQ, static_cast<scmp_datum_t>(request))});
  for (const int family : {AF_UNIX, AF_INET, AF_INET6})
    allow(filter, "socket", {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family))});
}

/// Where a system call's result is when a signal handler runs, if that is known; with it a refused
/// call can be noted before it fails.
#if defined(__x86_64__)
constexpr bool can_note = true;
auto& result_of(ucontext_t& context) {
  return context.uc_mcontext.gregs[REG_RAX];
}
#elif defined(__aarch64__)
constexpr bool can_note = true;
auto& result_of(ucontext_t& context) {
  return context.uc_mcontext.regs[0];
}
#else
constexpr bool can_note = false;
long& result_of(ucontext_t&) {
  static long nowhere;
  return nowhere;
}
#endif

// System calls beyond are not numbered so far.
constexpr std::size_t numbers = 1024;

enum class Refusal : char { none, noted, told };
std::array<std::atomic<Refusal>, numbers> refusals;

/// SIGSYS comes in the thread that made the call, instead of the call.
void note_refusal(int /*signal*/, siginfo_t* info, void* context) {
  const auto number = static_cast<std::size_t>(info->si_syscall);
  Refusal none = Refusal::none;
  if (number < refusals.size()) refusals[number].compare_exchange_strong(none, Refusal::noted);
  result_of(*static_cast<ucontext_t*>(context)) = -EPERM;
}

void note_refusals() {
  struct sigaction action {};
  action.sa_sigaction = note_refusal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigfillset(&action.sa_mask);
  ::sigaction(SIGSYS, &action, nullptr);
}

std::string name_of(std::size_t number) {
  const std::unique_ptr<char, decltype(&std::free)> name(
      ::seccomp_syscall_resolve_num_arch(::seccomp_arch_native(), static_cast<int>(number)),
      &std::free);
  return name ? name.get() : std::to_string(number);
}

}  // namespace

int restrict_system_calls() {
  const Filter filter(::seccomp_init(can_note ? SCMP_ACT_TRAP : SCMP_ACT_ERRNO(EPERM)),
                      &::seccomp_release);
  if (!filter) return ENOMEM;
  if (can_note) note_refusals();
  ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  ::seccomp_attr_set(filter.get(), SCMP_FLTATR_API_SYSRAWRC, 1);
  // No code of others is meant to run here, so older kernels need not slow this one down.
  ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_SSB, 1);
  for (const char* name : allowed)
    allow(filter, name, {});
  restrict_arguments(filter);
  return -::seccomp_load(filter.get());
}

std::vector<std::string> take_refused_system_calls() {
  std::vector<std::string> names;
  for (std::size_t number = 0; number < refusals.size(); ++number) {
    Refusal noted = Refusal::noted;
    if (refusals[number].compare_exchange_strong(noted, Refusal::told))
      names.push_back(name_of(number));
  }
  return names;
}

}  // namespace dmarc::sandbox
