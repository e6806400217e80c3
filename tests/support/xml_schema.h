// XML checked against a schema of tests/data, by libxml2.
//
//   EXPECT_EQ(test::schema_problem(xml, "aggregate-report.xsd"), "");
#pragma once

#include <string>
#include <string_view>

namespace dmarc::test {

/// What is wrong with the document: the first problem, one line; empty when it is valid. Throws
/// std::runtime_error when the schema can't be used.
std::string schema_problem(const std::string& document, std::string_view schema);

}  // namespace dmarc::test
