// Puts the records of history files into the store, each once.
//
//   store::Importer importer(database);
//   while (auto record = reader.next())
//     if (record->entry) importer.add(*std::move(record->entry));
//   importer.flush();
//
// Records are written in batches, each in one transaction: whenever the process is killed, a batch
// is there in whole or not at all, and importing the same file again adds what is missing. A record
// is known by reporter, time and job, as in OpenDMARC's tables. Memory does not grow with the
// number of records.
//
// Threads: that of the connection. Throws store::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "history/entry.h"
#include "store/bulk.h"
#include "store/database.h"
#include "store/policies.h"

namespace dmarc::store {

class Importer {
 public:
  /// Records in one transaction.
  static constexpr std::size_t batch_size = 5000;

  struct Counts {
    std::uint64_t imported = 0;
    std::uint64_t duplicates = 0;  ///< were in the store already
    std::uint64_t no_address = 0;  ///< left out: a report can't hold them
  };

  explicit Importer(Database& database);

  void add(history::Entry entry);
  /// Writes what is left; call it at the end.
  void flush();

  const Counts& counts() const { return counts_; }

 private:
  /// Where the numbers of names are, once they are resolved.
  using Number = const std::int64_t*;

  /// The domain and the selector of a signature or a seal.
  struct Signer {
    Number domain;
    Number selector;
    Number reason;  ///< of a signature
  };

  /// A record of the batch, with the numbers that stand for its names.
  struct Row {
    explicit Row(history::Entry record) : entry(std::move(record)) {}

    history::Entry entry;
    Number reporter = nullptr, ip = nullptr, from = nullptr, envelope_from = nullptr;
    Number policy_domain = nullptr, reason = nullptr, helo = nullptr;
    Number published = nullptr;
    std::vector<Signer> signers;  ///< of the signatures, then of the seals
    std::int64_t message = 0;     ///< 0 for a duplicate
  };

  void want_names(Row& row);
  void resolve_names();
  void resolve_selectors();
  void resolve_policies();
  void insert_messages();
  void find_message_numbers(std::int64_t before);
  void insert_details();
  void insert_details_of(const Row& row);
  void update_requests();
  std::int64_t last_message();

  Database& database_;
  std::vector<Row> batch_;
  Counts counts_;
  IdTable reporters_, addresses_, domains_, selectors_, reasons_;
  PolicyTable policies_;
  BulkInsert messages_, signatures_, arc_results_, arc_seals_;
};

}  // namespace dmarc::store
