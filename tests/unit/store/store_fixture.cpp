#include "unit/store/store_fixture.h"

#include <fcntl.h>

#include <cstdlib>
#include <stdexcept>

#include "base/unique_fd.h"
#include "history/file.h"
#include "store/schema.h"
#include "store/sql.h"

namespace dmarc::store {
namespace {

DatabaseAddress test_address(const test::TemporaryFolder& folder) {
  const char* const given = std::getenv("DMARC_TEST_DATABASE");
  return DatabaseAddress::parse(given != nullptr ? given : "sqlite:" + folder.path("store.sqlite"))
      .value();
}

}  // namespace

std::string Sample::text() const {
  return "job " + job + "\nreporter " + reporter + "\nreceived " + std::to_string(received) +
         "\nipaddr " + ip + "\nfrom " + from + "\nmfrom " + mfrom + "\n" + dkim + spf + "pdomain " +
         pdomain + "\npolicy " + policy + "\n" + rua +
         "pct 100\nadkim 114\naspf 114\np 114\nsp 0\nfo 0\nalign_dkim 4\nalign_spf 4\n"
         "arc 7\narc_policy 2 json:[]\naction " +
         action + "\n";
}

StoreTest::StoreTest() : address_(test_address(folder_)), database_(address_) {
  for (const Table& table : tables())
    execute("DROP TABLE IF EXISTS " + std::string(table.name));
  create_schema(database_);
}

Importer::Counts StoreTest::import(std::string_view text) {
  const base::UniqueFd file(::open(folder_.write("history", text).c_str(), O_RDONLY | O_CLOEXEC));
  history::Reader reader(file.get());
  Importer importer(database_);
  while (auto record = reader.next()) {
    if (!record->entry) throw std::runtime_error(record->problem);
    importer.add(*std::move(record->entry));
  }
  importer.flush();
  return importer.counts();
}

std::int64_t StoreTest::number(const std::string& query) {
  long long value = 0;
  database_.session() << query, soci::into(value);
  return value;
}

std::string StoreTest::text(const std::string& query) {
  std::string value;
  database_.session() << query, soci::into(value);
  return value;
}

void StoreTest::execute(const std::string& statement) {
  database_.session() << statement;
}

}  // namespace dmarc::store
