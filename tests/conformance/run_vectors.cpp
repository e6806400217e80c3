// run_vectors FILE.yaml...
//
// Runs files of conformance vectors, prints each vector that fails with what was expected and what
// came, names those that it can't run, and closes with "N passed, N failed" (and ", N skipped" when
// there were any). A vector that breaks the schema counts as failed.
//
// Exit status: 0 when nothing failed, 1 when something did, 64 for wrong use, 65 for a file that is
// no list of vectors, 66 for one that can't be read (the numbers of sysexits.h).

#include <sysexits.h>

#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/read_file.h"
#include "vector_kinds.h"

namespace {

using namespace dmarc::test;

struct Tally {
  unsigned passed = 0;
  unsigned failed = 0;
  /// The ids of vectors that could not be run, by reason.
  std::map<std::string, std::vector<std::string>> skipped;
};

using KindCheck = void (*)(const Field&, Checks&);

const std::map<std::string, KindCheck, std::less<>> kinds{
    {"dmarc", check_dmarc},     {"record", check_record}, {"from", check_from},
    {"ar", check_ar},           {"spf", check_spf},       {"agg", check_agg},
    {"extdest", check_extdest}, {"ruf", check_ruf},       {"dkim", check_dkim},
    {"arc", check_arc}};

std::vector<std::string> find_complaints(const Field& vector) {
  const std::string kind = vector["kind"].text();
  const auto found = kinds.find(kind);
  if (found == kinds.end()) throw Unsupported("kind " + kind);
  if (!vector["expect"].is_map()) vector["expect"].complain("not a map");
  Checks checks(vector["expect"]);
  found->second(vector, checks);
  return checks.complaints();
}

void print_failure(const std::string& place, const std::string& id, const Field& vector,
                   const std::vector<std::string>& complaints) {
  std::cout << place << ": " << id << " failed";
  if (const Field title = vector["title"]; title.is_set()) std::cout << ": " << title.text();
  std::cout << '\n';
  for (const std::string& complaint : complaints)
    std::cout << "    " << complaint << '\n';
}

void run_vector(const std::string& file, const YAML::Node& node, Tally& tally) {
  const std::string place = file + ':' + std::to_string(node.Mark().line + 1);
  const Field vector(node, "");
  std::string id = "(no id)";
  std::vector<std::string> complaints;
  try {
    id = vector["id"].text();
    complaints = find_complaints(vector);
  } catch (const Unsupported& unsupported) {
    tally.skipped[unsupported.what()].push_back(id);
    return;
  } catch (const Malformed& malformed) {
    complaints = {std::string("malformed vector: ") + malformed.what()};
  }
  if (complaints.empty()) {
    ++tally.passed;
  } else {
    ++tally.failed;
    print_failure(place, id, vector, complaints);
  }
}

// Exit status 0 when the file could be run.
int run_file(const std::string& path, Tally& tally) {
  const auto text = dmarc::base::read_file(path);
  if (!text) {
    std::cerr << "run_vectors: " << path << ": " << dmarc::base::error_text(text.error()) << '\n';
    return EX_NOINPUT;
  }
  try {
    const YAML::Node vectors = YAML::Load(*text);
    if (!vectors.IsSequence()) {
      std::cerr << "run_vectors: " << path << ": not a list of vectors\n";
      return EX_DATAERR;
    }
    for (const YAML::Node& node : vectors)
      run_vector(path, node, tally);
  } catch (const YAML::Exception& error) {
    std::cerr << "run_vectors: " << path << ':' << error.mark.line + 1 << ": " << error.msg << '\n';
    return EX_DATAERR;
  }
  return EX_OK;
}

void print_summary(const Tally& tally) {
  std::size_t skipped = 0;
  for (const auto& [reason, ids] : tally.skipped) {
    skipped += ids.size();
    std::cout << "skipped, " << reason << ':';
    for (const std::string& id : ids)
      std::cout << ' ' << id;
    std::cout << '\n';
  }
  std::cout << tally.passed << " passed, " << tally.failed << " failed";
  if (skipped > 0) std::cout << ", " << skipped << " skipped";
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments.front().starts_with('-')) {
    std::cerr << "usage: run_vectors FILE.yaml...\n";
    return EX_USAGE;
  }
  Tally tally;
  int status = EX_OK;
  for (const std::string& path : arguments)
    if (const int problem = run_file(path, tally); status == EX_OK) status = problem;
  print_summary(tally);
  return status == EX_OK && tally.failed > 0 ? EXIT_FAILURE : status;
}
