#include "daemon/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

namespace dmarc::daemon {
namespace {

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

tl::unexpected<Failure> refused(const char* call) {
  return tl::unexpected(failure_of(EX_NOPERM, call, errno));
}

}  // namespace

tl::expected<Identity, Failure> find_identity(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string user_text = text.substr(0, colon);
  const passwd* const user = find_user(user_text);
  if (user == nullptr) {
    return tl::unexpected(Failure{EX_DATAERR, "no such user '" + user_text + "'"});
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
    return tl::unexpected(Failure{EX_DATAERR, "no such group '" + group_text + "'"});
  }
  identity.group = named->gr_gid;
  identity.groups = groups_of(name, identity.group);
  return identity;
}

tl::expected<void, Failure> become(const Identity& identity) {
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

tl::expected<void, Failure> confine_to(const std::string& root) {
  if (::chroot(root.c_str()) != 0)
    return tl::unexpected(failure_of(EX_OSERR, root + ": chroot()", errno));
  if (::chdir("/") != 0) return tl::unexpected(failure_of(EX_OSERR, root + ": chdir()", errno));
  return {};
}

bool enable_coredumps() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_CORE, &limit) == 0 && ::prctl(PR_SET_DUMPABLE, 1) == 0;
}

}  // namespace dmarc::daemon
