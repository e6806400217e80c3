// What is in a gzip file or a zip archive, as it comes out.
//
// Both call `take` with pieces until it returns false. What they return is why the file can't be
// read; empty for success, also when `take` wanted no more. The checksums are verified.
//
// Threads: functions without state. Private to receiving/.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dmarc::receiving {

using TakePiece = std::function<bool(std::string_view piece)>;

/// RFC 1952: every member, one after the other; what follows the last one is not looked at.
std::string unpack_gzip(std::string_view octets, const TakePiece& take);

/// What takes the files of an archive.
struct FileTaker {
  /// False when no further file is wanted.
  std::function<bool(const std::string& name)> begin;
  TakePiece take;
  /// With the reason why this file can't be read; empty for success.
  std::function<void(const std::string& problem)> end;
};

std::string unpack_zip(std::string_view octets, const FileTaker& taker);

}  // namespace dmarc::receiving
