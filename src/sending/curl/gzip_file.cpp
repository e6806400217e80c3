#include "sending/curl/gzip_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "base/read_file.h"

namespace dmarc::sending {
namespace {

constexpr int gzip_window = 15 + 16;  // the largest window, and 16 for gzip's framing
constexpr int memory_level = 8;       // zlib's default
constexpr std::size_t trailer = 64;   // gzip's, and that of the last block

}  // namespace

struct GzipFile::Stream : z_stream {};

GzipFile::GzipFile(const std::string& path)
    : path_(path),
      file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)),
      stream_(std::make_unique<Stream>()) {
  if (!file_) fail(errno);
  if (deflateInit2(stream_.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib can't be used");
}

GzipFile::~GzipFile() {
  deflateEnd(stream_.get());
}

void GzipFile::write(std::string_view text) {
  pending_ += text.size();
  compress(text, Z_NO_FLUSH);
}

bool GzipFile::finish() {
  compress({}, Z_FINISH);
  return error_.empty();
}

/// Text that can't be compressed grows by a few octets a block.
std::size_t GzipFile::size_bound(std::size_t more) const {
  const std::size_t text = pending_ + more;
  return octets_ + text + text / 1000 + trailer;
}

bool GzipFile::has_room(std::size_t more, std::size_t limit) {
  if (size_bound(more) <= limit) return true;
  // Only what has been pressed out has a size. Near the limit this costs some compression.
  if (pending_ > 0) compress({}, Z_SYNC_FLUSH);
  pending_ = 0;
  return size_bound(more) <= limit;
}

void GzipFile::compress(std::string_view text, int flush) {
  if (!error_.empty()) return;
  std::array<char, 16 * 1024> buffer{};
  // zlib reads what it is given, but its type says otherwise.
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream_->avail_in = static_cast<uInt>(text.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_->avail_out = static_cast<uInt>(buffer.size());
    deflate(stream_.get(), flush);
    store({buffer.data(), buffer.size() - stream_->avail_out});
  } while (stream_->avail_out == 0);
}

void GzipFile::store(std::string_view data) {
  while (!data.empty() && error_.empty()) {
    const ssize_t size = ::write(file_.get(), data.data(), data.size());
    if (size < 0 && errno != EINTR) return fail(errno);
    if (size <= 0) continue;
    octets_ += static_cast<std::size_t>(size);
    data.remove_prefix(static_cast<std::size_t>(size));
  }
}

void GzipFile::fail(int error) {
  error_ = path_ + ": " + base::error_text(error);
}

}  // namespace dmarc::sending
