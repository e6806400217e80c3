#include "base/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
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

/// Moves what is left to the front and reads behind it. False when nothing more comes.
bool LineReader::fill() {
  if (at_end_) return false;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  ssize_t count = 0;
  do {
    count = ::read(fd_, buffer_.data() + end_, buffer_.size() - end_);
  } while (count < 0 && errno == EINTR);
  if (count < 0) error_ = errno;
  at_end_ = count <= 0;
  if (!at_end_) end_ += static_cast<std::size_t>(count);
  return !at_end_;
}

/// Takes the next `length` octets, and `ending` more that end the line.
void LineReader::take(std::size_t length, std::size_t ending) {
  text_ = {buffer_.data() + begin_, std::min(length, max_line)};
  cut_ = cut_ || length > max_line;
  begin_ += length + ending;
  offset_ += length + ending;
  ++number_;
}

bool LineReader::next() {
  cut_ = false;
  std::size_t searched = 0;
  for (;;) {
    const char* const start = buffer_.data() + begin_;
    const void* const feed = std::memchr(start + searched, '\n', end_ - begin_ - searched);
    if (feed != nullptr) {
      take(static_cast<std::size_t>(static_cast<const char*>(feed) - start), 1);
      return true;
    }
    searched = end_ - begin_;
    if (searched > max_line) {  // the rest of the line is let go as it comes
      cut_ = true;
      offset_ += searched - max_line;
      searched = max_line;
      end_ = begin_ + max_line;
    }
    if (fill()) continue;
    if (error_ != 0 || searched == 0) return false;
    unfinished_ = true;
    take(searched, 0);
    return true;
  }
}

}  // namespace dmarc::base
