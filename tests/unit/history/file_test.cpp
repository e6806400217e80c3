#include "history/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/read_file.h"
#include "base/unique_fd.h"
#include "support/temporary_folder.h"

namespace dmarc::history {
namespace {

class Events final : public log::Sink {
 public:
  void write(const log::Event& event) override {
    const std::lock_guard guard(mutex_);
    ids_.push_back(event.id());
  }
  std::vector<log::Id> ids() {
    const std::lock_guard guard(mutex_);
    return ids_;
  }

 private:
  std::mutex mutex_;
  std::vector<log::Id> ids_;
};

class HistoryFileTest : public ::testing::Test {
 protected:
  static std::string content(const std::filesystem::path& path) {
    return base::read_file(path.string()).value_or("missing");
  }

  test::TemporaryFolder folder_;
  const std::filesystem::path directory_ = folder_.path();
  const std::filesystem::path path_ = directory_ / "history";
  Events events_;
};

TEST_F(HistoryFileTest, appends_whole_records_in_order) {
  File history(path_, events_);
  history.append("job 1\n");
  history.append("job 2\n");
  EXPECT_EQ(content(path_), "job 1\njob 2\n");
  EXPECT_TRUE(events_.ids().empty());
}

TEST_F(HistoryFileTest, follows_rotation_by_rename) {
  File history(path_, events_);
  history.append("job 1\n");
  std::filesystem::rename(path_, directory_ / "old");
  history.append("job 2\n");
  EXPECT_EQ(content(directory_ / "old"), "job 1\n");
  EXPECT_EQ(content(path_), "job 2\n");
}

TEST_F(HistoryFileTest, does_not_wait_for_a_lock_on_the_renamed_file) {
  File history(path_, events_);
  history.append("job 1\n");
  std::filesystem::rename(path_, directory_ / "old");
  const base::UniqueFd importer(::open((directory_ / "old").c_str(), O_RDONLY));
  ASSERT_EQ(::flock(importer.get(), LOCK_SH), 0);
  history.append("job 2\n");
  EXPECT_EQ(content(path_), "job 2\n");
  EXPECT_EQ(history.waiting(), 0U);
}

TEST_F(HistoryFileTest, spools_while_the_file_itself_is_locked) {
  File history(path_, events_);
  history.append("job 1\n");
  base::UniqueFd importer(::open(path_.c_str(), O_RDONLY));
  ASSERT_EQ(::flock(importer.get(), LOCK_SH), 0);
  history.append("job 2\n");
  EXPECT_EQ(history.waiting(), 1U);
  EXPECT_TRUE(events_.ids().empty()) << "an importer is done in a moment";
  history.retry();
  EXPECT_EQ(events_.ids(), std::vector{log::Id::history_unwritable}) << "this one keeps the lock";
  importer.reset();
  history.append("job 3\n");
  EXPECT_EQ(content(path_), "job 1\njob 2\njob 3\n");
}

TEST_F(HistoryFileTest, keeps_records_until_the_path_becomes_writable) {
  const std::filesystem::path later = directory_ / "later";
  File history(later / "history", events_);
  history.append("job 1\n");
  history.append("job 2\n");
  EXPECT_EQ(history.waiting(), 2U);
  EXPECT_EQ(events_.ids(), std::vector{log::Id::history_unwritable}) << "the alarm is logged once";
  std::filesystem::create_directory(later);
  history.retry();
  EXPECT_EQ(content(later / "history"), "job 1\njob 2\n");
  EXPECT_EQ(events_.ids().back(), log::Id::history_recovered);
}

TEST_F(HistoryFileTest, a_full_disk_leaves_no_partial_record) {
  // RLIMIT_FSIZE cuts a write short exactly as a disk without room does.
  File history(path_, events_);
  history.append("job 1\n");
  struct rlimit unlimited {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  const struct rlimit small { 9, unlimited.rlim_max };
  auto* const previous = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  history.append("job 2\n");
  const std::string during = content(path_);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  std::signal(SIGXFSZ, previous);
  EXPECT_EQ(during, "job 1\n");
  EXPECT_EQ(history.waiting(), 1U);
  history.retry();
  EXPECT_EQ(content(path_), "job 1\njob 2\n");
}

TEST_F(HistoryFileTest, the_spool_is_bounded_and_drops_the_oldest) {
  File history(directory_ / "missing" / "history", events_);
  const std::string large(File::max_spool / 4, 'x');
  for (int i = 0; i < 6; ++i)
    history.append(large);
  EXPECT_EQ(history.waiting(), 4U);
  EXPECT_EQ(history.dropped(), 2U);
  std::filesystem::create_directory(directory_ / "missing");
  history.retry();
  EXPECT_EQ(events_.ids(), (std::vector{log::Id::history_unwritable, log::Id::history_full,
                                        log::Id::history_recovered, log::Id::history_dropped}))
      << "told when that begins, and how many they were";
}

TEST_F(HistoryFileTest, a_named_pipe_in_its_place_blocks_nobody) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  File history(path_, events_);
  history.append("job 1\n");
  EXPECT_EQ(events_.ids(), std::vector{log::Id::history_unwritable});
  EXPECT_EQ(history.waiting(), 1U);
  std::filesystem::remove(path_);
  history.retry();
  EXPECT_EQ(content(path_), "job 1\n");
}

TEST_F(HistoryFileTest, loses_nothing_under_threads_and_constant_rotation) {
  constexpr int threads = 4;
  constexpr int records = 500;
  File history(path_, events_);
  std::atomic<bool> done{false};
  std::size_t rotated = 0;
  std::thread rotator([&] {
    for (int i = 0; !done; ++i) {
      std::error_code error;
      const auto name = directory_ / ("old." + std::to_string(i));
      std::filesystem::rename(path_, name, error);
      if (error) continue;
      // As the importer does: lock, then read; a record must not be appended after that.
      const base::UniqueFd file(::open(name.c_str(), O_RDONLY));
      ::flock(file.get(), LOCK_SH);
      rotated += content(name).size();
    }
  });
  std::vector<std::thread> writers;
  for (int t = 0; t < threads; ++t) {
    writers.emplace_back([&] {
      for (int i = 0; i < records; ++i)
        history.append("job\n");
    });
  }
  for (std::thread& writer : writers)
    writer.join();
  done = true;
  rotator.join();
  history.retry();
  const std::string rest = std::filesystem::exists(path_) ? content(path_) : "";
  EXPECT_EQ(history.waiting(), 0U);
  EXPECT_EQ(rotated + rest.size(), std::size_t{threads} * records * 4);
}

}  // namespace
}  // namespace dmarc::history
