#include "receiving/archives.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <memory>
#include <vector>

#include "base/ascii.h"

namespace dmarc::receiving {
namespace {

constexpr std::size_t piece_size = 64 * 1024;
constexpr std::string_view gzip_mark = "\x1f\x8b";
/// zlib's: a window of 32 KiB, and a gzip header.
constexpr int gzip_window = 15 + 16;

/// An inflater, released at the end.
class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream, gzip_window) == Z_OK; }
  ~Inflater() {
    if (ready_) inflateEnd(&stream);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool ready() const { return ready_; }

  z_stream stream{};

 private:
  bool ready_ = false;
};

std::string gzip_problem(const z_stream& stream) {
  if (stream.avail_in == 0) return "the gzip file is not complete";
  return std::string("damaged gzip file: ") + (stream.msg != nullptr ? stream.msg : "no data");
}

}  // namespace

std::string unpack_gzip(std::string_view octets, const TakePiece& take) {
  Inflater inflater;
  if (!inflater.ready()) return "out of memory";
  z_stream& stream = inflater.stream;
  // zlib does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
  stream.avail_in = static_cast<uInt>(octets.size());
  std::vector<char> piece(piece_size);
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return gzip_problem(stream);
    const std::size_t length = piece.size() - stream.avail_out;
    if (length > 0 && !take({piece.data(), length})) return {};
    if (status == Z_OK) continue;
    if (!octets.substr(octets.size() - stream.avail_in).starts_with(gzip_mark)) return {};
    if (inflateReset(&stream) != Z_OK) return gzip_problem(stream);
  }
}

namespace {

struct FreeArchive {
  void operator()(archive* handle) const { archive_read_free(handle); }
};

std::string archive_problem(archive* handle) {
  const char* const text = archive_error_string(handle);
  return std::string("damaged zip archive: ") +
         (text != nullptr ? base::printable(text, 200) : "no reason given");
}

/// Files that packers of macOS add.
bool is_beside_the_point(std::string_view name) {
  return name.starts_with("__MACOSX/") || name.ends_with(".DS_Store");
}

/// False when no more is wanted.
bool unpack_file(archive* handle, std::vector<char>& piece, const FileTaker& taker) {
  while (true) {
    const la_ssize_t length = archive_read_data(handle, piece.data(), piece.size());
    if (length < 0) {
      taker.end(archive_problem(handle));
      return true;
    }
    if (length == 0) break;
    if (!taker.take({piece.data(), static_cast<std::size_t>(length)})) break;
  }
  taker.end({});
  return true;
}

}  // namespace

std::string unpack_zip(std::string_view octets, const FileTaker& taker) {
  const std::unique_ptr<archive, FreeArchive> handle(archive_read_new());
  if (!handle || archive_read_support_format_zip(handle.get()) != ARCHIVE_OK)
    return "out of memory";
  if (archive_read_open_memory(handle.get(), octets.data(), octets.size()) != ARCHIVE_OK)
    return archive_problem(handle.get());
  std::vector<char> piece(piece_size);
  for (std::size_t number = 1;; ++number) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(handle.get(), &entry);
    if (status == ARCHIVE_EOF) return {};
    if (status < ARCHIVE_WARN) return archive_problem(handle.get());
    const char* const path = archive_entry_pathname(entry);
    const std::string name = path != nullptr ? path : "file " + std::to_string(number);
    if (!taker.begin(name)) return {};
    if (archive_entry_filetype(entry) != AE_IFREG || is_beside_the_point(name)) continue;
    unpack_file(handle.get(), piece, taker);
  }
}

}  // namespace dmarc::receiving
