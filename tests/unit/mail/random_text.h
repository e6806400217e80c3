// Random and mutated octets for property tests. The same seed always gives the same texts.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace dmarc::mail::test {

class RandomText {
 public:
  explicit RandomText(unsigned seed) : engine_(seed) {}

  std::size_t below(std::size_t bound) { return engine_() % bound; }
  bool one_in(std::size_t count) { return below(count) == 0; }

  template <typename Container>
  const auto& pick(const Container& from) {
    return from[below(from.size())];
  }

  /// Mostly octets that mean something to the grammars of header fields.
  char octet() {
    constexpr std::string_view meaningful =
        "aZ1@@@..<<>>,;:()()[]\"\"\\\\=?/-_' \t\r\n\x01\xc3\xa9\xff";
    return one_in(10) ? static_cast<char>(below(256)) : pick(meaningful);
  }

  std::string octets(std::size_t longest) {
    std::string text;
    for (std::size_t length = below(longest + 1); length > 0; --length)
      text += octet();
    return text;
  }

  /// `text` after one to four changes: octets inserted, removed, replaced, or a piece repeated.
  std::string mutated(std::string text) {
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const std::size_t place = below(text.size() + 1);
      const std::size_t length = below(std::min<std::size_t>(text.size() - place, 6) + 1);
      switch (below(4)) {
        case 0:
          text.insert(place, 1, octet());
          break;
        case 1:
          text.erase(place, length);
          break;
        case 2:
          text.replace(place, std::min<std::size_t>(length, 1), 1, octet());
          break;
        default:
          text.insert(below(text.size() + 1), text.substr(place, length));
      }
    }
    return text;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace dmarc::mail::test
