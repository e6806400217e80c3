// run_dkim_corpus [--words] FOLDER...
//
// Verifies the signed messages of folders and compares what comes of each signature with what is
// expected. A folder holds
//
//   *.eml          messages, octet for octet; one without a single CR LF has its lines ended by LF
//   zone.txt       the keys, as text of a zone (include/dmarc/zone.h)
//   expected.json  for each message the results of its DKIM-Signature fields, from the top
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

#include "base/read_file.h"
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

dkim::Result verify(const std::string& message, const dns::Zone& zone, dkim::KeyCache& keys,
                    std::size_t chunk) {
  std::size_t offset = 0;
  const mail::HeaderBlock header = mail::split_header_block(message, offset);
  dkim::Check check(header, mail::find_author(header).domains, {.now = now}, keys);
  auto step = check.begin();
  if (auto* const result = std::get_if<dkim::Result>(&step)) return std::move(*result);
  for (std::string_view body = std::string_view(message).substr(offset); !body.empty();
       body.remove_prefix(std::min(chunk, body.size())))
    check.body(body.substr(0, chunk));
  check.end_of_body();
  step = check.next(zone);
  return std::get<dkim::Result>(std::move(step));
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
      return compare(path.string(), entry.second["dkim"], verify(message, *zone, keys, chunk),
                     words && chunk == message.size());
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
