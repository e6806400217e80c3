// What simple readers of a From value take for its author's domain: programs that look for brackets
// or for "@" and know nothing of the grammar. Independent of the parser under test.
//
//   for (const NaiveReading& reading : naive_readings(value)) ... reading.reader, reading.domain
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/ip_address.h>

#include "base/ascii.h"
#include "mail/encoded_word.h"

namespace dmarc::test {

struct NaiveReading {
  std::string_view reader;
  dns::Name domain;
};

class NaiveReaders {
 public:
  std::vector<NaiveReading> read(std::string_view value) {
    read_text(value);
    read_text(mail::decode_encoded_words(value));
    return std::move(readings_);
  }

 private:
  void read_text(std::string_view text) {
    const std::size_t last = text.rfind('<');
    if (last != std::string_view::npos) read_brackets("last brackets", text, last);
    const std::size_t first = text.find('<');
    if (first != std::string_view::npos) read_brackets("first brackets", text, first);
    take("behind the last @", behind_last_at(text));
    for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1))
      take("behind an @", text.substr(at + 1));
  }

  void read_brackets(std::string_view reader, std::string_view text, std::size_t open) {
    const std::string_view inner = text.substr(open + 1, text.find('>', open) - open - 1);
    take(reader, behind_last_at(inner));
    std::string close;  // without blanks
    for (const char c : inner)
      if (!base::is_blank(c)) close += c;
    take(reader, behind_last_at(close));
  }

  static std::string_view behind_last_at(std::string_view text) {
    const std::size_t at = text.rfind('@');
    return at == std::string_view::npos ? "" : text.substr(at + 1);
  }

  /// The host name that `text` begins with, if it has a dot inside.
  void take(std::string_view reader, std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() &&
           (base::is_alnum(text[end]) || text[end] == '.' || text[end] == '-' || text[end] == '_'))
      ++end;
    // With a character beyond ASCII it may be the beginning of another name.
    if (end < text.size() && base::is_eight_bit(text[end])) return;
    const auto name = dns::Name::parse(text.substr(0, end));
    if (name && name->label_count() > 1 && !base::IpAddress::parse(name->text()))
      readings_.push_back({reader, *name});
  }

  std::vector<NaiveReading> readings_;
};

inline std::vector<NaiveReading> naive_readings(std::string_view value) {
  return NaiveReaders().read(value);
}

}  // namespace dmarc::test
