#include "reporting/files.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "base/read_file.h"

namespace dmarc::reporting {

// --- Compressed files ----------------------------------------------------------------------------

namespace {

constexpr int gzip_window = 15 + 16;  // the largest window, and 16 for gzip's framing
constexpr int memory_level = 8;       // zlib's default
constexpr std::size_t trailer = 64;   // gzip's, and that of the last block

}  // namespace

struct GzipFile::Stream : z_stream {};

GzipFile::GzipFile(const std::string& path)
    : path_(path),
      file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)),
      stream_(std::make_unique<Stream>()) {
  if (!file_) fail(errno);
  if (deflateInit2(stream_.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib can't be used");
}

GzipFile::~GzipFile() {
  deflateEnd(stream_.get());
}

void GzipFile::write(std::string_view text) {
  pending_ += text.size();
  compress(text, Z_NO_FLUSH);
}

bool GzipFile::finish() {
  compress({}, Z_FINISH);
  return error_.empty();
}

/// Text that can't be compressed grows by a few octets a block.
std::size_t GzipFile::size_bound(std::size_t more) const {
  const std::size_t text = pending_ + more;
  return octets_ + text + text / 1000 + trailer;
}

bool GzipFile::has_room(std::size_t more, std::size_t limit) {
  if (size_bound(more) <= limit) return true;
  // Only what has been pressed out has a size. Near the limit this costs some compression.
  if (pending_ > 0) compress({}, Z_SYNC_FLUSH);
  pending_ = 0;
  return size_bound(more) <= limit;
}

void GzipFile::compress(std::string_view text, int flush) {
  if (!error_.empty()) return;
  std::array<char, 16 * 1024> buffer{};
  // zlib reads what it is given, but its type says otherwise.
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream_->avail_in = static_cast<uInt>(text.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_->avail_out = static_cast<uInt>(buffer.size());
    deflate(stream_.get(), flush);
    store({buffer.data(), buffer.size() - stream_->avail_out});
  } while (stream_->avail_out == 0);
}

void GzipFile::store(std::string_view data) {
  while (!data.empty() && error_.empty()) {
    const ssize_t size = ::write(file_.get(), data.data(), data.size());
    if (size < 0 && errno != EINTR) return fail(errno);
    if (size <= 0) continue;
    octets_ += static_cast<std::size_t>(size);
    data.remove_prefix(static_cast<std::size_t>(size));
  }
}

void GzipFile::fail(int error) {
  error_ = path_ + ": " + base::error_text(error);
}

// --- Reports -------------------------------------------------------------------------------------

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

void ReportFiles::add(const aggregate::Row& row) {
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
  output_ = std::make_unique<GzipFile>(file.path);
  aggregate::ReportMetadata metadata = heading_.metadata;
  metadata.report_id = file.name.report_id;
  xml_ = std::make_unique<aggregate::ReportXml>([this](std::string_view text) { text_ += text; },
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
