// Records a second, from a history file into a database:
//
//   import_bench HISTORY sqlite:/tmp/new.sqlite
//
// The database should be new; it stays for inspection. See history_sample.py for a file, and
// import_cost.py for all engines.
#include <fcntl.h>

#include <chrono>
#include <iostream>

#include "base/unique_fd.h"
#include "history/file.h"
#include "resources.h"
#include "store/importer.h"
#include "store/schema.h"

namespace {

using namespace dmarc;
using bench::cpu_seconds;
using bench::peak_kibibytes;

void report(std::uint64_t records, double seconds) {
  std::cout << records << " records, "
            << static_cast<std::uint64_t>(static_cast<double>(records) / seconds) << "/s, CPU "
            << cpu_seconds() << " s, peak " << peak_kibibytes() << " KiB\n";
}

void run(const char* history, const char* address) {
  const base::UniqueFd file(::open(history, O_RDONLY | O_CLOEXEC));
  store::Database database(store::DatabaseAddress::parse(address).value());
  store::create_schema(database);
  store::Importer importer(database);
  history::Reader reader(file.get());
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  std::uint64_t records = 0;
  while (auto record = reader.next()) {
    if (record->entry) importer.add(*std::move(record->entry));
    if (++records % 1'000'000 == 0) report(records, seconds());
  }
  importer.flush();
  report(records, seconds());
  std::cout << importer.counts().imported << " imported, " << importer.counts().duplicates
            << " duplicates\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: import_bench HISTORY DATABASE\n";
    return 64;
  }
  run(argv[1], argv[2]);
}
