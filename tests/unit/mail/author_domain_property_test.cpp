// What holds for every From value: for values put together by the grammar, whose domains are known;
// for those with one octet too many; and for values changed at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include <dmarc/author_domain.h>
#include <dmarc/ip_address.h>

#include "base/ascii.h"
#include "unit/mail/random_text.h"

namespace dmarc::mail {
namespace {

using test::RandomText;

Author author_of(std::string_view from) {
  return find_author_in({&from, 1});
}

bool contains(const std::vector<dns::Name>& names, std::string_view text) {
  return std::any_of(names.begin(), names.end(),
                     [&](const dns::Name& name) { return name.text() == text; });
}

// ---- From values by the grammar of RFC 5322 section 3.4, with the answer

class Generator {
 public:
  /// With `obsolete`, blanks and comments also stand inside of addresses, and there are routes.
  Generator(RandomText& random, bool obsolete) : random_(random), obsolete_(obsolete) {}

  std::string from() {
    std::string text = element();
    while (random_.one_in(3))
      text += "," + (random_.one_in(8) ? gap() : element());
    return text;
  }

  /// The distinct domains in order of appearance.
  const std::vector<std::string>& domains() const { return domains_; }
  bool has_literal() const { return has_literal_; }

 private:
  std::string element() { return random_.one_in(6) ? group() : mailbox(); }

  std::string group() {
    std::string text = phrase() + ":" + gap();
    if (random_.one_in(4)) return text + ";" + gap();
    text += mailbox();
    while (random_.one_in(2))
      text += "," + mailbox();
    return text + ";" + gap();
  }

  std::string mailbox() {
    if (random_.one_in(3)) return gap() + addr_spec() + gap();
    const std::string route =
        obsolete_ && random_.one_in(5) ? "@relay.example,,@[192.0.2.1]" + gap() + ":" : "";
    return (random_.one_in(4) ? gap() : phrase()) + "<" + gap() + route + addr_spec() + gap() +
           ">" + gap();
  }

  std::string phrase() {
    std::string text = gap() + word();
    while (random_.one_in(2))
      text += random_.one_in(4) ? "." : " " + gap() + word();
    return text + gap();
  }

  std::string word() {
    static const std::vector<std::string> words{
        "Jo",
        "D'Marco",
        "x=y/z",
        "=?utf-8?q?ceo=40bank.example?=",
        "=?utf-8?B?PGNlb0BiYW5rLmV4YW1wbGU+?=",
        "J\xc3\xb6",
        "\"a, b\"",
        "\"ceo@bank.example\"",
        "\"<ceo@bank.example>\"",
        "\"a\\\" <ceo@bank.example> \\\"b\"",
        "\"(\"",
        "\"\"",
        "\"J\xc3\xb6;:\"",
    };
    return random_.pick(words);
  }

  std::string addr_spec() {
    static const std::vector<std::string> local_parts{
        "u", "a.b", "a..b.", "\"a@b\"", "\"a\\\"@b.example,\"", "u+v=w/x", "j\xc3\xb6", "'u'"};
    const std::string local = random_.pick(local_parts) + inner_gap();
    if (random_.one_in(10)) {
      has_literal_ = true;
      return local + "@" + inner_gap() + "[192.0.2.1]";
    }
    return local + "@" + inner_gap() + domain();
  }

  std::string domain() {
    static const std::vector<std::string> labels{"a", "Mail", "example", "COM", "x-1", "u_v", "b"};
    std::string plain = random_.pick(labels);
    std::string text = plain;
    for (std::size_t more = random_.below(4); more > 0; --more) {
      const std::string& label = random_.pick(labels);
      plain += "." + label;
      text += inner_gap() + "." + inner_gap() + label;
    }
    plain = base::lower(plain);
    if (std::find(domains_.begin(), domains_.end(), plain) == domains_.end())
      domains_.push_back(plain);
    return text;
  }

  std::string inner_gap() { return obsolete_ && random_.one_in(4) ? gap() : ""; }

  std::string gap() {
    static const std::vector<std::string> gaps{
        "", "", "", " ", "\t ", "\r\n ", " \n\t", "(c)", " (ceo@bank.example, (x) \\) \\( \") "};
    return random_.pick(gaps);
  }

