// What a writer (writer.h) hands records to: the history file (file.h), or a double in a test.
//
// Threads: one, the writer's.
#pragma once

#include <string>

namespace dmarc::history {

class Output {
 public:
  virtual ~Output() = default;
  /// Writes the record or keeps it.
  virtual void append(std::string record) = 0;
  /// Writes what was kept, if that is possible now.
  virtual void retry() = 0;
  /// For the last time.
  virtual void close() = 0;
};

}  // namespace dmarc::history
