#include "mail/visible_domains.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <dmarc/ip_address.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "dns/uts46_name.h"
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

/// Without the octets at its end that no top-level domain ends in, such as the apostrophe behind an
/// address: who takes them for a part of the domain sees none that exists.
std::string_view without_odd_end(std::string_view text) {
  const auto may_end = [](char c) { return is_hostname_octet(c) || base::is_eight_bit(c); };
  while (!text.empty() && !may_end(text.back()))
    text.remove_suffix(1);
  return text;
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

/// No top-level domain has an octet other than those of host names: nobody shows such a name as a
/// domain that exists.
bool has_odd_top(const dns::Name& name) {
  const std::string top = name.rightmost(1).text();
  return !std::all_of(top.begin(), top.end(), is_hostname_octet);
}

/// Tries texts as names and keeps the names.
class Collector {
 public:
  Collector(VisibleDomains& found, std::size_t max_names) : found_(found), max_names_(max_names) {}

  bool is_full() const { return found_.names.size() >= max_names_ || !found_.complete; }

  /// How often a text was a name.
  std::size_t hits() const { return hits_; }

  /// One reading of what follows an "@".
  void add(std::string_view text) {
    if (text == last_) {
      hits_ += last_is_name_ ? 1 : 0;
      return;
    }
    const std::size_t hits = hits_;
    // What IDNA2008 refuses, others write in their way.
    const bool settled = add_name(text) || add_uts46_name(text);
    if (!settled && std::any_of(text.begin(), text.end(), base::is_eight_bit)) {
      const auto is_ascii = [](char c) { return !base::is_eight_bit(c); };
      if (!base::is_utf8(text)) add_name(from_latin_1(text));
      add_name(only(text, is_ascii));
      add_name(std::string_view(text.begin(),
                                std::find_if(text.begin(), text.end(), base::is_eight_bit)));
    }
    // Such as an apostrophe around the address. A character of an internationalised name is none.
    const auto is_plain = [&](char c) {
      return is_hostname_octet(c) || (settled && base::is_eight_bit(c));
    };
    if (!std::all_of(text.begin(), text.end(), is_plain))
      for_each_run(text, is_plain, [this](std::string_view run) { add_dotted(run); });
    last_ = text;
    last_is_name_ = hits_ > hits;
  }

  void add_dotted(std::string_view text) {
    if (with_single_dots(text).find('.') != std::string::npos) add(text);
  }

 private:
  /// False when no more texts are to be tried.
  bool may_try() {
    if (is_full()) return false;
    found_.complete = ++tried_ <= max_from_candidates;
    return found_.complete;
  }

  bool add_name(std::string_view text) {
    if (!may_try()) return true;
    const std::string dotted = with_single_dots(without_odd_end(text));
    std::string_view written = dotted;
    auto name = dns::Name::parse(written);
    if (!name) {
      written = rightmost_that_fit(dotted);
      if (written.size() < dotted.size()) name = dns::Name::parse(written);
      found_.exact = found_.exact && !name;
    }
    if (name) keep(*std::move(name), written);
    return name.has_value();
  }

  bool add_uts46_name(std::string_view text) {
    if (std::none_of(text.begin(), text.end(), base::is_eight_bit)) return false;
    if (!may_try()) return true;
    const std::string dotted = with_single_dots(without_odd_end(text));
    auto name = dns::uts46_name(dotted);
    if (name) keep(*std::move(name), dotted);
    return name.has_value();
  }

  void keep(dns::Name name, std::string_view written) {
    // The mapping of what is not ASCII can make such an octet: "/" of its wide form.
    if (!name.is_hostname() && std::any_of(written.begin(), written.end(), base::is_eight_bit))
      for_each_run(name.text(), is_hostname_octet, [this](std::string_view run) {
        if (run.find('.') != std::string_view::npos) add_name(run);
      });
    // The address in a domain literal; DNS has no names of this form.
    if (has_odd_top(name) || base::IpAddress::parse(name.text())) return;
    ++hits_;
    if (std::find(found_.names.begin(), found_.names.end(), name) != found_.names.end()) return;
    // Full already by the runs of this very name.
    if (is_full()) return;
    if (found_.names.empty()) found_.as_written = written;
    found_.names.push_back(std::move(name));
  }

  VisibleDomains& found_;
  std::size_t max_names_;
  std::size_t tried_ = 0;
  std::size_t hits_ = 0;
  std::string last_;
  bool last_is_name_ = false;
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

  /// True when each "@" has a name behind it; one right before another counts with it.
  bool scan() {
    bool each_has_name = true;
    std::size_t last_at = 0;
    for (std::size_t at = text_.find('@'); at != std::string_view::npos && !collector_.is_full();
         at = text_.find('@', at + 1)) {
      for (; last_at < at; ++last_at)
        in_brackets_ = text_[last_at] == '<' || (in_brackets_ && text_[last_at] != '>');
      const std::size_t hits = collector_.hits();
      const std::size_t start = skip_literal_tag(at + 1);
      add_runs(start);
      collector_.add(joined_at_dots(start));
      add_joined_over_gaps(start);
      const bool doubled = at + 1 < text_.size() && text_[at + 1] == '@';
      each_has_name = each_has_name && (doubled || collector_.hits() > hits);
    }
    return each_has_name;
  }

 private:
  // RFC 5321 section 4.1.3 "Address Literals": the tag in "[IPv6:2001:db8::1]" is not a name.
  std::size_t skip_literal_tag(std::size_t offset) const {
    constexpr std::string_view tag = "[IPv6:";
    return base::istarts_with(text_.substr(offset), tag) ? text_.find_first_of("]@", offset)
                                                         : offset;
  }

  /// The first run of name octets, wherever it stands before the next "@", and up to the next
  /// delimiter every other run with a dot inside. What a comment holds is a name to few, so only
  /// where nothing else is, and with a dot.
  void add_runs(std::size_t start) {
    if (start != std::string_view::npos && !add_runs(start, true)) add_runs(start, false);
  }

  bool add_runs(std::size_t start, bool skip_comments) {
    bool found = false;
    for (std::size_t i = start; i < text_.size() && text_[i] != '@';) {
      if (!is_domain_octet(text_[i])) {
        if (found && is_delimiter(text_[i])) break;
        i = std::max(skip_comments ? skip_comment(i) : i, i + 1);
        continue;
      }
      const std::size_t run = i;
      while (i < text_.size() && is_domain_octet(text_[i]))
        ++i;
      const std::string_view name = text_.substr(run, i - run);
      found || !skip_comments ? collector_.add_dotted(name) : collector_.add(name);
      found = true;
    }
    return found;
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
      if (gap_end == offset || !(name.empty() || is_gap_at_dot(name, offset))) break;
      offset = gap_end;
    }
    return name;
  }

  /// Whether the gap at `offset` has a dot before it, where `name` ends, or behind it.
  bool is_gap_at_dot(std::string_view name, std::size_t offset) const {
    const std::size_t end = skip_gap(offset);
    return name.ends_with('.') || (end < text_.size() && text_[end] == '.');
  }

  /// As read by a program that drops comments, blanks, quotes, brackets and controls; and by one
  /// that drops blanks only and stops at one of the others. Outside of angle brackets a blank ends
  /// the domain, unless it stands at a dot: what follows is the name in "jo@b.example Jo Doe".
  void add_joined_over_gaps(std::size_t offset) {
    constexpr unsigned max_stops = 8;
    unsigned stops = 0;
    std::string name;
    while (offset < text_.size() && !is_delimiter(text_[offset])) {
      const char c = text_[offset];
      if (!in_brackets_ && base::is_blank(c) && !name.empty() && !is_gap_at_dot(name, offset))
        break;
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
  bool in_brackets_ = false;  // the "@" that is looked at
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
  if (decoded != text) Scanner(decoded, collector).scan();
  const bool each_at_has_name = Scanner(text, collector).scan();
  if (base::has_bidi_control(decoded)) {
    std::string reversed = decoded;
    std::reverse(reversed.begin(), reversed.end());
    Scanner(reversed, collector).scan();
  }
  found.complete = found.complete && whole;
  found.exact = found.exact && each_at_has_name;
  return found;
}

}  // namespace dmarc::mail
