// Comparing what came with what a scenario expects.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/header_field.h>

#include "milter/client/response.h"

namespace dmarc::test {

/// "*" in the pattern stands for any text, the empty one included.
bool matches(std::string_view text, std::string_view pattern);

/// An answer as scenarios write it: "continue", "accept", ..., or the SMTP reply that the filter
/// chose.
std::string answer_text(const milter::client::Response& answer);

/// "Name: value" as scenarios write a field, on one line.
std::string field_text(const mail::HeaderField& field);

/// What is wrong with the header that was delivered: above what is left of the one sent, the fields
/// `added` must stand in that order; of the one sent, exactly the fields `removed` must be missing.
/// Nothing when it is right.
std::optional<std::string> header_difference(const mail::HeaderBlock& sent,
                                             const mail::HeaderBlock& delivered,
                                             const std::vector<std::string>& added,
                                             const std::vector<std::string>& removed);

}  // namespace dmarc::test
