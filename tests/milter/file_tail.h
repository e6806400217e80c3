// What a file has got since a moment.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/read_file.h"

namespace dmarc::test {

class FileTail {
 public:
  /// The moment is now. The file need not exist.
  explicit FileTail(std::string path) : path_(std::move(path)), begin_(content().size()) {}

  std::vector<std::string> lines() const {
    std::vector<std::string> result;
    const std::string text = content().substr(begin_);
    for (const std::string_view line : base::split(text, '\n'))
      if (!line.empty()) result.emplace_back(line);
    return result;
  }

 private:
  std::string content() const { return base::read_file(path_).value_or(""); }

  std::string path_;
  std::size_t begin_;
};

}  // namespace dmarc::test
