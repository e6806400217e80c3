// Aggregate reports for the vectors: what is reported of one message, and a small report that can
// be changed as a vector describes.
#pragma once

#include <optional>
#include <string>

#include "history/aggregate_data.h"
#include "vector_field.h"

namespace dmarc::test {

/// What a filter made of one message.
struct Handling {
  Policy policy = Policy::none;  ///< published
  bool passed = false;
  bool testing = false;  ///< t=y
  Policy applied = Policy::none;
  std::optional<std::string> override_type;  ///< an exemption that is not the filter's own
};

/// The row that a message leads to, by way of its history record and a store.
history::AggregateRow reported_row(const Handling& handling);

/// A report on a message with a null reverse-path.
std::string sample_report();

/// A report with what the vector's input says instead of its own. Throws Unsupported.
std::string sample_report_with(const Field& input);

/// The text of the first element of that name.
std::string sample_value(const std::string& document, const std::string& element);

/// Whether it fits the schema.
bool is_valid_report(const std::string& document);

}  // namespace dmarc::test
