#include "daemon/pid_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/read_file.h"
#include "base/unique_fd.h"

namespace dmarc::daemon {
namespace {

constexpr mode_t readable_by_all = 0644;

/// 0 or the errno value.
int write_pid(const std::string& path) {
  const base::UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, readable_by_all));
  if (!file) return errno;
  const std::string text = std::to_string(::getpid()) + "\n";
  return ::write(file.get(), text.data(), text.size()) < 0 ? errno : 0;
}

}  // namespace

PidFile::PidFile(std::string path, log::Sink& sink) : path_(std::move(path)) {
  if (path_.empty()) return;
  const int error = write_pid(path_);
  if (error == 0) return;
  sink.write(log::make<log::Id::pid_file>(path_, base::error_text(error)));
  path_.clear();
}

PidFile::~PidFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace dmarc::daemon
