// The folders that the daemon uses once it runs; it confines itself to them (confinement.h).
//
//   Folders folders;                       // with those of allowed.h
//   folders.read("/etc/opendmarc.conf");   // whatever is beside the file, too
//   folders.write("/var/lib/opendmarc/history");
//
// Folders and not files, because editors and log rotation replace a file by another of that name.
#pragma once

#include <string>
#include <vector>

namespace dmarc::sandbox {

class Folders {
 public:
  Folders();

  /// The folder around this file, and, if that is a symbolic link, the one around its target.
  /// Nothing for an empty name.
  void read(const std::string& file);
  void write(const std::string& file);
  /// Where the kernel writes core files, if that is a folder.
  void write_core();

  /// Absolute or relative paths, of what may not exist.
  const std::vector<std::string>& read_folders() const { return read_; }
  const std::vector<std::string>& written_folders() const { return written_; }

  bool can_read(const std::string& file) const;
  bool can_write(const std::string& file) const;

 private:
  std::vector<std::string> read_;
  std::vector<std::string> written_;
};

/// Landlock: no others for this thread and those that it starts, for good. An errno, or 0.
int restrict_files(const Folders& folders);

}  // namespace dmarc::sandbox
