// Splits a mailbox in the mbox form (RFC 4155) into its mails. A mail begins at a line "From ..."
// that is the first one or follows an empty line.
//
//   Mailbox mailbox([](std::string_view message, std::uint64_t number, bool is_whole) { ... });
//   mailbox.add(chunk); ... mailbox.finish();
//
// The message comes without its "From " line. Of one longer than max_packed_octets only the first
// octets come, and `is_whole` is false.
//
// Threads: one. Memory: that of one mail.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace dmarc::receiving {

class Mailbox {
 public:
  using Sink = std::function<void(std::string_view message, std::uint64_t number, bool is_whole)>;

  explicit Mailbox(Sink sink) : sink_(std::move(sink)) {}

  void add(std::string_view chunk);
  void finish();

 private:
  void line(std::string_view text);
  void keep(std::string_view text);
  void end_message();

  Sink sink_;
  std::string partial_;  ///< a line that has not ended
  bool in_long_line_ = false;
  std::string message_;
  bool is_whole_ = true;
  bool after_empty_line_ = true;
  std::uint64_t number_ = 0;
};

}  // namespace dmarc::receiving
