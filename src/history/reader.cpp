#include "history/reader.h"

#include "history/fields.h"

namespace dmarc::history {
namespace {

bool begins_record(std::string_view line) {
  return line == "job" || line.starts_with("job ");
}

bool is_skipped(std::string_view line) {
  return line.empty() || line.front() == '#';
}

}  // namespace

void Reader::reject(Record& record, std::string problem) const {
  if (!record.problem.empty()) return;
  record.line = lines_.number();
  record.problem = std::move(problem);
}

/// Takes the line at which lines_ stands, the `count`th of the record.
void Reader::read_line(Fields& fields, std::size_t count, Record& record) {
  if (count > max_record_lines) return reject(record, "too many lines");
  text_.append(lines_.text()).append(1, '\n');
  if (lines_.is_cut()) reject(record, "a line that is too long");
  if (lines_.is_unfinished()) reject(record, "the file ends within the record");
  if (!record.problem.empty()) return;
  if (auto problem = fields.read(lines_.text())) reject(record, std::move(*problem));
}

std::optional<Reader::Record> Reader::next() {
  while (!has_line_) {
    if (!lines_.next()) return std::nullopt;
    has_line_ = !is_skipped(lines_.text());
  }
  Record record;
  record.line = lines_.number();
  Fields fields;
  text_.clear();
  std::size_t count = 0;
  if (!begins_record(lines_.text())) reject(record, "no \"job\" line before it");
  do {
    has_line_ = false;
    if (is_skipped(lines_.text())) continue;
    if (count > 0 && begins_record(lines_.text())) {
      has_line_ = true;
      break;
    }
    read_line(fields, ++count, record);
  } while (lines_.next());
  if (record.problem.empty()) record.problem = fields.missing().value_or("");
  if (record.problem.empty())
    record.entry = fields.take();
  else
    record.text = text_;
  return record;
}

}  // namespace dmarc::history
