// Aggregate reports as XML (RFC 9990 section 3 and Appendix A).
//
//   aggregate::AggregateXml xml(sink, metadata, policy);
//   for (const AggregateRow& row : rows) xml.add(row);
//   xml.finish();
//
// What is added is written at once, so that a report may have any number of rows. The schema wants
// at least one.
//
// Threads: belongs to one thread.
#pragma once

#include <cstddef>
#include <string>

#include "aggregate/xml.h"
#include "history/aggregate_data.h"

namespace dmarc::aggregate {

inline constexpr std::string_view aggregate_namespace = "urn:ietf:params:xml:ns:dmarc-2.0";

/// Signatures listed of one message (RFC 9990 section 3.1.3 "DKIM Signatures in Aggregate Reports":
/// no more than 100).
inline constexpr std::size_t max_listed_signatures = 100;

/// RFC 9990 section 3.1.1.3 "Report Metadata".
struct ReportMetadata {
  std::string org_name;
  std::string email;
  std::string extra_contact_info;  ///< may be empty
  std::string report_id;
  history::Period period;
  std::string generator;  ///< "dmarcd 0.1.0"
};

class AggregateXml {
 public:
  /// Writes everything before the first row.
  AggregateXml(TextSink sink, const ReportMetadata& metadata,
               const history::PublishedPolicy& policy);

  void add(const history::AggregateRow& row);
  void finish();

 private:
  void write_metadata(const ReportMetadata& metadata);
  void write_policy(const history::PublishedPolicy& policy);
  void write_evaluated(const history::AggregateRow& row);
  void write_results(const history::AggregateRow& row);

  Xml xml_;
  std::string policy_domain_;
};

std::string_view to_string(history::AggregateRow::Disposition disposition);

/// The signatures that a report lists of one message, in its order: those that pass and are the
/// From domain's, those that pass and belong to the same organization, others that pass, the rest;
/// at most max_listed_signatures. For a domain below the policy's, "the same organization" is what
/// lies below the policy domain.
std::vector<history::DkimSignature> listed_signatures(const history::AggregateRow& row,
                                                      std::string_view policy_domain);

}  // namespace dmarc::aggregate
