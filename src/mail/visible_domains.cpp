#include "mail/visible_domains.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <dmarc/ip_address.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/encoded_word.h"
#include "mail/lexer.h"
#include "mail/limits.h"

namespace dmarc::mail {
namespace {

bool is_domain_octet(char c) {
  return c == '.' || is_atom_octet(c);
}

bool is_hostname_octet(char c) {
  return c == '.' || c == '-' || c == '_' || base::is_alnum(c);
}

bool is_gap(char c) {
  return base::is_blank(c) || base::is_control(c);
}

bool is_delimiter(char c) {
  return std::string_view("@<>,;:").find(c) != std::string_view::npos;
}

template <typename Predicate>
std::string only(std::string_view text, Predicate wanted) {
  std::string result;
  std::copy_if(text.begin(), text.end(), std::back_inserter(result), wanted);
  return result;
}

/// Calls `use` with every longest run of octets for which `wanted` holds.
template <typename Predicate, typename Use>
void for_each_run(std::string_view text, Predicate wanted, Use use) {
  auto begin = text.begin();
  while (begin != text.end()) {
    begin = std::find_if(begin, text.end(), wanted);
    const auto end = std::find_if_not(begin, text.end(), wanted);
    if (begin != end) use(std::string_view(begin, end));
    begin = end;
  }
}

std::string from_latin_1(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (!base::is_eight_bit(c)) {
      result += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    result += static_cast<char>(0xc0 | octet >> 6);
    result += static_cast<char>(0x80 | (octet & 0x3f));
  }
  return result;
}

/// Without leading, trailing and doubled dots, which no name has.
std::string with_single_dots(std::string_view text) {
  std::string result;
  for (const std::string_view label : base::split(text, '.')) {
    if (label.empty()) continue;
    if (!result.empty()) result += '.';
    result += label;
  }
  return result;
}

/// The rightmost labels of a name that is too long for the DNS: its Organizational Domain is there.
std::string_view rightmost_that_fit(std::string_view text) {
  std::string_view fitting;
  std::string_view rest = text;
  for (;;) {
    const std::size_t dot = rest.rfind('.');
    const std::size_t label = dot == std::string_view::npos ? 0 : dot + 1;
    if (rest.size() - label > dns::Name::max_label || text.size() - label > dns::Name::max_text)
      return fitting;
    fitting = text.substr(label);
    if (label == 0) return fitting;
    rest = text.substr(0, dot);
  }
}

/// Tries texts as names and keeps the names.
class Collector {
 public:
  Collector(VisibleDomains& found, std::size_t max_names) : found_(found), max_names_(max_names) {}

  bool is_full() const { return found_.names.size() >= max_names_ || !found_.complete; }

  /// One reading of what follows an "@".
  void add(std::string_view text) {
    if (text == last_) return;
    last_ = text;
    if (!add_name(text) && std::any_of(text.begin(), text.end(), base::is_eight_bit)) {
      const auto is_ascii = [](char c) { return !base::is_eight_bit(c); };
      if (!base::is_utf8(text)) add_name(from_latin_1(text));
      add_name(only(text, is_ascii));
      add_name(std::string_view(text.begin(),
                                std::find_if(text.begin(), text.end(), base::is_eight_bit)));
    }
    // Such as an apostrophe around the address.
    if (!std::all_of(text.begin(), text.end(), is_hostname_octet)) {
      for_each_run(text, is_hostname_octet, [this](std::string_view run) { add_dotted(run); });
    }
  }

  void add_dotted(std::string_view text) {
    if (with_single_dots(text).find('.') != std::string::npos) add(text);
  }

 private:
  bool add_name(std::string_view text) {
    if (is_full()) return true;
    if (++tried_ > max_from_candidates) {
      found_.complete = false;
      return true;
    }
    const std::string dotted = with_single_dots(text);
    std::string_view written = dotted;
    auto name = dns::Name::parse(written);
    if (!name) {
      written = rightmost_that_fit(dotted);
      if (written.size() < dotted.size()) name = dns::Name::parse(written);
    }
    if (!name) return false;
    // The mapping of what is not ASCII can make such an octet: "/" of its wide form.
    if (!name->is_hostname() && std::any_of(written.begin(), written.end(), base::is_eight_bit))
      for_each_run(name->text(), is_hostname_octet, [this](std::string_view run) {
        if (run.find('.') != std::string_view::npos) add_name(run);
      });
    // The address in a domain literal; DNS has no names of this form.
    if (base::IpAddress::parse(name->text())) return true;
    if (std::find(found_.names.begin(), found_.names.end(), *name) != found_.names.end())
      return true;
    if (found_.names.empty()) found_.as_written = written;
    found_.names.push_back(*std::move(name));
    return true;
  }

  VisibleDomains& found_;
  std::size_t max_names_;
  std::size_t tried_ = 0;
  std::string last_;
};

/// For each "(" and its ")" the offset behind the ")"; 0 for one without the other, and for every
/// other octet. Empty for a text without comments.
std::vector<std::uint32_t> comment_ends(std::string_view text) {
  std::vector<std::uint32_t> ends;
  if (text.find('(') == std::string_view::npos) return ends;
  ends.resize(text.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '(') {
      open.push_back(i);
    } else if (text[i] == ')' && !open.empty()) {
      ends[open.back()] = ends[i] = static_cast<std::uint32_t>(i + 1);
      open.pop_back();
    }
  }
  return ends;
}

/// Reads what follows an "@" in one version of the text.
class Scanner {
 public:
  Scanner(std::string_view text, Collector& collector)
      : text_(text), comment_ends_(comment_ends(text)), collector_(collector) {}

