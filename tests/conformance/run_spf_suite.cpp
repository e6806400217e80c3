// run_spf_suite [--engine native|libspf2] FILE.yml[.gz]...
//
// Runs test files in the openspf format, prints each case that fails, and closes with
// "N passed, N failed". Exit status: 0 when there were cases and none failed, 1 otherwise, 2 for
// wrong use and unreadable files.
#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "dns/lookup_session.h"
#include "spf/libspf2/libspf2.h"
#include "spf_suite_reader.h"

namespace {

using namespace dmarc;

struct Tally {
  unsigned passed = 0;
  unsigned failed = 0;
};

std::string alternatives(const std::vector<std::string>& results) {
  std::string text;
  for (const std::string& result : results)
    text += (text.empty() ? "" : " or ") + result;
  return text;
}

std::string in_quotes(std::string_view text) {
  return '"' + base::printable(text) + '"';
}

// Empty when the case is right.
std::string complaint(const test::SpfCase& test, const spf::Result& result, bool explains) {
  const std::string_view actual = spf::to_string(result.code);
  if (std::find(test.results.begin(), test.results.end(), actual) == test.results.end()) {
    std::string text = "expected " + alternatives(test.results) + ", got " + std::string(actual);
    if (!result.problem.empty()) text += " (" + result.problem + ')';
    return text;
  }
  if (!explains || !test.explanation || *test.explanation == result.explanation) return {};
  return "expected the explanation " + in_quotes(*test.explanation) + ", got " +
         in_quotes(result.explanation);
}

void run_scenario(const test::SpfScenario& scenario, spf::Options options, Tally& tally) {
  // The library is not asked for explanations.
  const bool explains = options.evaluator == nullptr;
  options.explanation = explains;
  for (const test::SpfCase& test : scenario.cases) {
    dns::LookupSession session(*scenario.zone, {});
    const std::string problem =
        complaint(test, spf::check(test.request, session, options), explains);
    if (problem.empty()) {
      ++tally.passed;
      continue;
    }
    ++tally.failed;
    std::cout << scenario.description << " / " << test.name << ": " << problem << '\n';
  }
}

int usage() {
  std::cerr << "usage: run_spf_suite [--engine native|libspf2] FILE.yml[.gz]...\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  spf::Options options;
  if (arguments.size() >= 2 && arguments[0] == "--engine") {
    if (arguments[1] != "native" && arguments[1] != "libspf2") return usage();
    if (arguments[1] == "libspf2") options.evaluator = &spf::libspf2();
    arguments.erase(arguments.begin(), arguments.begin() + 2);
  }
  if (arguments.empty()) return usage();

  Tally tally;
  try {
    for (const std::string& path : arguments)
      for (const test::SpfScenario& scenario : test::read_spf_suite(path))
        run_scenario(scenario, options, tally);
  } catch (const std::exception& error) {
    std::cerr << "run_spf_suite: " << error.what() << '\n';
    return 2;
  }
  std::cout << tally.passed << " passed, " << tally.failed << " failed\n";
  return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}
