#include "sandbox/confinement.h"

#include <linux/capability.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/read_file.h"
#include "sandbox/allowed.h"

namespace dmarc::sandbox {
namespace {

using Filter = std::unique_ptr<void, decltype(&::seccomp_release)>;

void allow(const Filter& filter, const char* name, const std::vector<scmp_arg_cmp>& arguments) {
  const int number = ::seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) return;
  ::seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, number,
                           static_cast<unsigned>(arguments.size()), arguments.data());
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

/// For this thread and those that it starts, for good. An errno, or 0.
int restrict_system_calls() {
  const Filter filter(::seccomp_init(can_note ? SCMP_ACT_TRAP : SCMP_ACT_ERRNO(EPERM)),
                      &::seccomp_release);
  if (!filter) return ENOMEM;
  if (can_note) note_refusals();
  ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  ::seccomp_attr_set(filter.get(), SCMP_FLTATR_API_SYSRAWRC, 1);
  // No code of others is meant to run here, so older kernels need not slow this one down.
  ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_SSB, 1);
  for (const char* name : system_calls)
    allow(filter, name, {});
  for (const RestrictedCall& call : restricted_calls)
    allow(filter, call.name, {call.argument});
  // abort() and pthread_kill(), within this process.
  allow(filter, "tgkill", {{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()), 0}});
  // It hides its flags from filters; the C library takes clone() when the kernel does not know it.
  ::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  return -::seccomp_load(filter.get());
}

/// The names of those that were refused for the first time since the last call.
std::vector<std::string> take_refused_system_calls() {
  std::vector<std::string> names;
  for (std::size_t number = 0; number < refusals.size(); ++number) {
    Refusal noted = Refusal::noted;
    if (refusals[number].compare_exchange_strong(noted, Refusal::told))
      names.push_back(name_of(number));
  }
  return names;
}

using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

// Whoever runs the filter as root has folders for it that belong to another user.
constexpr int kept_by_root = CAP_DAC_OVERRIDE;

// To tell what they found, sanitizers look at everything and start programs.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

/// An errno, or 0.
int error_of(long value) {
  return value == 0 ? 0 : errno;
}

int drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  Capabilities now{};
  if (::syscall(SYS_capget, &header, now.data()) != 0) return errno;
  // Those that there are not can't be dropped, nor may everybody drop those of later programs.
  for (int number = 0; number <= CAP_LAST_CAP; ++number)
    ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  Capabilities wanted{};
  if (::geteuid() == 0) {
    const unsigned kept = now[0].permitted & CAP_TO_MASK(kept_by_root);
    wanted[0] = {kept, kept, 0};
  }
  const bool any = now[0].permitted != 0 || now[1].permitted != 0;
  return any ? error_of(::syscall(SYS_capset, &header, wanted.data())) : 0;
}

/// Each an errno, or 0.
struct Results {
  int capabilities = 0;
  int privileges = 0;
  int files = 0;
  int system_calls = 0;
};

Results give_up(const Folders& folders) {
  Results results;
  results.capabilities = drop_capabilities();
  results.privileges = error_of(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  if (results.privileges != 0) {
    // The kernel takes restrictions from nobody who could pass them on to more privileged programs.
    results.files = results.system_calls = results.privileges;
    return results;
  }
  results.files = restrict_files(folders);
  results.system_calls = restrict_system_calls();
  return results;
}

/// A service manager's filter for system calls may end whoever makes those that are needed here:
/// where there is one, a child goes ahead.
bool is_deadly(const Folders& folders) {
  if (::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    give_up(folders);
    ::_exit(0);
  }
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child < 0 || !WIFEXITED(status);
}

}  // namespace

bool confine(const Folders& folders, log::Sink& sink) {
  const auto succeeded = [&](const char* what, std::string_view problem) {
    if (!problem.empty()) sink.write(log::make<log::Id::unconfined>(what, problem));
    return problem.empty();
  };
  if (sanitized) return succeeded("anything", "built with a sanitizer");
  if (is_deadly(folders))
    return succeeded("anything", "another filter for system calls forbids it");
  const Results results = give_up(folders);
  const auto text = [](int error) { return error == 0 ? "" : base::error_text(error); };
  succeeded("capabilities", text(results.capabilities));
  succeeded("privileges", text(results.privileges));
  succeeded("system calls", text(results.system_calls));
  return succeeded("files", text(results.files));
}

void report_refusals(log::Sink& sink) {
  for (const std::string& name : take_refused_system_calls())
    sink.write(log::make<log::Id::system_call_refused>(name));
}

}  // namespace dmarc::sandbox
