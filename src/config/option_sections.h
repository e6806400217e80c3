// The sections that options.cpp joins, in the order of the sample file. Only for that.
#pragma once

#include <vector>

#include "config/options.h"

namespace dmarc::config {

std::vector<Section> process_sections();      ///< options_process.cpp
std::vector<Section> trust_sections();        ///< options_trust.cpp
std::vector<Section> evaluation_sections();   ///< options_evaluation.cpp
std::vector<Section> enforcement_sections();  ///< options_enforcement.cpp
std::vector<Section> report_sections();       ///< options_reports.cpp

}  // namespace dmarc::config
