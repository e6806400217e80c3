// What each element of a report sets, by the name of its parent and its own.
//
//   ReportElements elements;
//   elements.open("record", "feedback"); ... elements.close("count", "row", "12");
//
// Names are in lower case and without a prefix. Private to receiving/.
//
// Threads: one. Limits: receiving/limits.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "receiving/report.h"

namespace dmarc::receiving {

class ReportElements {
 public:
  void open(std::string_view name, std::string_view parent);

  /// `text` without blanks at both ends. What it returns is why the record that this stands in is
  /// left out; empty otherwise.
  std::string close(std::string_view name, std::string_view parent, std::string_view text);

  /// The report so far, completed from what else is known. The error is why it can't be used.
  std::string complete();

  Report& report() { return report_; }

 private:
  friend struct Setters;

  void close_detail();
  void close_reason(std::string_view text);
  void close_record();

  Report report_;
  std::optional<Row> row_;
  std::optional<AuthDetail> detail_;
  std::optional<Reason> reason_;
  std::string record_problem_;  ///< just found
  bool record_is_usable_ = true;
  std::optional<std::int64_t> begin_, end_;
  std::string date_problem_;
};

}  // namespace dmarc::receiving
