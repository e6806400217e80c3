// A history on a disk that hangs until the test releases it.
//
//   HangingOutput::Disk disk;
//   history::Writer writer("history", std::make_unique<HangingOutput>(disk), sink);
//   ...
//   disk.released.set_value();   // before the writer is destroyed
//
// Threads: the output belongs to the writer's; look at disk.records when that has ended.
#pragma once

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "history/output.h"

namespace dmarc::test {

class HangingOutput final : public history::Output {
 public:
  struct Disk {
    std::promise<void> released;
    std::shared_future<void> release = released.get_future().share();
    std::vector<std::string> records;
  };
  explicit HangingOutput(Disk& disk) : disk_(disk), release_(disk.release) {}

  void append(std::string record) override {
    release_.wait();
    disk_.records.push_back(std::move(record));
  }
  void retry() override {}
  void close() override {}

 private:
  Disk& disk_;
  const std::shared_future<void> release_;
};

}  // namespace dmarc::test
