#include "daemon/process.h"

#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "base/read_file.h"
#include "base/regular_file.h"
#include "base/unique_fd.h"

namespace dmarc::daemon {
namespace {

/// The parent's end: it leaves with the status that the child tells, or, when the child dies
/// without a word, with that of an operating system error.
[[noreturn]] void wait_for(int child) {
  unsigned char status = EX_OSERR;
  ssize_t got;
  do {
    got = ::read(child, &status, sizeof status);
  } while (got < 0 && errno == EINTR);
  ::_exit(status);
}

void tell(int parent, int status) {
  const auto octet = static_cast<unsigned char>(status);
  // A parent that is gone needs no answer.
  [[maybe_unused]] const ssize_t written = ::write(parent, &octet, sizeof octet);
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

const passwd* find_user(const std::string& text) {
  if (const passwd* const by_name = ::getpwnam(text.c_str())) return by_name;
  const auto id = number(text);
  return id ? ::getpwuid(*id) : nullptr;
}

const group* find_group(const std::string& text) {
  if (const group* const by_name = ::getgrnam(text.c_str())) return by_name;
  const auto id = number(text);
  return id ? ::getgrgid(*id) : nullptr;
}

/// Looked up early: after a change of root the group database may be out of reach.
std::vector<gid_t> groups_of(const std::string& user, gid_t group) {
  int count = 0;
  ::getgrouplist(user.c_str(), group, nullptr, &count);
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgrouplist(user.c_str(), group, groups.data(), &count) < 0) return {group};
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

tl::unexpected<FatalError> refused(const char* call) {
  return tl::unexpected(fatal_error(EX_NOPERM, call, errno));
}

constexpr mode_t readable_by_all = 0644;

tl::expected<void, std::string> write_pid(const std::string& path) {
  const auto file = base::open_regular(path, O_WRONLY | O_CREAT | O_TRUNC, readable_by_all);
  if (!file) return tl::unexpected(file.error());
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::write(file->get(), text.data(), text.size()) < 0)
    return tl::unexpected(base::error_text(errno));
  return {};
}

}  // namespace

tl::expected<Background, FatalError> Background::enter() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return tl::unexpected(fatal_error(EX_OSERR, "pipe()", errno));
  }
  base::UniqueFd child(ends[0]);
  base::UniqueFd parent(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return tl::unexpected(fatal_error(EX_OSERR, "fork()", errno));
  if (pid > 0) {
    parent.reset();
    wait_for(child.get());
  }
  ::setsid();
  return Background(std::move(parent));
}

void Background::ready() {
  if (!parent_) return;
  const base::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::dup2(null.get(), fd);
  tell(parent_.get(), EX_OK);
  parent_.reset();
}

void Background::failed(int status) {
  if (!parent_) return;
  tell(parent_.get(), status);
  parent_.reset();
}

tl::expected<Identity, FatalError> find_identity(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string user_text = text.substr(0, colon);
  const passwd* const user = find_user(user_text);
  if (user == nullptr) {
    return tl::unexpected(FatalError{EX_DATAERR, "no such user '" + user_text + "'"});
  }
  const std::string name = user->pw_name;
  Identity identity{user->pw_uid, user->pw_gid, {}};
  if (colon == std::string::npos) {
    identity.groups = groups_of(name, identity.group);
    return identity;
  }
  const std::string group_text = text.substr(colon + 1);
  const group* const named = find_group(group_text);
  if (named == nullptr) {
    return tl::unexpected(FatalError{EX_DATAERR, "no such group '" + group_text + "'"});
  }
  identity.group = named->gr_gid;
  identity.groups = groups_of(name, identity.group);
  return identity;
}

tl::expected<void, FatalError> become(const Identity& identity) {
  if (::geteuid() == identity.user) return {};
  if (::setgroups(identity.groups.size(), identity.groups.data()) != 0)
    return refused("setgroups()");
  if (::setgid(identity.group) != 0) return refused("setgid()");
  if (::setuid(identity.user) != 0) return refused("setuid()");
  return {};
}

std::string own_name() {
  const passwd* const user = ::getpwuid(::geteuid());
  return user != nullptr ? user->pw_name : "postmaster";
}

tl::expected<void, FatalError> change_root(const std::string& root) {
  if (::chroot(root.c_str()) != 0)
    return tl::unexpected(fatal_error(EX_OSERR, root + ": chroot()", errno));
  if (::chdir("/") != 0) return tl::unexpected(fatal_error(EX_OSERR, root + ": chdir()", errno));
  return {};
}

bool enable_coredumps() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_CORE, &limit) == 0 && ::prctl(PR_SET_DUMPABLE, 1) == 0;
}

void FreeMemory::give_back_after_peak() {
#if defined(__GLIBC__)
  // Less is not worth the while: the next messages take it again.
  constexpr std::size_t worth_while = 8 * 1024 * 1024;
  const std::size_t unused = ::mallinfo2().fordblks;
  least_ = std::min(least_, unused);
  if (unused < least_ + worth_while) return;
  ::malloc_trim(0);
  least_ = ::mallinfo2().fordblks;
#endif
}

PidFile::PidFile(std::string path, log::Sink& sink) : path_(std::move(path)) {
  if (path_.empty()) return;
  const auto written = write_pid(path_);
  if (written) return;
  sink.write(log::make<log::Id::pid_file>(path_, written.error()));
  path_.clear();
}

PidFile::~PidFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace dmarc::daemon
