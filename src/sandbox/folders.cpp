#include "sandbox/folders.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <ranges>

#include "base/ascii.h"
#include "base/read_file.h"
#include "base/unique_fd.h"
#include "sandbox/allowed.h"

namespace dmarc::sandbox {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

std::vector<std::string> folders_around(const std::string& file) {
  std::vector<std::string> folders{folder_of(file)};
  std::error_code error;
  const fs::path target = fs::canonical(file, error);
  if (!error) folders.push_back(folder_of(target));
  return folders;
}

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

/// Every folder that the file needs is one of those, or below one.
bool covers(const std::vector<std::string>& folders, const std::string& file) {
  std::error_code error;
  const auto resolved = [&](const std::string& path) { return fs::weakly_canonical(path, error); };
  return std::ranges::all_of(folders_around(file), [&](const std::string& needed) {
    return std::ranges::any_of(folders, [&](const std::string& folder) {
      return is_below(resolved(needed), resolved(folder));
    });
  });
}

// Rights of later kernels than the header's; landlock(7).
constexpr std::uint64_t access_truncate = 1ULL << 14;
constexpr std::uint64_t access_ioctl_device = 1ULL << 15;

constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t writing = reading | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                  LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                  access_truncate;
constexpr std::uint64_t of_files =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | access_truncate;

/// Every right that this version of Landlock knows: what is not granted is refused.
std::uint64_t all_rights(long version) {
  constexpr std::uint64_t first = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
  std::uint64_t rights = first;
  if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rights |= access_truncate;
  if (version >= 5) rights |= access_ioctl_device;
  return rights;
}

class Ruleset {
 public:
  explicit Ruleset(std::uint64_t handled) : handled_(handled) {
    const landlock_ruleset_attr attributes{.handled_access_fs = handled};
    fd_.reset(static_cast<int>(
        ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  }

  bool is_made() const { return static_cast<bool>(fd_); }

  /// Without effect for what does not exist.
  void allow(const std::string& path, std::uint64_t rights) {
    const base::UniqueFd parent(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status {};
    if (!parent || ::fstat(parent.get(), &status) != 0) return;
    if (!S_ISDIR(status.st_mode)) rights &= of_files;
    const landlock_path_beneath_attr rule{.allowed_access = rights & handled_,
                                          .parent_fd = parent.get()};
    ::syscall(SYS_landlock_add_rule, fd_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  }

  bool enforce() const { return ::syscall(SYS_landlock_restrict_self, fd_.get(), 0) == 0; }

 private:
  std::uint64_t handled_;
  base::UniqueFd fd_;
};

}  // namespace

Folders::Folders()
    : read_(std::begin(read_paths), std::end(read_paths)),
      written_(std::begin(written_paths), std::end(written_paths)) {
  for (const char* link : read_links)
    read(link);
}

void Folders::read(const std::string& file) {
  if (!file.empty()) std::ranges::move(folders_around(file), std::back_inserter(read_));
}

void Folders::write(const std::string& file) {
  if (!file.empty()) std::ranges::move(folders_around(file), std::back_inserter(written_));
}

// core(5): a relative name means the current folder; "|" begins a program, which writes for itself.
void Folders::write_core() {
  const std::string pattern = base::read_file("/proc/sys/kernel/core_pattern").value_or("core");
  if (!pattern.starts_with('|')) write(std::string(base::trim(pattern)));
}

bool Folders::can_read(const std::string& file) const {
  return covers(read_, file) || covers(written_, file);
}

bool Folders::can_write(const std::string& file) const {
  return covers(written_, file);
}

int restrict_files(const Folders& folders) {
  const long version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 0) return errno;
  Ruleset rules(all_rights(version));
  if (!rules.is_made()) return errno;
  for (const std::string& folder : folders.read_folders())
    rules.allow(folder, reading);
  for (const std::string& folder : folders.written_folders())
    rules.allow(folder, writing);
  return rules.enforce() ? 0 : errno;
}

}  // namespace dmarc::sandbox
