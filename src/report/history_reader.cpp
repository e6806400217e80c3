#include "report/history_reader.h"

#include "report/history_fields.h"

namespace dmarc::report {
namespace {

bool begins_record(std::string_view line) {
  return line == "job" || line.starts_with("job ");
}

bool is_skipped(std::string_view line) {
  return line.empty() || line.front() == '#';
}

}  // namespace

std::optional<HistoryReader::Record> HistoryReader::next() {
  while (!has_line_) {
    if (!lines_.next()) return std::nullopt;
    has_line_ = !is_skipped(lines_.text());
  }
  Record record;
  record.line = lines_.number();
  HistoryFields fields;
  std::size_t count = 0;
  const auto reject = [&](std::uint64_t line, std::string problem) {
    if (!record.problem.empty()) return;
    record.line = line;
    record.problem = std::move(problem);
  };
  if (!begins_record(lines_.text())) reject(lines_.number(), "no \"job\" line before it");
  do {
    const std::string_view line = lines_.text();
    if (count > 0 && begins_record(line)) break;
    if (!is_skipped(line)) record.text.append(line).append(1, '\n');
    has_line_ = false;
    if (is_skipped(line)) continue;
    if (++count > max_record_lines) {
      reject(lines_.number(), "too many lines");
      record.text.clear();
    }
    if (lines_.is_cut()) reject(lines_.number(), "a line that is too long");
    if (lines_.is_unfinished()) reject(lines_.number(), "the file ends within the record");
    if (!record.problem.empty()) continue;
    if (auto problem = fields.read(line)) reject(lines_.number(), std::move(*problem));
  } while ((has_line_ = lines_.next()));
  if (auto problem = fields.missing()) reject(record.line, std::move(*problem));
  if (record.problem.empty()) {
    record.entry = fields.take();
    record.text.clear();
  }
  return record;
}

}  // namespace dmarc::report
