// One import of a history file into the store, as "dmarcctl import" and OpenDMARC's names for it
// share it.
//
//   const auto database = open_store(address);
//   const auto outcome = run_import({.program = "dmarcctl import", .path = path}, *database,
//   terminal);
//
// The file is locked against writers while it is read, as OpenDMARC does it. Records that can't be
// used go to `rejects`, each with a line that says why; the first of them are reported on the
// terminal.
//
// Threads: one. Throws store::Error.
#pragma once

#include <cstdint>
#include <string>

#include "ctl/input.h"
#include "ctl/subcommand.h"
#include "store/importer.h"

namespace dmarc::ctl {

struct ImportRequest {
  std::string program;       ///< in messages
  std::string path;          ///< "-" is standard input
  std::string rejects = {};  ///< where unusable records go; empty: nowhere
  bool append_rejects = false;
};

struct ImportOutcome {
  store::Importer::Counts counts;
  std::uint64_t rejected = 0;
};

/// The error is that of reading the file.
Input<ImportOutcome> run_import(const ImportRequest& request, store::Database& database,
                                Terminal terminal);

/// "12 records imported, 1 there already".
std::string summary(const ImportOutcome& outcome);

/// Renames a history file to `working`, imports it, and deletes it. If `working` exists already, an
/// earlier run was killed; that file is imported first.
Input<ImportOutcome> import_and_delete(const ImportRequest& request, const std::string& working,
                                       store::Database& database, Terminal terminal);

}  // namespace dmarc::ctl
