// Text as a tree, for a terminal: each line a node, its details below it, indented.
//
//   Outline message("message");
//   message.add("client", "192.0.2.1");
//   message.add("SPF", "pass").add("because of ip4:192.0.2.0/24");
//   std::cout << message.text();
//
// Values are made printable; labels are the program's own words and stay as they are.
//
// Threads: a value.
#pragma once

#include <list>
#include <string>
#include <string_view>

namespace dmarc::ctl {

class Outline {
 public:
  explicit Outline(std::string line) : line_(std::move(line)) {}

  /// A line below this one. The reference holds as long as this node lives.
  Outline& add(std::string line);
  /// "label: value".
  Outline& add(std::string_view label, std::string_view value);
  Outline& add(Outline node);

  bool has_details() const { return !children_.empty(); }

  /// Every line ends with LF.
  std::string text() const;

 private:
  void write(std::string& out, std::size_t depth) const;

  std::string line_;
  std::list<Outline> children_;
};

}  // namespace dmarc::ctl
