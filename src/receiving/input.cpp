#include "receiving/input.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/unique_fd.h"
#include "receiving/limits.h"

namespace dmarc::receiving {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t chunk_size = 64 * 1024;

bool is_maildir(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / "cur", ignored) && fs::is_directory(folder / "new", ignored);
}

/// What is to be read of a folder, by name.
std::vector<fs::directory_entry> entries(const fs::path& folder, std::error_code& error) {
  const bool maildir = is_maildir(folder);
  std::vector<fs::directory_entry> list;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    const bool wanted = maildir ? name == "cur" || name == "new" || is_maildir(entry->path())
                                : !name.starts_with('.');
    if (wanted) list.push_back(*entry);
  }
  std::sort(list.begin(), list.end());
  return list;
}

void walk(const fs::path& folder, unsigned depth, const FileVisitor& visit) {
  std::error_code error;
  if (depth > max_folder_depth) {
    visit(folder, ELOOP);
    return;
  }
  for (const fs::directory_entry& entry : entries(folder, error)) {
    std::error_code ignored;
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
      walk(entry.path(), depth + 1, visit);
    else if (entry.is_regular_file(ignored))
      visit(entry.path(), 0);
  }
  if (error) visit(folder, error.value());
}

}  // namespace

int read_descriptor(int fd, const std::string& place, const FindingSink& sink) {
  Content content(place, sink);
  std::vector<char> chunk(chunk_size);
  while (true) {
    const ssize_t length = ::read(fd, chunk.data(), chunk.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return errno;
    if (length == 0) break;
    if (!content.add({chunk.data(), static_cast<std::size_t>(length)})) break;
  }
  content.finish();
  return 0;
}

int read_file(const std::string& path, const FindingSink& sink) {
  const base::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) return errno;
  return read_descriptor(file.get(), path, sink);
}

void for_each_file(const std::string& path, const FileVisitor& visit) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status))
    walk(path, 0, visit);
  else
    visit(path, fs::exists(status) || !error ? 0 : error.value());
}

}  // namespace dmarc::receiving
