// XML 1.0, to be written only, one element a line.
//
//   aggregate::Xml xml(sink);
//   xml.open("record");
//   xml.element("source_ip", "192.0.2.1");
//   xml.close("record");
//
// Values may hold any octets: what XML can't hold (control characters, what is no UTF-8, U+FFFE and
// U+FFFF) becomes U+FFFD, one for each octet or character. Element names are our own words.
//
// Threads: belongs to one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace dmarc::aggregate {

/// Takes text as it comes, whole lines.
using TextSink = std::function<void(std::string_view)>;

/// `text` with what markup is made of written as references.
std::string xml_escaped(std::string_view text);

class Xml {
 public:
  explicit Xml(TextSink sink) : sink_(std::move(sink)) {}

  /// The declaration, and the root element in its namespace.
  void open_root(std::string_view name, std::string_view name_space);
  void open(std::string_view name);
  void close(std::string_view name);
  void element(std::string_view name, std::string_view value);

 private:
  void line(const std::string& text);

  TextSink sink_;
  std::size_t depth_ = 0;
};

}  // namespace dmarc::aggregate
