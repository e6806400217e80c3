#include "history/writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

#include "base/read_file.h"
#include "support/hanging_output.h"
#include "support/log_capture.h"
#include "support/temporary_folder.h"

namespace dmarc::history {
namespace {

class Waiter {
 public:
  std::function<void()> wake() {
    return [this] { woken_.set_value(); };
  }
  void wait() { woken_.get_future().wait(); }

 private:
  std::promise<void> woken_;
};

class HistoryWriterTest : public testing::Test {
 protected:
  std::size_t count(log::Id id) const { return log_.count(id); }

  const test::TemporaryFolder folder_;
  test::LogCapture log_;
};

TEST_F(HistoryWriterTest, wakes_when_the_record_is_in_the_file) {
  const std::string path = folder_.path("history");
  Writer writer(path, log_);
  Waiter waiter;
  const auto handover = writer.append("job 1\n", waiter.wake());
  waiter.wait();
  EXPECT_TRUE(handover->is_done());
  EXPECT_EQ(base::read_file(path), "job 1\n");
}

TEST_F(HistoryWriterTest, a_record_that_can_not_be_written_is_waited_for_no_longer) {
  Writer writer(folder_.path("absent/history"), log_);
  Waiter waiter;
  const auto handover = writer.append("job 1\n", waiter.wake());
  waiter.wait();
  EXPECT_TRUE(handover->is_done());
  EXPECT_EQ(count(log::Id::history_unwritable), 1U);
  writer.close(std::chrono::minutes(1));
  EXPECT_EQ(count(log::Id::history_lost), 1U);
}

TEST_F(HistoryWriterTest, nobody_waits_for_a_disk_that_hangs) {
  test::HangingOutput::Disk disk;
  Writer writer("history", std::make_unique<test::HangingOutput>(disk), log_);
  Waiter first;
  const auto handover = writer.append("1", first.wake());
  EXPECT_FALSE(handover->is_done());
  writer.give_up();
  EXPECT_EQ(count(log::Id::history_slow), 1U);
  EXPECT_TRUE(writer.append("2", [] { ADD_FAILURE() << "it is done already"; })->is_done());
  writer.give_up();
  EXPECT_EQ(count(log::Id::history_slow), 1U) << "told once";
  disk.released.set_value();
  first.wait();
  writer.close(std::chrono::minutes(1));
  EXPECT_EQ(disk.records, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(count(log::Id::history_keeps_up), 1U);
  EXPECT_EQ(count(log::Id::history_lost), 0U);
}

TEST_F(HistoryWriterTest, giving_up_what_is_written_already_changes_nothing) {
  Writer writer(folder_.path("history"), log_);
  Waiter waiter;
  writer.append("job 1\n", waiter.wake());
  waiter.wait();
  writer.give_up();
  EXPECT_EQ(count(log::Id::history_slow), 0U);
}

TEST_F(HistoryWriterTest, what_waits_is_bounded_and_what_is_dropped_is_counted) {
  test::HangingOutput::Disk disk;
  Writer writer("history", std::make_unique<test::HangingOutput>(disk), log_);
  const std::string large(Writer::max_waiting / 4, 'x');
  std::atomic<int> woken = 0;
  // One may be in the writer's hands already.
  for (int i = 0; i < 8; ++i)
    writer.append(large, [&woken] { ++woken; });
  EXPECT_GE(woken, 3);
  EXPECT_EQ(count(log::Id::history_full), 1U);
  disk.released.set_value();
  writer.close(std::chrono::minutes(1));
  EXPECT_EQ(count(log::Id::history_dropped), 1U);
  EXPECT_EQ(woken, 8);
}

TEST_F(HistoryWriterTest, the_end_does_not_wait_for_a_disk_that_hangs) {
  test::HangingOutput::Disk disk;
  Writer writer("history", std::make_unique<test::HangingOutput>(disk), log_);
  writer.append("1", [] {});
  writer.append("2", [] {});
  writer.close(std::chrono::milliseconds(10));
  EXPECT_EQ(log_.texts(),
            std::vector<std::string>{"history: 2 records could not be written before the end"});
  disk.released.set_value();
}

}  // namespace
}  // namespace dmarc::history
