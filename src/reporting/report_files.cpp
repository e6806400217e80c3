#include "reporting/report_files.h"

#include <algorithm>
#include <utility>

#include "sending/curl/gzip_file.h"

namespace dmarc::reporting {
namespace {

/// The mail's header, its readable part and what surrounds the attachment.
constexpr std::size_t mail_overhead = 6000;
/// Lines of base64: 57 octets become 76 characters and CRLF.
constexpr std::size_t octets_per_line = 57;
constexpr std::size_t line_length = 78;
/// More than the last element of a report needs.
constexpr std::size_t closing = 100;

std::size_t attachment_size(std::size_t mail_size) {
  return (mail_size - mail_overhead) / line_length * octets_per_line;
}

}  // namespace

ReportFiles::ReportFiles(std::string folder, Heading heading, history::PublishedPolicy policy,
                         std::size_t mail_size)
    : folder_(std::move(folder)),
      heading_(std::move(heading)),
      policy_(std::move(policy)),
      max_octets_(attachment_size(std::max(mail_size, min_mail_size))) {}

ReportFiles::~ReportFiles() = default;

void ReportFiles::add(const history::AggregateRow& row) {
  if (!error_.empty()) return;
  if (!xml_) begin_part();
  xml_->add(row);
  if (files_.back().rows > 0 && !output_->has_room(text_.size() + closing, max_octets_)) {
    // The text of a row is the same in every part.
    const std::string excess = std::exchange(text_, {});
    end_part();
    begin_part();
    text_ = excess;
  }
  write();
  ++files_.back().rows;
  files_.back().messages += row.count;
}

void ReportFiles::begin_part() {
  ReportFile file;
  file.part = static_cast<unsigned>(files_.size()) + 1;
  file.name = {heading_.receiver, policy_.domain, heading_.metadata.period,
               aggregate::part_id(heading_.metadata.report_id, file.part)};
  file.path = folder_ + "/" + aggregate::file_name(file.name);
  output_ = std::make_unique<sending::GzipFile>(file.path);
  aggregate::ReportMetadata metadata = heading_.metadata;
  metadata.report_id = file.name.report_id;
  xml_ = std::make_unique<aggregate::AggregateXml>([this](std::string_view text) { text_ += text; },
                                                   metadata, policy_);
  files_.push_back(std::move(file));
  write();
}

void ReportFiles::end_part() {
  xml_->finish();
  write();
  if (!output_->finish() && error_.empty()) error_ = output_->error();
  files_.back().octets = output_->octets();
  xml_.reset();
  output_.reset();
}

void ReportFiles::write() {
  output_->write(text_);
  text_.clear();
}

tl::expected<std::vector<ReportFile>, std::string> ReportFiles::finish() {
  if (xml_) end_part();
  if (!error_.empty()) return tl::unexpected(error_);
  return std::move(files_);
}

}  // namespace dmarc::reporting
