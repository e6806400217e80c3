// Aggregate reports for the vectors: what is reported of one message, and a small report that can
// be changed as a vector describes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aggregate/row.h"
#include "history/entry.h"
#include "vector_field.h"

namespace dmarc::test {

/// What a filter made of one message.
struct Handling {
  Policy policy = Policy::none;  ///< published
  bool passed = false;
  bool testing = false;  ///< t=y
  Policy applied = Policy::none;
  std::optional<policy::OverrideType> override_type;  ///< an exemption that is not the filter's own
};

/// The row that a message leads to, by way of its history record and a store.
aggregate::Row reported_row(const Handling& handling);

/// A message whose author publishes `record` at `policy_domain`.
struct SampleMessage {
  std::string author, policy_domain, record;
};

/// One report that messages lead to.
struct SampleReport {
  history::PublishedPolicy policy;
  std::vector<std::string> from_domains;  ///< distinct, sorted
};

/// The reports on messages, by way of their history records and a store.
std::vector<SampleReport> reports_on(const std::vector<SampleMessage>& messages);

/// A report that publishes this policy.
std::string sample_report_on(const history::PublishedPolicy& policy);

/// The first element of that name with all that is in it; empty when there is none.
std::string sample_element(const std::string& document, const std::string& name);

/// A report on a message with a null reverse-path.
std::string sample_report();

/// A report with what the vector's input says instead of its own: `NAME` for the first element of
/// that name, `OUTER_NAME` for the first one inside an element.
std::string sample_report_with(const Field& input);

/// The text of the first element of that name.
std::string sample_value(const std::string& document, const std::string& element);

/// Whether it fits the schema.
bool is_valid_report(const std::string& document);

}  // namespace dmarc::test
