// run_arc_suite FILE.yml...
//
// Runs test files in the format of the ARC validation suite, prints each case that comes out
// otherwise than it should, and closes with "N passed, N failed". Exit status: 0 when there were
// cases and none failed, 1 otherwise, 2 for wrong use and unreadable files.
//
// Where the suite says nothing, or what RFC 8617 forbids, the table below says what is right.
#include <array>
#include <ctime>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include "arc/check.h"
#include "arc_suite_reader.h"
#include "dkim/key_cache.h"
#include "dns/lookup_session.h"

namespace {

using namespace dmarc;

struct Tally {
  unsigned passed = 0;
  unsigned failed = 0;
};

struct Exception {
  std::string_view test;
  std::string_view expected;
};

constexpr std::array<Exception, 4> exceptions{{
    // No word in the suite. A seal that says cv=fail ends the chain (RFC 8617 section 5.2).
    {"cv_fail_i1_as_cv_fail", "fail"},
    {"cv_fail_i2_as2_fail", "fail"},
    {"cv_fail_i2_as1_fail", "fail"},
    // "Pass" in the suite. A message signature has to cover From (RFC 8617 section 4.1.2, RFC 6376
    // section 5.4), and this one covers nothing.
    {"ams_fields_h_empty", "fail"},
}};

std::string_view expected_word(const test::ArcCase& test) {
  for (const Exception& exception : exceptions)
    if (exception.test == test.name) return exception.expected;
  return test.expected;
}

arc::Result verify(const std::string& message, dns::Zone& zone) {
  std::size_t body = 0;
  const mail::HeaderBlock header = mail::split_header_block(message, body);
  dkim::KeyCache keys;
  dns::LookupSession session(zone, {});
  return arc::verify(header, std::string_view(message).substr(body), {.now = std::time(nullptr)},
                     keys, session);
}

void run_scenario(test::ArcScenario& scenario, Tally& tally) {
  for (const test::ArcCase& test : scenario.cases) {
    const arc::Result result = verify(test.message, scenario.zone);
    const std::string_view expected = expected_word(test);
    if (expected == arc::to_string(result.chain)) {
      ++tally.passed;
      continue;
    }
    ++tally.failed;
    std::cout << scenario.description << " / " << test.name << ": expected " << expected << ", got "
              << arc::to_string(result.chain);
    if (result.problem) std::cout << " (" << arc::describe(*result.problem) << ')';
    std::cout << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: run_arc_suite FILE.yml...\n";
    return 2;
  }
  Tally tally;
  try {
    for (int i = 1; i < argc; ++i)
      for (test::ArcScenario& scenario : test::read_arc_suite(argv[i]))
        run_scenario(scenario, tally);
  } catch (const std::exception& error) {
    std::cerr << "run_arc_suite: " << error.what() << '\n';
    return 2;
  }
  std::cout << tally.passed << " passed, " << tally.failed << " failed\n";
  return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}
