#include "store/database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/read_file.h"
#include "base/unique_fd.h"
#include "store/soci.h"

namespace dmarc::store {
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

std::string connect_string(const Address& address) {
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

/// A new SQLite file is for its owner's eyes, and belongs to whom its folder belongs to: what root
/// makes by hand, the service has to be able to write.
void make_file(const std::string& path) {
  const base::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file || ::geteuid() != 0) return;
  struct stat folder {};
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (::stat(parent.empty() ? "." : parent.c_str(), &folder) != 0) return;
  if (::fchown(file.get(), folder.st_uid, folder.st_gid) != 0)
    throw Failure(path + ": " + base::error_text(errno));
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

Database::Database(const Address& address) : engine_(address.engine) {
  // A back end is looked for where the system's libraries are, never in the current folder.
  soci::dynamic_backends::search_paths().clear();
  if (engine_ == Engine::sqlite) make_file(address.path);
  try {
    session_ =
        std::make_unique<soci::session>(std::string(backend(engine_)), connect_string(address));
    prepare_session(*session_, engine_);
  } catch (const std::exception& error) {
    throw Failure(address.text() + ": " + error.what());
  }
}

Database::~Database() = default;

}  // namespace dmarc::store
