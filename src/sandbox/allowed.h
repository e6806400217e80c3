// What the sandbox allows: the system calls of a confined daemon, and the paths that it can use
// besides those that its configuration names. Private to sandbox/.
#pragma once

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

namespace dmarc::sandbox {

/// Names that this machine's architecture does not have are skipped: some calls have one name for
/// each width of a number.
inline constexpr const char* system_calls[] = {
    // memory
    "brk", "madvise", "mremap", "munmap",
    // threads
    "exit", "exit_group", "futex", "futex_time64", "getcpu", "gettid", "membarrier", "rseq",
    "sched_getaffinity", "sched_yield", "set_robust_list", "set_tid_address",
    // signals
    "restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend",
    "rt_sigtimedwait", "rt_sigtimedwait_time64", "sigaltstack", "sigreturn",
    // files, within what Landlock leaves
    "_llseek", "access", "close", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fcntl",
    "fcntl64", "fdatasync", "flock", "fstat", "fstat64", "fstatat64", "fsync", "ftruncate",
    "ftruncate64", "getcwd", "getdents64", "lseek", "lstat", "lstat64", "newfstatat", "open",
    "openat", "pread64", "read", "readlink", "readlinkat", "readv", "stat", "stat64", "statx",
    "unlink", "unlinkat", "write", "writev",
    // sockets
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
inline constexpr unsigned clone_flags = 1;
#else
inline constexpr unsigned clone_flags = 0;
#endif

/// A call that is allowed for one purpose only: its argument must compare so.
struct RestrictedCall {
  const char* name;
  scmp_arg_cmp argument;
};

/// Besides these, tgkill() within this process.
inline constexpr RestrictedCall restricted_calls[] = {
    // a new thread, never a new process
    {"clone", {clone_flags, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD}},
    // no memory that can be executed: what there is of it is there already
    {"mmap", {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
    {"mmap2", {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
    {"mprotect", {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
    // limits are asked for, not changed
    {"prlimit64", {2, SCMP_CMP_EQ, 0, 0}},
    // the name of a network interface in the address of a DNS server; whether there is a terminal
    {"ioctl", {1, SCMP_CMP_EQ, SIOCGIFINDEX, 0}},
    {"ioctl", {1, SCMP_CMP_EQ, SIOCGIFNAME, 0}},
    {"ioctl", {1, SCMP_CMP_EQ, TCGETS, 0}},
    {"socket", {0, SCMP_CMP_EQ, AF_UNIX, 0}},
    {"socket", {0, SCMP_CMP_EQ, AF_INET, 0}},
    {"socket", {0, SCMP_CMP_EQ, AF_INET6, 0}},
};

/// To be read: what the C library needs at any time, which is names, the time zone for syslog, and
/// random numbers.
inline constexpr const char* read_paths[] = {"/etc", "/usr/share/zoneinfo", "/dev/urandom"};
/// To be read, with the folders that these links lead to.
inline constexpr const char* read_links[] = {"/etc/resolv.conf", "/etc/localtime"};
/// To be written.
inline constexpr const char* written_paths[] = {"/dev/null"};

}  // namespace dmarc::sandbox
