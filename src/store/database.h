// The report database, on SQLite, MariaDB or PostgreSQL: its address, connections, transactions.
//
//   auto address = store::DatabaseAddress::parse("sqlite:/var/lib/opendmarc/opendmarc.sqlite");
//   store::Database database(*address);
//
//   store::Transaction transaction(database);   // all or nothing: rolled back if not committed
//   ...
//   transaction.commit();
//
// Everything in store/ throws store::Error when the database fails; an open transaction is then
// rolled back.
//
// Threads: a connection belongs to one thread.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace soci {
class session;
}

namespace dmarc::store {

enum class Engine { sqlite, mariadb, postgresql };
std::string_view to_string(Engine engine);

/// The database failed: one line for standard error.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where the database is and who asks.
struct DatabaseAddress {
  Engine engine = Engine::sqlite;
  std::string path;  ///< SQLite: the file
  std::string host;  ///< the others: a name, an address, or the folder or path of a Unix socket
  std::uint16_t port = 0;  ///< 0: the engine's own
  std::string name;
  std::string user;
  std::string password;

  /// Reads "sqlite:PATH", "mysql://USER:PASSWORD@HOST:PORT/NAME" ("mariadb:" too) and
  /// "postgresql://USER:PASSWORD@HOST:PORT/NAME" with %XX in each part; "?socket=PATH" stands for
  /// the host. The error says what is wrong, without the password.
  static tl::expected<DatabaseAddress, std::string> parse(std::string_view text);

  /// For messages: without the password.
  std::string text() const;
};

class Database {
 public:
  /// Throws Error. A SQLite file is made when there is none; tables are not.
  explicit Database(const DatabaseAddress& address);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Engine engine() const { return engine_; }
  /// False when it does not answer (any more).
  bool is_alive();
  /// For the files of store/ only.
  soci::session& session() { return *session_; }

 private:
  Engine engine_;
  std::unique_ptr<soci::session> session_;
};

/// One transaction that writes runs at a time, whatever the engine and on however many hosts: it
/// waits for the others in its constructor. So what one reads stays true until it commits, and
/// there are no deadlocks to be retried. OpenDMARC's own tools know nothing of that lock.
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
