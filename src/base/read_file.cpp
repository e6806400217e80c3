#include "base/read_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include "base/unique_fd.h"

namespace dmarc::base {

namespace {

using Clock = std::chrono::steady_clock;

// For what a shell writes into "<(command)"; not for a named pipe that nobody writes to.
constexpr std::chrono::seconds pipe_patience{5};

/// 0 when there is something to read, or the end.
int wait_until_readable(int fd, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return ETIMEDOUT;
    pollfd entry{fd, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left.count()));
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return errno;
  }
}

/// Without a deadline it reads as the descriptor does, which may wait for ever.
tl::expected<std::string, int> read_all(int fd, std::size_t limit,
                                        std::optional<Clock::time_point> deadline) {
  constexpr std::size_t step = 16 * 1024;
  std::string text;
  for (;;) {
    if (deadline) {
      if (const int error = wait_until_readable(fd, *deadline)) return tl::unexpected(error);
    }
    const std::size_t filled = text.size();
    text.resize(filled + step);
    const ssize_t got = ::read(fd, text.data() + filled, step);
    const int error = errno;
    text.resize(filled + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got < 0 && error != EINTR && !(deadline && error == EAGAIN)) return tl::unexpected(error);
    if (got == 0) return text;
    if (text.size() > limit) return tl::unexpected(EFBIG);
  }
}

}  // namespace

tl::expected<std::string, int> read_file(const std::string& path, std::size_t limit) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return tl::unexpected(errno);
  if (S_ISREG(status.st_mode)) return read_all(file.get(), limit, std::nullopt);
  return read_all(file.get(), limit, Clock::now() + pipe_patience);
}

tl::expected<std::string, int> read_descriptor(int fd, std::size_t limit) {
  return read_all(fd, limit, std::nullopt);
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
