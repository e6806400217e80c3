#include "sandbox/folders.h"

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "base/ascii.h"
#include "base/read_file.h"

namespace dmarc::sandbox {
namespace {

namespace fs = std::filesystem;

// What the C library reads at any time: names and the time zone, for syslog.
constexpr const char* of_the_system[] = {"/etc", "/usr/share/zoneinfo", "/dev/urandom"};
constexpr const char* links_of_the_system[] = {"/etc/resolv.conf", "/etc/localtime"};

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

}  // namespace

Folders::Folders()
    : read_(std::begin(of_the_system), std::end(of_the_system)), written_{"/dev/null"} {
  for (const char* link : links_of_the_system)
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

}  // namespace dmarc::sandbox
