// What an engine hands to check(): the outcome of one check_host().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <dmarc/domain_name.h>

#include "spf/check.h"
#include "spf/macro.h"

namespace dmarc::spf {

/// Why there is no verdict of a record: code none, temperror or permerror.
struct Trouble {
  Code code;
  std::string problem;
};

/// An exp= modifier that is in force, and the domain whose record holds it.
struct Explanation {
  dns::Name domain;
  MacroString target;
};

/// The fields that Result has as well are described there.
struct Finding {
  Code code = Code::none;
  std::string mechanism;
  std::vector<std::string> path;
  std::string problem;
  std::string record;
  std::optional<Explanation> explanation;  ///< only with fail
};

}  // namespace dmarc::spf
