#include "base/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/unique_fd.h"

namespace dmarc::base {

tl::expected<std::string, int> read_file(const std::string& path, std::size_t limit) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return tl::unexpected(errno);
  return read_descriptor(file.get(), limit);
}

tl::expected<std::string, int> read_descriptor(int fd, std::size_t limit) {
  constexpr std::size_t step = 16 * 1024;
  std::string text;
  for (;;) {
    const std::size_t filled = text.size();
    text.resize(filled + step);
    const ssize_t got = ::read(fd, text.data() + filled, step);
    const int error = errno;
    text.resize(filled + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got < 0 && error != EINTR) return tl::unexpected(error);
    if (got == 0) return text;
    if (text.size() > limit) return tl::unexpected(EFBIG);
  }
}

std::string error_text(int error) {
  return std::generic_category().message(error);
}

}  // namespace dmarc::base
