// A store for one test: SQLite in a folder of its own, or empty tables on the server that
// DMARC_TEST_DATABASE names (tests/support/with_database).
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "store/importer.h"
#include "support/temporary_folder.h"

namespace dmarc::store {

/// What a history record says, for tests; the rest is the same in all of them.
struct Sample {
  std::string job = "4F1A2B";
  std::string reporter = "mx.victim.example";
  std::int64_t received = 1'790'000'000;
  std::string ip = "203.0.113.5";
  std::string from = "news.example.org";
  std::string mfrom = "example.org";
  std::string pdomain = "example.org";
  std::string dkim = "dkim example.org s1 0\n";
  std::string spf = "spf 0\nspf_scope 1\n";
  std::string policy = "15 discovery=treewalk testing=n psd=u requested=reject";
  std::string rua = "rua mailto:a@example.org\n";
  std::string action = "2";

  std::string text() const;
};

class StoreTest : public testing::Test {
 protected:
  StoreTest();

  /// Puts a history file into the store.
  Importer::Counts import(std::string_view text);

  /// The one value that a query gives.
  std::int64_t number(const std::string& query);
  std::string text(const std::string& query);
  void execute(const std::string& statement);

  test::TemporaryFolder folder_;
  DatabaseAddress address_;
  Database database_;
};

}  // namespace dmarc::store
