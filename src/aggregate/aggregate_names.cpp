#include "aggregate/aggregate_names.h"

namespace dmarc::aggregate {

std::string part_id(const std::string& report_id, unsigned part) {
  return part <= 1 ? report_id : report_id + "part" + std::to_string(part);
}

std::string file_name(const AggregateName& name) {
  return name.receiver + "!" + name.domain + "!" + std::to_string(name.period.begin) + "!" +
         std::to_string(name.period.end) + "!" + name.report_id + ".xml.gz";
}

std::string subject(const AggregateName& name) {
  return "Report Domain: " + name.domain + " Submitter: " + name.receiver + " Report-ID: <" +
         name.report_id + ">";
}

}  // namespace dmarc::aggregate
