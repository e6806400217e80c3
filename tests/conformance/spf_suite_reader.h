// Files in the format of the openspf test suite: YAML documents, each a set of tests and the DNS
// data they run on. Gzip is read as well.
//
//   tests: {name: {helo, host, mailfrom, result: WORD or [WORD...], explanation: TEXT or DEFAULT}}
//   zonedata: {owner: [{TYPE: data}..., TIMEOUT]}
//
// TXT data is one string or a list of them, MX data is [preference, host]. SPF records are
// published as TXT too, unless the owner has TXT entries; "TXT: NONE" is such an entry without a
// record. TIMEOUT makes the owner's other types, or the type it is given for, time out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <dmarc/spf.h>

#include "spf_suite_zone.h"

namespace dmarc::test {

struct SpfCase {
  std::string name;
  spf::Request request;
  std::vector<std::string> results;  ///< any of these is right
  /// Nothing when it is not checked; empty for the default explanation.
  std::optional<std::string> explanation;
};

struct SpfScenario {
  std::string description;
  std::vector<SpfCase> cases;
  std::unique_ptr<SpfSuiteZone> zone;
};

/// Throws std::runtime_error with what is wrong.
std::vector<SpfScenario> read_spf_suite(const std::string& path);

}  // namespace dmarc::test
