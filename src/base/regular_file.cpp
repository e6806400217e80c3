#include "base/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "base/error_text.h"

namespace dmarc::base {
namespace {

const char* kind(mode_t mode) {
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// True when a name in it can be of root or of this process's user alone.
bool is_of_ours(const std::string& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return false;
  const bool owner = status.st_uid == 0 || status.st_uid == ::geteuid();
  return owner && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

tl::unexpected<std::string> wrong_kind(mode_t mode) {
  return tl::unexpected("is " + std::string(kind(mode)) + ", a regular file is needed");
}

}  // namespace

tl::expected<UniqueFd, std::string> open_regular(const std::string& path, int flags, mode_t mode) {
  flags |= O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  UniqueFd file(::open(path.c_str(), flags | O_NOFOLLOW, mode));
  if (!file && errno == ELOOP) {
    if (!is_of_ours(folder_of(path)))
      return tl::unexpected(std::string("is a symbolic link in a folder that others can write to"));
    file.reset(::open(path.c_str(), flags, mode));
  }
  struct stat status {};
  if (!file) {
    const int error = errno;
    // Without a reader open(2) says of a pipe no more than ENXIO, and of a socket the same.
    const bool found = ::stat(path.c_str(), &status) == 0;
    if (found && !S_ISREG(status.st_mode)) return wrong_kind(status.st_mode);
    return tl::unexpected(error_text(error));
  }
  if (::fstat(file.get(), &status) != 0) return tl::unexpected(error_text(errno));
  if (!S_ISREG(status.st_mode)) return wrong_kind(status.st_mode);
  return file;
}

}  // namespace dmarc::base
