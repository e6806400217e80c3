// Reads files, folders, maildirs and open descriptors for reports.
//
//   for_each_file("/var/mail/dmarc", [](const std::string& file) { ... });   // a file, or those
//   below read_file("/var/mail/dmarc/new/1700000000.M1P2", sink); read_descriptor(STDIN_FILENO,
//   "-", sink);
//
// Of a maildir its folders cur and new are read, and its subfolders; of another folder every file
// and folder in it whose name does not begin with a dot. Symbolic links to folders are not
// followed.
//
// Errors: an errno value, for what could not be opened or read, beside the findings in `sink`.
// Threads: functions without state. Limits: max_folder_depth, and those of Content.
#pragma once

#include <functional>
#include <string>

#include "receiving/unpack.h"

namespace dmarc::receiving {

/// 0 for success.
int read_descriptor(int fd, const std::string& place, const FindingSink& sink);
int read_file(const std::string& path, const FindingSink& sink);

/// A file that could not be looked at has an errno value.
using FileVisitor = std::function<void(const std::string& path, int error)>;

/// In the order of their names. A path that is not a folder is visited itself.
void for_each_file(const std::string& path, const FileVisitor& visit);

}  // namespace dmarc::receiving