  void scan() {
    for (std::size_t at = text_.find('@'); at != std::string_view::npos && !collector_.is_full();
         at = text_.find('@', at + 1)) {
      const std::size_t start = skip_literal_tag(at + 1);
      add_runs(start);
      collector_.add(joined_at_dots(start));
      add_joined_over_gaps(start);
    }
  }

 private:
  // RFC 5321 section 4.1.3 "Address Literals": the tag in "[IPv6:2001:db8::1]" is not a name.
  std::size_t skip_literal_tag(std::size_t offset) const {
    constexpr std::string_view tag = "[IPv6:";
    return base::istarts_with(text_.substr(offset), tag) ? text_.find_first_of("]@", offset)
                                                         : offset;
  }

  /// The first run of name octets, wherever it stands before the next "@", and up to the next
  /// delimiter every other run with a dot inside.
  void add_runs(std::size_t start) {
    if (start == std::string_view::npos) return;
    bool first = true;
    for (std::size_t i = start; i < text_.size() && text_[i] != '@';) {
      if (!is_domain_octet(text_[i])) {
        if (!first && is_delimiter(text_[i])) return;
        ++i;
        continue;
      }
      const std::size_t run = i;
      while (i < text_.size() && is_domain_octet(text_[i]))
        ++i;
      const std::string_view name = text_.substr(run, i - run);
      first ? collector_.add(name) : collector_.add_dotted(name);
      first = false;
    }
  }

  /// The end of the comment that begins at `offset`; `offset` when there is none.
  std::size_t skip_comment(std::size_t offset) const {
    if (offset >= text_.size() || text_[offset] != '(') return offset;
    return std::max<std::size_t>(comment_ends_[offset], offset);
  }

  /// At the end of the comment that the "@" stands in: going on would take as many steps for each
  /// "@" as there are comments.
  bool leaves_comment(std::size_t offset) const {
    return text_[offset] == ')' && !comment_ends_.empty() && comment_ends_[offset] != 0;
  }

  /// As in the obsolete syntax: blanks and comments only around dots.
  std::string joined_at_dots(std::size_t offset) const {
    std::string name;
    while (offset < text_.size()) {
      const char c = text_[offset];
      if (is_domain_octet(c)) {
        name += c;
        ++offset;
        continue;
      }
      const std::size_t gap_end = skip_gap(offset);
      const bool at_dot =
          name.empty() || name.back() == '.' || (gap_end < text_.size() && text_[gap_end] == '.');
      if (gap_end == offset || !at_dot) break;
      offset = gap_end;
    }
    return name;
  }

  /// As read by a program that drops comments, blanks, quotes, brackets and controls; and by one
  /// that drops blanks only and stops at one of the others.
  void add_joined_over_gaps(std::size_t offset) {
    constexpr unsigned max_stops = 8;
    unsigned stops = 0;
    std::string name;
    while (offset < text_.size() && !is_delimiter(text_[offset])) {
      const char c = text_[offset];
      const bool may_stop = !is_domain_octet(c) && !base::is_blank(c) && !name.empty();
      if (may_stop && stops++ < max_stops) collector_.add_dotted(name);
      const std::size_t comment_end = skip_comment(offset);
      if (comment_end == offset && (c == '(' || leaves_comment(offset))) break;
      if (is_domain_octet(c)) name += c;
      offset = std::max(comment_end, offset + 1);
    }
    collector_.add(name);
  }

  std::size_t skip_gap(std::size_t offset) const {
    for (;;) {
      const std::size_t end = skip_comment(offset);
      if (end == offset && !(offset < text_.size() && is_gap(text_[offset]))) return offset;
      offset = end == offset ? offset + 1 : end;
    }
  }

  std::string_view text_;
  std::vector<std::uint32_t> comment_ends_;
  Collector& collector_;
};

/// The part that is searched: all of it, or both ends of what is too long.
std::string within_limits(std::string_view value, bool& complete) {
  if (value.size() <= 2 * max_from_searched) return std::string(value);
  complete = false;
  return std::string(value.substr(0, max_from_searched)) + '\n' +
         std::string(value.substr(value.size() - max_from_searched));
}

}  // namespace

std::string with_plain_ats(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const bool is_at = text.starts_with("\xef\xbc\xa0") || text.starts_with("\xef\xb9\xab");
    result += is_at ? '@' : text.front();
    text.remove_prefix(is_at ? 3 : 1);
  }
  return result;
}

VisibleDomains find_visible_domains(std::string_view value, std::size_t max_names) {
  VisibleDomains found;
  bool whole = true;
  const std::string text = with_plain_ats(within_limits(value, whole));
  const std::string decoded = with_plain_ats(decode_encoded_words(text));
  Collector collector(found, max_names);
  Scanner(decoded, collector).scan();
  if (decoded != text) Scanner(text, collector).scan();
  if (base::has_bidi_control(decoded)) {
    std::string reversed = decoded;
    std::reverse(reversed.begin(), reversed.end());
    Scanner(reversed, collector).scan();
  }
  found.complete = found.complete && whole;
  return found;
}

}  // namespace dmarc::mail
