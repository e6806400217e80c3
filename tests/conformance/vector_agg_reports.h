// Vectors of whole aggregate reports: what they are called, which there are, and the policy that
// they publish. Each function checks one form of `input`.
#pragma once

#include "vector_checks.h"
#include "vector_field.h"

namespace dmarc::test {

/// A report identifier that fits RFC 9990 section 3.5.2.
bool is_report_id(const std::string& text);
bool is_file_name(const std::string& text);
bool is_subject(const std::string& text);

/// `receiver`, `policy_domain`, `begin`, `end`, `unique_id`, `gzip`.
void check_file(const Field& input, Checks& checks);
/// `unique_id` alone.
void check_unique_id(const Field& input, Checks& checks);
/// `policy_domain`, `submitter`, `report_id`.
void check_subject(const Field& input, Checks& checks);
/// `report_ids`.
void check_report_ids(const Field& input, const Field& expect, Checks& checks);
/// `from_domains`, `policy_domains`.
void check_grouping(const Field& input, const Field& expect, Checks& checks);
/// `record`, `policy_domain`.
void check_published(const Field& input, const Field& expect, Checks& checks);

}  // namespace dmarc::test
