#include "history/takeover.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/ascii.h"

namespace dmarc::history {
namespace {

constexpr std::string_view lock_suffix = ".import-lock";

/// The file itself when the name is that of a link to it: a rename must not move the link.
std::string real_path(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

bool is_number_or_dot(char c) {
  return base::is_digit(c) || c == '.';
}

/// Whether `name` is `stem`, or the stem with numbers behind it.
bool is_working_name(std::string_view name, std::string_view stem) {
  if (!name.starts_with(stem)) return false;
  name.remove_prefix(stem.size());
  if (name.empty()) return !stem.ends_with('.');
  return std::all_of(name.begin(), name.end(), is_number_or_dot);
}

/// Whoever may write in the folder must be able to lock the file later, also when root made it.
void give_to_owner(int fd, const std::filesystem::path& folder) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(folder.empty() ? "." : folder.c_str(), &owner) != 0) return;
  // A failure shows when that other user opens the file.
  if (::fchown(fd, owner.st_uid, owner.st_gid) != 0) return;
}

/// Opens and locks a file under its working name. The lock is waited for: a writer that holds it is
/// done in a moment.
tl::expected<TakenFile, TakeoverError> open_locked(const std::string& path) {
  base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return tl::unexpected(TakeoverError{path, errno});
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return tl::unexpected(TakeoverError{path, errno});
  if (!S_ISREG(status.st_mode)) return tl::unexpected(TakeoverError{path, EINVAL});
  if (::flock(file.get(), LOCK_EX) != 0) return tl::unexpected(TakeoverError{path, errno});
  return TakenFile(path, std::move(file));
}

}  // namespace

tl::expected<bool, TakeoverError> TakenFile::remove(std::uint64_t octets) {
  const auto failed = [&] { return tl::unexpected(TakeoverError{path_, errno}); };
  // OpenDMARC's daemon waits for the lock of the file that it has opened; this lets it have it.
  if (::flock(file_.get(), LOCK_UN) != 0 || ::flock(file_.get(), LOCK_EX) != 0) return failed();
  struct stat read {};
  struct stat named {};
  if (::fstat(file_.get(), &read) != 0) return failed();
  if (static_cast<std::uint64_t>(read.st_size) > octets) {
    if (::lseek(file_.get(), 0, SEEK_SET) != 0) return failed();
    return false;
  }
  if (::lstat(path_.c_str(), &named) != 0) return failed();
  if (named.st_dev != read.st_dev || named.st_ino != read.st_ino)
    return tl::unexpected(TakeoverError{path_, ESTALE});
  if (::unlink(path_.c_str()) != 0) return failed();
  return true;
}

tl::expected<Takeover, TakeoverError> Takeover::begin(const std::string& path, std::string suffix) {
  const std::string real = real_path(path);
  const std::string lock_path = real + std::string(lock_suffix);
  base::UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return tl::unexpected(TakeoverError{lock_path, errno});
  give_to_owner(lock.get(), std::filesystem::path(real).parent_path());
  Takeover takeover(real, std::move(suffix), std::move(lock));
  if (auto error = takeover.find_left_over()) return tl::unexpected(*error);
  return takeover;
}

std::optional<TakeoverError> Takeover::find_left_over() {
  const std::filesystem::path stem = path_ + suffix_;
  const std::string folder = stem.has_parent_path() ? stem.parent_path().string() : ".";
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (is_working_name(name, stem.filename().string()))
      left_over_.push_back(stem.parent_path() / name);
  }
  if (error) return TakeoverError{folder, error.value()};
  std::sort(left_over_.begin(), left_over_.end());
  if (left_over_.size() > max_left_over) left_over_.resize(max_left_over);
  std::reverse(left_over_.begin(), left_over_.end());
  return std::nullopt;
}

/// Renames the file to a name that is not in use; empty when there is no file.
tl::expected<std::string, TakeoverError> Takeover::take_current() const {
  // Nobody else makes such names while the lock is held.
  const std::string stem = path_ + suffix_ + (suffix_.ends_with('.') ? "" : ".") +
                           std::to_string(std::time(nullptr)) + "." + std::to_string(::getpid());
  std::string working = stem;
  for (int i = 1; ::access(working.c_str(), F_OK) == 0; ++i)
    working = stem + "." + std::to_string(i);
  if (std::rename(path_.c_str(), working.c_str()) == 0) return working;
  if (errno == ENOENT) return std::string();
  return tl::unexpected(TakeoverError{path_, errno});
}

tl::expected<std::optional<TakenFile>, TakeoverError> Takeover::next() {
  std::string working;
  if (!left_over_.empty()) {
    working = std::move(left_over_.back());
    left_over_.pop_back();
  } else if (has_current_) {
    has_current_ = false;
    auto taken = take_current();
    if (!taken) return tl::unexpected(taken.error());
    working = *std::move(taken);
  }
  if (working.empty()) return std::nullopt;
  auto file = open_locked(working);
  if (!file) return tl::unexpected(file.error());
  return std::optional(*std::move(file));
}

}  // namespace dmarc::history
