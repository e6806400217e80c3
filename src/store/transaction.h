// All or nothing: what is not committed is rolled back.
//
//   store::Transaction transaction(database);
//   ...
//   transaction.commit();
//
// One transaction that writes runs at a time, whatever the engine and on however many hosts: it
// waits for the others in its constructor. So what one reads stays true until it commits, and
// there are no deadlocks to be retried. OpenDMARC's own tools know nothing of that lock.
#pragma once

#include "store/database.h"

namespace dmarc::store {

class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  void unlock();

  Database& database_;
  bool open_ = true;
};

}  // namespace dmarc::store
