// The history file taken over from its writer, with importer and writer both killed at random
// moments: every record that was written is in the database once.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/read_file.h"
#include "base/unique_fd.h"
#include "ctl/dmarcctl.h"
#include "history/file.h"
#include "store/database.h"
#include "store/sql.h"
#include "support/temporary_folder.h"

namespace dmarc::ctl {
namespace {

std::string record(const std::string& job) {
  return "job " + job +
         "\nreporter mx.example.net\nreceived 1600000000\nipaddr 192.0.2.1\nfrom bank.example\n"
         "mfrom bank.example\ndkim bank.example s1 0\nspf 0\nspf_scope 1\npdomain bank.example\n"
         "policy 15\nrua mailto:dmarc@bank.example\npct 100\nadkim 114\naspf 114\np 114\nsp 0\n"
         "fo 0\nalign_dkim 4\nalign_spf 4\narc 7\narc_policy 2 json:[]\naction 2\n";
}

class NoLog final : public log::Sink {
 public:
  void write(const log::Event& event) override { static_cast<void>(event); }
};

/// A process of its own that runs `work`.
pid_t in_child(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  work();
  ::_exit(0);
}

/// Until the process has ended, or that moment of its life has come: it may be killed anywhere.
void let_live(pid_t process, std::chrono::microseconds time) {
  const base::UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
  pollfd ended{handle.get(), POLLIN, 0};
  const timespec limit{0, static_cast<long>(std::chrono::nanoseconds(time).count())};
  ::ppoll(&ended, 1, &limit, nullptr);
}

/// From now on this process finds the disk full where a file grows beyond `octets`.
void limit_files(rlim_t octets) {
  std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit { octets, RLIM_INFINITY };
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

class TakeoverTest : public ::testing::Test {
 protected:
  int import() {
    out_.str("");
    err_.str("");
    return run_as("/usr/sbin/dmarcctl",
                  {"import", "--config", config_, "--database", "sqlite:" + database_},
                  {out_, err_});
  }

  /// What the daemon does with `count` records. A record counts as written, and is named in the
  /// file of those, once nothing waits.
  void write_records(const std::string& prefix, int count) const {
    NoLog no_log;
    history::File history(history_, no_log);
    const base::UniqueFd written(
        ::open((written_ + prefix).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    std::string jobs;
    const auto tell = [&] {
      if (history.waiting() > 0) return;
      static_cast<void>(::write(written.get(), jobs.data(), jobs.size()));
      jobs.clear();
    };
    for (int i = 0; i < count; ++i) {
      const std::string job = prefix + "." + std::to_string(i);
      history.append(record(job));
      jobs += job + "\n";
      tell();
    }
    limit_files(RLIM_INFINITY);
    history.retry();
    tell();
  }

  std::multiset<std::string> jobs_in_database() const {
    store::Database database(store::DatabaseAddress::parse("sqlite:" + database_).value());
    std::multiset<std::string> jobs;
    const soci::rowset<std::string> rows = database.session().prepare
                                           << "SELECT jobid FROM messages";
    for (const std::string& job : rows)
      jobs.insert(job);
    return jobs;
  }

  std::set<std::string> jobs_written() const {
    std::set<std::string> jobs;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (!entry.path().string().starts_with(written_)) continue;
      std::istringstream text(base::read_file(entry.path()).value_or(""));
      for (std::string job; std::getline(text, job);)
        jobs.insert(job);
    }
    return jobs;
  }

  /// Files beside the history file that an import works on.
  std::vector<std::string> working_files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename();
      if (name.find(".importing") != std::string::npos) names.push_back(name);
    }
    return names;
  }

  test::TemporaryFolder folder_;
  std::string database_ = folder_.path("reports.sqlite");
  std::string history_ = folder_.path("history");
  std::string written_ = folder_.path("written.");
  std::string config_ = folder_.write("opendmarc.conf", "HistoryFile " + history_ + "\n");
  std::ostringstream out_;
  std::ostringstream err_;
};

// A few rounds here, two hundred in tests/long/records.
TEST_F(TakeoverTest, no_record_is_lost_or_doubled_when_processes_are_killed) {
  const char* const given = std::getenv("DMARC_TEST_ROUNDS");
  const int rounds = given != nullptr ? std::atoi(given) : 20;
  std::mt19937 random(8460);
  std::size_t killed_writers = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string prefix = "R" + std::to_string(round);
    const bool disk_is_full = round % 4 == 3;
    const std::chrono::microseconds apart(random() % 5'000), life(random() % 20'000);
    const pid_t writer = in_child([&] {
      if (disk_is_full) limit_files(20'000);
      write_records(prefix, 300);
    });
    std::vector<pid_t> imports;
    for (int i = 0; i < 3; ++i) {
      imports.push_back(in_child([&] {
        if (disk_is_full) limit_files(100'000);
        import();
      }));
      let_live(imports.back(), apart);
    }
    for (const pid_t import : imports) {
      let_live(import, life);
      if (random() % 2 == 0) ::kill(import, SIGKILL);
    }
    // With a full disk one append may write all that waits.
    if (!disk_is_full && random() % 2 == 0) {
      ::kill(writer, SIGKILL);
      ++killed_writers;
    }
    for (const pid_t child : imports)
      ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    ASSERT_EQ(::waitpid(writer, nullptr, 0), writer);
  }
  EXPECT_EQ(import(), 0) << err_.str();
  const auto imported = jobs_in_database();
  const auto written = jobs_written();
  const std::set<std::string> different(imported.begin(), imported.end());
  EXPECT_EQ(different.size(), imported.size()) << "a record was doubled";
  for (const std::string& job : written)
    EXPECT_TRUE(different.contains(job)) << job << " was lost";
  // A writer that is killed may have written one more than it could tell of.
  EXPECT_LE(imported.size(), written.size() + killed_writers);
  EXPECT_TRUE(working_files().empty());
  EXPECT_FALSE(base::read_file(history_ + ".rejected")) << "no record was broken";
}

TEST_F(TakeoverTest, what_a_killed_import_has_left_is_taken_up_once) {
  folder_.write("history.importing", record("A"));
  folder_.write("history.importing.1600000000.77", record("B"));
  folder_.write("history.importing.1600000000.77.1", record("C") + record("A"));
  folder_.write("history.importing.saved", record("D"));
  folder_.write("history", record("E"));
  EXPECT_EQ(import(), 0) << err_.str();
  EXPECT_EQ(out_.str(), "4 records imported, 1 there already\n");
  EXPECT_EQ(working_files(), std::vector<std::string>{"history.importing.saved"});
  EXPECT_EQ(import(), 0);
  EXPECT_EQ(out_.str(), "0 records imported\n");
}

TEST_F(TakeoverTest, another_import_is_not_disturbed) {
  folder_.write("history", record("A"));
  base::UniqueFd lock(
      ::open((history_ + ".import-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
  EXPECT_EQ(import(), 75);
  EXPECT_NE(err_.str().find("another import is at work"), std::string::npos) << err_.str();
  EXPECT_TRUE(base::read_file(history_)) << "left to the other";
  lock.reset();
  EXPECT_EQ(import(), 0);
}

TEST_F(TakeoverTest, a_file_that_cannot_be_read_keeps_none_of_the_others) {
  std::filesystem::create_directory(folder_.path("history.importing.1600000000.1"));
  folder_.write("history.importing.1600000000.2", record("A"));
  folder_.write("history", record("B"));
  EXPECT_EQ(import(), 66);
  EXPECT_EQ(jobs_in_database(), (std::multiset<std::string>{"A", "B"}));
}

TEST_F(TakeoverTest, a_link_to_the_history_file_stays) {
  std::filesystem::create_directory(folder_.path("elsewhere"));
  folder_.write("elsewhere/data", record("A"));
  std::filesystem::create_symlink(folder_.path("elsewhere/data"), history_);
  EXPECT_EQ(import(), 0) << err_.str();
  EXPECT_TRUE(std::filesystem::is_symlink(history_));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("elsewhere/data")));
  EXPECT_EQ(jobs_in_database().size(), 1U);
}

}  // namespace
}  // namespace dmarc::ctl
