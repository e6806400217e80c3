#include "receiving/mailbox.h"

#include <algorithm>

#include "receiving/limits.h"

namespace dmarc::receiving {
namespace {

/// A longer line is handed on in pieces of this.
constexpr std::size_t long_line = 64 * 1024;

}  // namespace

void Mailbox::add(std::string_view chunk) {
  while (!chunk.empty()) {
    const std::size_t end = chunk.find('\n');
    const std::size_t length = end == std::string_view::npos ? chunk.size() : end + 1;
    partial_ += chunk.substr(0, length);
    chunk.remove_prefix(length);
    if (end == std::string_view::npos && partial_.size() < long_line) return;
    line(partial_);
    in_long_line_ = end == std::string_view::npos;
    partial_.clear();
  }
}

void Mailbox::finish() {
  if (!partial_.empty()) line(partial_);
  end_message();
}

void Mailbox::line(std::string_view text) {
  if (!in_long_line_ && after_empty_line_ && text.starts_with("From ")) {
    end_message();
    ++number_;
    after_empty_line_ = false;
    return;
  }
  after_empty_line_ = !in_long_line_ && (text == "\n" || text == "\r\n");
  keep(text);
}

void Mailbox::keep(std::string_view text) {
  const std::size_t room = max_packed_octets - message_.size();
  if (text.size() > room) is_whole_ = false;
  message_ += text.substr(0, room);
}

void Mailbox::end_message() {
  if (number_ > 0) sink_(message_, number_, is_whole_);
  message_.clear();
  is_whole_ = true;
}

}  // namespace dmarc::receiving
