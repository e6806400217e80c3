// What an aggregate report is called: its file and the subject of its mail (RFC 9990 section 3.5.1
// "Transport by Email").
//
//   AggregateName name{"mx.example.net", "example.org", period, "3f2a91"};
//   file_name(name);   // "mx.example.net!example.org!1763856000!1763942400!3f2a91.xml.gz"
//   subject(name);     // "Report Domain: example.org Submitter: mx.example.net Report-ID:
//   <3f2a91>"
//
// The same values give the same names, so that a report that is sent again can be known as such.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "history/aggregate_data.h"

namespace dmarc::aggregate {

struct AggregateName {
  std::string receiver;  ///< the domain name of whoever reports
  std::string domain;    ///< the DMARC Policy Domain
  history::Period period;
  std::string report_id;  ///< [A-Za-z0-9]
};

/// The identifier of a part of a report that was split by size; part 1 keeps the report's own.
std::string part_id(const std::string& report_id, unsigned part);

std::string file_name(const AggregateName& name);
std::string subject(const AggregateName& name);

}  // namespace dmarc::aggregate
