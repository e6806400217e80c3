#include "store/database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/encoding.h"
#include "base/read_file.h"
#include "base/unique_fd.h"
#include "store/sql.h"

namespace dmarc::store {

// --- Addresses -----------------------------------------------------------------------------------

namespace {

using Parsed = tl::expected<DatabaseAddress, std::string>;

constexpr std::array<std::pair<std::string_view, Engine>, 4> schemes{
    {{"sqlite", Engine::sqlite},
     {"mysql", Engine::mariadb},
     {"mariadb", Engine::mariadb},
     {"postgresql", Engine::postgresql}}};

/// What stands before the separator, which is removed with it; nothing when it is not there.
std::optional<std::string_view> take_until(std::string_view& text, std::size_t position) {
  if (position == std::string_view::npos) return std::nullopt;
  const std::string_view head = text.substr(0, position);
  text.remove_prefix(position + 1);
  return head;
}

/// "HOST:PORT", "[ADDRESS]:PORT"; the port may be missing.
bool read_host(std::string_view text, DatabaseAddress& address) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  address.host = base::percent_decoded(host);
  if (colon == std::string_view::npos) return true;
  const auto port = base::parse_decimal<std::uint16_t>(text.substr(colon + 1));
  address.port = port.value_or(0);
  return address.port != 0;
}

/// "//USER:PASSWORD@HOST:PORT/NAME?socket=PATH".
Parsed read_server(std::string_view rest, DatabaseAddress address) {
  if (!rest.starts_with("//")) return tl::unexpected(std::string("\"//\" is missing"));
  rest.remove_prefix(2);
  std::string_view authority = take_until(rest, rest.find('/')).value_or("");
  if (auto credentials = take_until(authority, authority.rfind('@'))) {
    const auto user = take_until(*credentials, credentials->find(':'));
    address.user = base::percent_decoded(user.value_or(*credentials));
    if (user) address.password = base::percent_decoded(*credentials);
  }
  if (!read_host(authority, address))
    return tl::unexpected(std::string("the port is not a number"));
  std::string_view query = rest;
  const auto name = take_until(query, rest.find('?'));
  address.name = base::percent_decoded(name.value_or(rest));
  if (name) {
    if (!query.starts_with("socket="))
      return tl::unexpected(std::string("only \"socket=\" may stand after \"?\""));
    address.host = base::percent_decoded(query.substr(7));
  }
  if (address.host.empty()) address.host = "localhost";
  if (address.name.empty()) return tl::unexpected(std::string("the database's name is missing"));
  return address;
}

}  // namespace

std::string_view to_string(Engine engine) {
  switch (engine) {
    case Engine::sqlite:
      return "SQLite";
    case Engine::mariadb:
      return "MariaDB";
    case Engine::postgresql:
      break;
  }
  return "PostgreSQL";
}

Parsed DatabaseAddress::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  for (const auto& [name, engine] : schemes) {
    if (colon == std::string_view::npos || !base::iequals(name, scheme)) continue;
    const std::string_view rest = text.substr(colon + 1);
    DatabaseAddress address;
    address.engine = engine;
    if (engine != Engine::sqlite) return read_server(rest, std::move(address));
    address.path = rest;
    if (rest.find('"') != std::string_view::npos)
      return tl::unexpected(std::string("a path with a quotation mark can't be used"));
    if (rest.empty()) return tl::unexpected(std::string("the file's path is missing"));
    return address;
  }
  return tl::unexpected(
      std::string("it must begin with \"sqlite:\", \"mysql://\" or \"postgresql://\""));
}

std::string DatabaseAddress::text() const {
  if (engine == Engine::sqlite) return "sqlite:" + path;
  std::string result = engine == Engine::mariadb ? "mysql://" : "postgresql://";
  if (!user.empty()) result += user + "@";
  result += host;
  if (port != 0) result += ":" + std::to_string(port);
  return result + "/" + name;
}

// --- Connections ---------------------------------------------------------------------------------

namespace {

/// How long SQLite waits for another process that writes, in seconds; an import's transaction takes
/// well under one.
constexpr int busy_timeout = 60;

std::string_view backend(Engine engine) {
  switch (engine) {
    case Engine::sqlite:
      return "sqlite3";
    case Engine::mariadb:
      return "mysql";
    case Engine::postgresql:
      break;
  }
  return "postgresql";
}

/// `'value'` with the backslashes that libpq and SOCI's parser for MariaDB want.
std::string single_quoted(std::string_view value) {
  std::string result = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

void add(std::string& text, std::string_view key, const std::string& value) {
  if (!value.empty()) text.append(key).append("=").append(single_quoted(value)).append(" ");
}

std::string connect_string(const DatabaseAddress& address) {
  if (address.engine == Engine::sqlite)
    return "db=\"" + address.path + "\" timeout=" + std::to_string(busy_timeout);
  const bool is_mariadb = address.engine == Engine::mariadb;
  const bool is_path = address.host.starts_with('/');
  std::string text;
  add(text, "dbname", address.name);
  // libpq takes the folder of a Unix socket for a host; MariaDB's library wants the socket itself.
  add(text, is_mariadb && is_path ? "unix_socket" : "host", address.host);
  add(text, "user", address.user);
  add(text, "password", address.password);
  if (address.port != 0) add(text, "port", std::to_string(address.port));
  return text;
}

/// Only its owner can read a new SQLite file, and it gets the owner of its folder: the service must
/// be able to write what root has made by hand.
void make_file(const std::string& path) {
  const base::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file || ::geteuid() != 0) return;
  struct stat folder {};
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (::stat(parent.empty() ? "." : parent.c_str(), &folder) != 0) return;
  if (::fchown(file.get(), folder.st_uid, folder.st_gid) != 0)
    throw Error(path + ": " + base::error_text(errno));
}

/// Times are UTC everywhere, and a value that does not fit is an error rather than another value.
void prepare_session(soci::session& session, Engine engine) {
  switch (engine) {
    case Engine::sqlite:
      session << "PRAGMA journal_mode = WAL";
      session << "PRAGMA synchronous = NORMAL";
      session << "PRAGMA cache_size = -65536";
      return;
    case Engine::mariadb:
      session << "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES', NAMES utf8mb4";
      // Reading for a report must not keep importers from writing.
      session << "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
      return;
    case Engine::postgresql:
      session << "SET TIME ZONE 'UTC'";
      session << "SET client_min_messages = warning";
      return;
  }
}

}  // namespace

Database::Database(const DatabaseAddress& address) : engine_(address.engine) {
  // A back end is looked for where the system's libraries are, never in the current folder.
  soci::dynamic_backends::search_paths().clear();
  if (engine_ == Engine::sqlite) make_file(address.path);
  try {
    session_ =
        std::make_unique<soci::session>(std::string(backend(engine_)), connect_string(address));
    prepare_session(*session_, engine_);
  } catch (const std::exception& error) {
    throw Error(address.text() + ": " + error.what());
  }
}

Database::~Database() = default;

bool Database::is_alive() {
  try {
    int one = 0;
    *session_ << "SELECT 1", soci::into(one);
    return one == 1;
  } catch (const soci::soci_error&) {
    return false;
  }
}

// --- Transactions --------------------------------------------------------------------------------

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
        if (locked != 1) throw Error("another process keeps the database locked");
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
