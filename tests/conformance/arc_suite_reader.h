// Files in the format of the ARC validation suite: YAML documents, each a set of tests and the key
// records they run on.
//
//   tests: {name: {description, message: TEXT, cv: None or Pass or Fail}}
//   txt-records: {owner: TEXT}
//
// The suite in circulation uses some names twice in one document; every test is read. A test
// without a word in "cv" states no expectation.
#pragma once

#include <string>
#include <vector>

#include <dmarc/zone.h>

namespace dmarc::test {

struct ArcCase {
  std::string name;
  std::string description;
  std::string message;   ///< lines end with CRLF
  std::string expected;  ///< "none", "pass", "fail"; empty when the suite does not say
};

struct ArcScenario {
  std::string description;
  std::vector<ArcCase> cases;
  dns::Zone zone;
};

/// Throws std::runtime_error with what is wrong.
std::vector<ArcScenario> read_arc_suite(const std::string& path);

}  // namespace dmarc::test
