#include "sandbox/system_calls.h"

#include <seccomp.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>

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
