// A folder for one test, gone with everything in it afterwards.
//
//   test::TemporaryFolder folder;
//   load(folder.write("opendmarc.conf", "Syslog true\n"));
#pragma once

#include <string>
#include <string_view>

namespace dmarc::test {

class TemporaryFolder {
 public:
  /// Throws std::runtime_error when it can't be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }

  /// Writes a file and returns its path.
  std::string write(std::string_view name, std::string_view content) const;

 private:
  std::string path_;
};

}  // namespace dmarc::test
