#include "sandbox/confinement.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "base/read_file.h"
#include "sandbox/system_calls.h"

namespace dmarc::sandbox {
namespace {

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
