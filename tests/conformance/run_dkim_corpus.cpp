// run_dkim_corpus [--words] FOLDER...
//
// Verifies the signed messages of folders and compares what comes of each signature with what is
// expected. A folder holds
//
//   *.eml          messages, octet for octet; one without a single CR LF has its lines ended by LF
//   zone.txt       the keys, as text of a zone (include/dmarc/zone.h)
//   expected.json  for each message the results of its DKIM-Signature fields, from the top, and of
//                  its ARC chain where it has one
//
// Only the class counts: pass, temperror, or neither; "any" is not looked at. With --words the
// words that differ within a class are printed too, and do not count. Each message is verified with
// its body in one chunk, in chunks of 65,535 octets and in chunks of 7.
//
// Prints each difference and closes with "N passed, N failed", in messages. Exit status: 0 when
// nothing failed, 1 when something did, 64 for wrong use, 65 for a folder that can't be used (the
// numbers of sysexits.h).

#include <sysexits.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/zone.h>

#include "arc/check.h"
#include "base/read_file.h"
#include "dkim/canonical_body.h"
#include "dkim/check.h"
#include "dkim/key_cache.h"

namespace {

using namespace dmarc;

/// Expected results hold from November 2026 to 2099; this is January 2027.
constexpr std::int64_t now = 1'800'000'000;

struct Tally {
  unsigned passed = 0;
  unsigned failed = 0;
};

std::string read(const std::filesystem::path& path) {
  auto text = base::read_file(path.string());
  if (!text) throw std::runtime_error(path.string() + ": " + base::error_text(text.error()));
  return *std::move(text);
}

/// As the message was on the wire.
std::string with_line_ends(std::string text) {
  if (text.find("\r\n") != std::string::npos) return text;
  std::string wire;
  for (const char c : text) {
    if (c == '\n') wire += '\r';
    wire += c;
  }
  return wire;
}

/// Runs a check of a method on a message whose body comes in chunks.
template <typename Check>
auto run(Check check, dkim::BodyHashes& hashes, std::string_view body, const dns::Zone& zone,
         std::size_t chunk) {
  auto step = check.begin();
  if (step.index() == 0) return std::get<0>(std::move(step));
  for (; !body.empty(); body.remove_prefix(std::min(chunk, body.size())))
    hashes.update(body.substr(0, chunk));
  hashes.finish();
  do
    step = check.next(zone);
  while (dns::has_more(step));
  return std::get<0>(std::move(step));
}

struct Found {
  dkim::Result dkim;
  arc::Result arc;
};

Found verify(const std::string& message, const dns::Zone& zone, dkim::KeyCache& keys,
             std::size_t chunk) {
  std::size_t offset = 0;
  const mail::HeaderBlock header = mail::split_header_block(message, offset);
  const std::string_view body = std::string_view(message).substr(offset);
  dkim::BodyHashes for_signatures;
  dkim::BodyHashes for_seals;
  return {run(dkim::Check(header, mail::find_author(header).domains, {.now = now}, keys,
                          for_signatures),
              for_signatures, body, zone, chunk),
          run(arc::Check(header, {.now = now}, keys, for_seals), for_seals, body, zone, chunk)};
}

std::string_view class_of(std::string_view word) {
  return word == "pass" || word == "temperror" || word == "any" ? word : "neither";
}

/// Prints what differs; false when a class does.
bool compare(const std::string& place, const YAML::Node& expected, const dkim::Result& result,
             bool words) {
  if (expected.size() != result.signatures.size()) {
    std::cout << place << ": " << result.signatures.size() << " signatures, expected "
              << expected.size() << '\n';
    return false;
  }
  bool same = true;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto wanted = expected[i]["result"].as<std::string>();
    const dkim::SignatureResult& found = result.signatures[i];
    const std::string_view word = dkim::to_string(found.code());
    const bool same_class = wanted == "any" || class_of(word) == class_of(wanted);
    same = same && same_class;
    if (same_class && (!words || wanted == "any" || word == wanted)) continue;
    std::cout << place << ": signature " << i + 1 << ": " << word;
    if (found.fault != dkim::Fault::none) std::cout << " (" << found.reason() << ')';
    std::cout << ", expected " << wanted << (same_class ? " (the class is right)" : "") << '\n';
  }
  return same;
}

bool compare_chain(const std::string& place, const YAML::Node& expected,
                   const arc::Result& result) {
  const std::string found =
      std::string(to_string(result.chain)) + " " + std::to_string(result.oldest_pass);
  const auto wanted = expected ? expected["result"].as<std::string>() + " " +
                                     expected["oldest_pass"].as<std::string>("0")
                               : "none 0";
  if (found == wanted) return true;
  std::cout << place << ": ARC " << found;
  if (result.problem) std::cout << " (" << arc::describe(*result.problem) << ')';
  std::cout << ", expected " << wanted << '\n';
  return false;
}

void run_folder(const std::filesystem::path& folder, bool words, Tally& tally) {
  const auto zone = dns::Zone::parse(read(folder / "zone.txt"));
  if (!zone)
    throw std::runtime_error((folder / "zone.txt").string() + ':' +
                             std::to_string(zone.error().line) + ": " + zone.error().reason);
  dkim::KeyCache keys;
  const YAML::Node expected = YAML::Load(read(folder / "expected.json"));
  for (const auto& entry : expected) {
    const auto path = folder / entry.first.as<std::string>();
    const std::string message = with_line_ends(read(path));
    const auto is_right = [&](std::size_t chunk) {
      const Found found = verify(message, *zone, keys, chunk);
      const bool signatures = compare(path.string(), entry.second["dkim"], found.dkim,
                                      words && chunk == message.size());
      return compare_chain(path.string(), entry.second["arc"], found.arc) && signatures;
    };
    const bool passed = is_right(message.size()) && is_right(65'535) && is_right(7);
    ++(passed ? tally.passed : tally.failed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> folders(argv + 1, argv + argc);
  const bool words = std::erase(folders, "--words") > 0;
  if (folders.empty() || folders.front().starts_with('-')) {
    std::cerr << "usage: run_dkim_corpus [--words] FOLDER...\n";
    return EX_USAGE;
  }
  Tally tally;
  for (const std::string& folder : folders) {
    try {
      run_folder(folder, words, tally);
    } catch (const std::exception& error) {
      std::cerr << "run_dkim_corpus: " << error.what() << '\n';
      return EX_DATAERR;
    }
  }
  std::cout << tally.passed << " passed, " << tally.failed << " failed\n";
  return tally.failed > 0 ? EXIT_FAILURE : EX_OK;
}
