#include "store/transaction.h"

#include "store/soci.h"

namespace dmarc::store {
namespace {

/// How long a transaction waits for its turn, in seconds.
constexpr int lock_timeout = 600;

/// Any number; PostgreSQL's advisory locks have no names.
constexpr long long lock_number = 0x646d617263;  // "dmarc"

}  // namespace

Transaction::Transaction(Database& database) : database_(database) {
  guarded([&] {
    soci::session& session = database_.session();
    switch (database_.engine()) {
      case Engine::sqlite:
        session << "BEGIN IMMEDIATE";
        return;
      case Engine::mariadb: {
        int locked = 0;
        session << "SELECT COALESCE(GET_LOCK(CONCAT(DATABASE(), '.dmarc'), " << lock_timeout
                << "), 0)",
            soci::into(locked);
        if (locked != 1) throw Failure("another process keeps the database locked");
        session << "BEGIN";
        return;
      }
      case Engine::postgresql:
        session << "BEGIN";
        session << "SELECT pg_advisory_xact_lock(" << lock_number << ")";
        return;
    }
  });
}

void Transaction::unlock() {
  open_ = false;
  if (database_.engine() == Engine::mariadb) {
    int released = 0;
    database_.session() << "SELECT COALESCE(RELEASE_LOCK(CONCAT(DATABASE(), '.dmarc')), 0)",
        soci::into(released);
  }
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.session() << "ROLLBACK";
    unlock();
  } catch (const soci::soci_error&) {
    // The connection is gone, and the server rolls back by itself.
  }
}

void Transaction::commit() {
  guarded([&] {
    database_.session() << "COMMIT";
    unlock();
  });
}

}  // namespace dmarc::store