  RandomText& random_;
  bool obsolete_;
  std::vector<std::string> domains_;
  bool has_literal_ = false;
};

TEST(AuthorDomainProperties, a_value_by_the_grammar_gives_exactly_its_domains) {
  RandomText random(5322);
  for (int round = 0; round < 10'000; ++round) {
    Generator generator(random, true);
    const std::string from = generator.from();
    const Author author = author_of(from);
    std::vector<std::string> domains;
    for (const dns::Name& name : author.domains)
      domains.push_back(name.text());
    ASSERT_EQ(domains, generator.domains()) << testing::PrintToString(from) << author.detail;
    const auto defect = !domains.empty()          ? std::optional<AuthorDefect>()
                        : generator.has_literal() ? AuthorDefect::no_domain
                                                  : AuthorDefect::no_address;
    ASSERT_EQ(author.defect, defect) << testing::PrintToString(from) << author.detail;
  }
}

TEST(AuthorDomainProperties, no_octet_too_many_hides_a_domain) {
  RandomText random(6854);
  for (int round = 0; round < 10'000; ++round) {
    Generator generator(random, false);
    std::string from = generator.from();
    // Not inside of a domain, which would make it another.
    std::size_t place = random.below(from.size() + 1);
    const auto is_inside = [&](std::size_t at) {
      const std::size_t start = from.find_last_of("@", at == 0 ? 0 : at - 1);
      const std::size_t end = from.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@", start);
      return start != std::string::npos && start < at && at < std::min(end, from.size());
    };
    while (is_inside(place))
      ++place;
    from.insert(place, 1, random.pick(std::string_view("<>,;:()[]\"\\@\x01\x7f")));
    const Author author = author_of(from);
    if (author.is_clean() || author.visible.size() > Author::max_visible) continue;
    for (const std::string& domain : generator.domains())
      ASSERT_TRUE(contains(author.visible, domain))
          << domain << " in " << testing::PrintToString(from);
  }
}

// ---- values changed at random

/// What the simplest of readers finds: whatever looks like a host name right behind an "@".
std::vector<std::string> simple_reading(std::string_view text) {
  std::vector<std::string> domains;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t end = at + 1;
    while (end < text.size() &&
           (base::is_alnum(text[end]) || text[end] == '.' || text[end] == '-' || text[end] == '_'))
      ++end;
    // With a character beyond ASCII it may be the beginning of another name.
    if (end < text.size() && base::is_eight_bit(text[end])) continue;
    const auto name = dns::Name::parse(text.substr(at + 1, end - at - 1));
    if (name && name->label_count() > 1 && !base::IpAddress::parse(name->text()))
      domains.push_back(name->text());
  }
  return domains;
}

/// The text without blanks, line ends and comments, in lower case, as a check that is independent
/// of the parser: what it calls a domain must stand behind an "@" here.
std::string squeezed(std::string_view text) {
  std::string result;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"' && depth == 0) {
      quoted = !quoted;
    } else if (c == '[' && depth == 0 && !quoted) {
      i = std::min(text.find(']', i), text.size());
    } else if (c == '(' && !quoted) {
      ++depth;
    } else if (c == ')' && depth > 0) {
      --depth;
    } else if (depth == 0 && !base::is_space(c)) {
      result += base::to_lower(c);
    }
  }
  return result;
}

/// What is wrong with a clean answer; empty when nothing is.
std::string complaint_on_clean(const std::string& from, const Author& author) {
  if (author.domains.empty()) return "clean, but without a domain";
  // Only a source route shows more.
  if (author.visible != author.domains && from.find(':') == std::string::npos)
    return "clean, but something else is visible";
  if (std::any_of(from.begin(), from.end(), base::is_eight_bit)) return "";
  const std::string text = squeezed(from);
  for (const dns::Name& name : author.domains) {
    if (text.find("@" + name.text()) == std::string::npos) return "invented " + name.text();
  }
  return "";
}

std::string complaint_on_defect(const std::string& from, const Author& author) {
  if (!author.domains.empty() && (author.domains.size() != 1 || author.domains != author.visible))
    return "a defect and domains that not every reader sees";
  if (author.detail.empty()) return "a defect without detail";
  if (author.visible.size() > Author::max_visible)
    return author.visible.size() > Author::max_visible + 1 ? "too much is visible" : "";
  for (const std::string& domain : simple_reading(from)) {
    if (!contains(author.visible, domain)) return "hidden " + domain;
  }
  return "";
}

std::string complaint(const std::string& from, const Author& author) {
  const auto printable = [](char c) { return c >= ' ' && c < 0x7f; };
  if (!std::all_of(author.detail.begin(), author.detail.end(), printable))
    return "detail is not printable";
  if (std::any_of(author.as_written.begin(), author.as_written.end(), base::is_control))
    return "a control in as_written";
  if (author.as_written.empty() != author.visible.empty()) return "as_written is missing";
  return author.is_clean() ? complaint_on_clean(from, author) : complaint_on_defect(from, author);
}

TEST(AuthorDomainProperties, hold_for_values_changed_at_random) {
  const std::vector<std::string> seeds{
      "admin@legitimate.com",
      "\"Jo Doe\" <admin@legitimate.com>",
      "<first@attack.com>, <admin@legitimate.com>",
      "Grp: <admin@legitimate.com>, b@x.example;, c@attack.com",
      "<@attack.com,@any.com:admin@legitimate.com>",
      "admin@legitimate.com <first@attack.com>",
      "=?utf-8?B?PGFkbWluQGxlZ2l0aW1hdGUuY29tPg==?=,<second@attack.com>",
      "\"a\\\" <ceo@bank.example> \\\"b\" <x@attack.com>",
      "admin (a (b@c.example)) @ legitimate . com (d)",
      "<x@b\xc3\xbc"
      "cher.example>, \"J\xf6rg\" <y@z.example>",
      "a@[192.0.2.1], \"c@d\"@e.example",
      "<moc.etamitigel@nimda\xe2\x80\xae>",
  };
  RandomText random(2047);
  for (int round = 0; round < 60'000; ++round) {
    const std::string from =
        random.one_in(10) ? random.octets(40) : random.mutated(random.pick(seeds));
    ASSERT_EQ(complaint(from, author_of(from)), "") << testing::PrintToString(from);
  }
}

// Patterns that would cost a careless reader a step for every pair of octets.
TEST(AuthorDomainProperties, repeated_pieces_end_in_a_defect) {
  constexpr std::array<std::string_view, 24> pieces{
      "@",   "@(",     "(",      "()",      "(@)",          "@(x)",        "=?",   "=?u?q?",
      "<",   "\"",     "\\",     "@[IPv6:", "=?u?b?QA==?=", "=?u?q?@a?= ", "a@b.", "@a ",
      "@x(", "@a.b'c", "a@b.c,", "<a@b>",   "@\xc3\xa9",    "@\xff",       "@ ",   "@((a)b)",
  };
  for (const std::string_view piece : pieces) {
    std::string from;
    while (from.size() < 50'000)
      from += piece;
    EXPECT_FALSE(author_of(from).is_clean()) << piece;
  }
}

}  // namespace
}  // namespace dmarc::mail
