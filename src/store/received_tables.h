// The tables of the reports that arrived. Private to store/; see schema.h.
//
// They stand by themselves: names are text, and nothing in OpenDMARC's tables refers to them. Text
// is printable ASCII. Results, dispositions and override reasons are the numbers of the
// enumerations in receiving/report.h; of a policy, 0 stands for what the report does not say.
#pragma once

#include <array>

#include "store/schema.h"

namespace dmarc::store {

/// What is kept of a name and of a comment, in characters.
inline constexpr unsigned max_received_name = 255;
inline constexpr unsigned max_received_comment = 1000;

inline constexpr std::array received_report_columns{
    Column{"id", ColumnType::id},
    Column{"reporter", ColumnType::word, max_received_name},
    Column{"report_id", ColumnType::word, max_received_name},
    Column{"domain", ColumnType::word, max_received_name},
    Column{"org_name", ColumnType::word, max_received_name},
    Column{"email", ColumnType::word, max_received_name},
    Column{"period_begin", ColumnType::time},
    Column{"period_end", ColumnType::time},
    Column{"p", ColumnType::code},
    Column{"sp", ColumnType::code},
    Column{"np", ColumnType::code},
    Column{"adkim", ColumnType::code},
    Column{"aspf", ColumnType::code},
    Column{"testing", ColumnType::code},
    Column{"messages", ColumnType::number},
    Column{"records", ColumnType::number},
    Column{.name = "received", .type = ColumnType::time, .initially = "now"},
};
inline constexpr std::array received_report_keys{Key{"reporter, report_id, domain", true},
                                                 Key{"domain"}, Key{"period_end"}};

/// `ordinal` counts the rows of a report from 1. `source` is empty for an address that can't be
/// read.
inline constexpr std::array received_row_columns{
    Column{"id", ColumnType::message_id},
    Column{"report", ColumnType::reference},
    Column{"ordinal", ColumnType::number},
    Column{"source", ColumnType::word, 64},
    Column{"messages", ColumnType::number},
    Column{"disposition", ColumnType::code},
    Column{"dkim", ColumnType::code},
    Column{"spf", ColumnType::code},
    Column{"header_from", ColumnType::word, max_received_name},
    Column{"envelope_from", ColumnType::word, max_received_name},
    Column{"envelope_to", ColumnType::word, max_received_name},
};
inline constexpr std::array received_row_keys{Key{"report, ordinal", true}, Key{"source"}};

inline constexpr std::array received_result_columns{
    Column{"id", ColumnType::message_id},
    Column{"report", ColumnType::reference},
    Column{"ordinal", ColumnType::number},
    Column{"method", ColumnType::code},
    Column{"domain", ColumnType::word, max_received_name},
    Column{"selector", ColumnType::word, max_received_name},
    Column{"scope", ColumnType::code},
    Column{"result", ColumnType::code},
    Column{"comment", ColumnType::word, max_received_comment},
};
inline constexpr std::array received_result_keys{Key{"report, ordinal"}};

inline constexpr std::array received_reason_columns{
    Column{"id", ColumnType::message_id},
    Column{"report", ColumnType::reference},
    Column{"ordinal", ColumnType::number},
    Column{"type", ColumnType::code},
    Column{"comment", ColumnType::word, max_received_comment},
};
inline constexpr std::array received_reason_keys{Key{"report, ordinal"}};

inline constexpr Table received_reports_table{"received_reports", received_report_columns,
                                              received_report_keys};
inline constexpr Table received_rows_table{"received_rows", received_row_columns,
                                           received_row_keys};
inline constexpr Table received_results_table{"received_results", received_result_columns,
                                              received_result_keys};
inline constexpr Table received_reasons_table{"received_reasons", received_reason_columns,
                                              received_reason_keys};

}  // namespace dmarc::store
