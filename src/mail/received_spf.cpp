#include "mail/received_spf.h"

#include <tl/expected.hpp>

#include <array>
#include <utility>

#include "base/ascii.h"
#include "mail/lexer.h"
#include "mail/limits.h"

namespace dmarc::mail {
namespace {

bool is_key_octet(char c) {
  return base::is_alnum(c) || c == '-' || c == '_' || c == '.';
}

// More than the dot-atom of RFC 7208 section 9.1: addresses are written without quotes.
bool is_pair_value_octet(char c) {
  return !base::is_blank(c) && std::string_view(";\"()\\").find(c) == std::string_view::npos;
}

std::string strip_angle_brackets(std::string_view path) {
  if (path.size() >= 2 && path.starts_with('<') && path.ends_with('>'))
    path = path.substr(1, path.size() - 2);
  return std::string(path);
}

/// The keys that are read, where their values go, and which have been seen.
class Keys {
 public:
  explicit Keys(ReceivedSpf& spf)
      : keys_{{
            {"identity", &spf.identity},
            {"envelope-from", &spf.envelope_from},
            {"helo", &spf.helo},
            {"client-ip", &spf.client_ip},
            {"receiver", &spf.receiver},
        }} {}

  /// False for a key that was seen before: one of the two was smuggled in.
  bool store(std::string_view name, std::string value) {
    for (Key& key : keys_) {
      if (!base::iequals(name, key.name)) continue;
      if (std::exchange(key.seen, true)) return false;
      *key.value = std::move(value);
    }
    return true;
  }

 private:
  struct Key {
    std::string_view name;
    std::string* value;
    bool seen = false;
  };
  std::array<Key, 5> keys_;
};

std::optional<std::string> read_value(Lexer& lexer) {
  if (lexer.peek() == '"') {
    const auto raw = lexer.quoted_string();
    if (!raw) return {};
    return unquote(*raw);
  }
  std::string value(lexer.take_while(is_pair_value_octet));
  // As in Authentication-Results: a sender could have put the comment there.
  if (lexer.peek() == '(') return {};
  return value;
}

// RFC 7208 section 9.1 "The Received-SPF Header Field", key-value-pair.
bool read_pair(Lexer& lexer, Keys& keys) {
  const std::string_view key = lexer.take_while(is_key_octet);
  if (key.empty() || !lexer.skip_cfws() || !lexer.accept('=') || !lexer.skip_cfws()) return false;
  auto value = read_value(lexer);
  return value && lexer.skip_cfws() && keys.store(key, *std::move(value));
}

}  // namespace

std::optional<ReceivedSpf> parse_received_spf(std::string_view value) {
  if (value.size() > max_received_spf_value) return {};
  const auto text = unfold(value);
  if (!text) return {};
  Lexer lexer(*text);
  if (!lexer.skip_cfws()) return {};
  ReceivedSpf spf;
  const std::string_view word = lexer.take_while(base::is_alnum);
  if (word.empty()) return {};
  spf.result = parse_result_word(word);
  const auto gap = lexer.skip_cfws();
  if (!gap || !(*gap || lexer.at_end() || lexer.peek() == ';')) return {};
  Keys keys(spf);
  for (std::size_t pairs = 0; !lexer.at_end();) {
    if (lexer.accept(';')) {
      if (!lexer.skip_cfws()) return {};
    } else if (++pairs > max_received_spf_pairs || !read_pair(lexer, keys) ||
               !(lexer.at_end() || lexer.peek() == ';')) {
      return {};
    }
  }
  spf.identity = base::lower(spf.identity);
  spf.envelope_from = strip_angle_brackets(spf.envelope_from);
  return spf;
}

}  // namespace dmarc::mail
