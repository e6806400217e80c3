// A file that is compressed while it is written (RFC 1952).
//
//   sending::GzipFile file(path);
//   file.write("text");
//   if (!file.finish()) complain(file.error());
//
// After an error everything is dropped; error() says what the first was.
//
// Threads: belongs to one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace dmarc::sending {

class GzipFile {
 public:
  /// Makes the file, for its owner alone; it must not be there.
  explicit GzipFile(const std::string& path);
  ~GzipFile();
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  void write(std::string_view text);
  bool finish();

  /// Whether the file stays within `limit` octets when `more` octets of text are written and it
  /// ends. Never says so wrongly; it says no wrongly only for what compression would still save on
  /// `more`.
  bool has_room(std::size_t more, std::size_t limit);

  std::size_t octets() const { return octets_; }  ///< in the file so far
  const std::string& error() const { return error_; }

 private:
  struct Stream;

  std::size_t size_bound(std::size_t more) const;
  void compress(std::string_view text, int flush);
  void store(std::string_view data);
  void fail(int error);

  std::string path_;
  base::UniqueFd file_;
  std::unique_ptr<Stream> stream_;
  std::size_t octets_ = 0;
  std::size_t pending_ = 0;  ///< octets of text whose compressed form may not be out yet
  std::string error_;
};

}  // namespace dmarc::sending
