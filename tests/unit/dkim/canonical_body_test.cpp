#include "dkim/canonical_body.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "crypto/digest.h"
#include "dkim/unchanged_text.h"

namespace dmarc::dkim {
namespace {

std::string canonical(const std::vector<std::string_view>& chunks, CanonicalForm form) {
  std::string text;
  const auto sink = [&](std::string_view octets) { text += octets; };
  BodyCanonicalizer canonicalizer(form);
  for (const std::string_view chunk : chunks)
    canonicalizer.update(chunk, sink);
  canonicalizer.finish(sink);
  return text;
}

std::string relaxed(std::string_view body) {
  return canonical({body}, CanonicalForm::relaxed);
}

std::string simple(std::string_view body) {
  return canonical({body}, CanonicalForm::simple);
}

// RFC 6376 section 3.4.5 "Canonicalization Examples (INFORMATIVE)".
TEST(DkimCanonicalBody, the_examples_of_the_rfc) {
  EXPECT_EQ(relaxed(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
  EXPECT_EQ(simple(" C \r\nD \t E\r\n\r\n\r\n"), " C \r\nD \t E\r\n");
}

// Sections 3.4.3 and 3.4.4 give the digests of an empty body (SHA-256, in base64 there).
TEST(DkimCanonicalBody, an_empty_body) {
  for (const std::string_view body : {"", "\r\n", "\r\n\r\n"}) {
    EXPECT_EQ(simple(body), "\r\n");
    EXPECT_EQ(relaxed(body), "");
  }
  for (const std::string_view body : {" ", " \r\n", "\t \r\n \r\n", "\r\n "}) {
    EXPECT_EQ(relaxed(body), "");
  }
  EXPECT_EQ(simple(" \r\n"), " \r\n");
  BodyHash hash(CanonicalForm::relaxed);
  EXPECT_EQ(crypto::hex(crypto::octets_of(hash.finish())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash.length(), 0U);
}

TEST(DkimCanonicalBody, line_ends) {
  EXPECT_EQ(relaxed("a"), "a\r\n");
  EXPECT_EQ(simple("a"), "a\r\n");
  EXPECT_EQ(simple("a \r\n \r\n"), "a \r\n \r\n");
  EXPECT_EQ(relaxed("a \r\n \r\n"), "a\r\n");
  EXPECT_EQ(relaxed("\r\n \r\na"), "\r\n\r\na\r\n");
  EXPECT_EQ(simple("\r\n\r\na\r\n"), "\r\n\r\na\r\n");
}

TEST(DkimCanonicalBody, only_cr_lf_ends_a_line) {
  EXPECT_EQ(relaxed("a\rb\nc \n\r\n"), "a\rb\nc \n\r\n");
  EXPECT_EQ(simple("a\rb\nc \n\r\n"), "a\rb\nc \n\r\n");
  EXPECT_EQ(relaxed("a\r"), "a\r\r\n");
  EXPECT_EQ(relaxed("a \r"), "a \r\r\n");
  EXPECT_EQ(simple("\r\n\r"), "\r\n\r\r\n");
  EXPECT_EQ(relaxed("\r\r\n"), "\r\r\n");
  EXPECT_EQ(relaxed("\r"), "\r\r\n");
}

TEST(DkimCanonicalBody, only_sp_and_tab_are_blanks) {
  EXPECT_EQ(relaxed("a\v \f\t\r\n"), "a\v \f\r\n");
  EXPECT_EQ(relaxed("\t\ta \t b"), " a b\r\n");
}

std::string random_body(std::mt19937& random, std::size_t size) {
  constexpr std::array<std::string_view, 12> pieces{"\r\n", "\r", "\n",   " ",    "\t",   "  ",
                                                    "a",    "bc", "word", " and", "\r\n", "x"};
  std::string body;
  while (body.size() < size) {
    if (random() % 40 == 0)
      body += std::string(random() % 60, 'z');
    else
      body += pieces[random() % pieces.size()];
  }
  return body;
}

// The rules as they are written, a line at a time.
std::string by_the_book(std::string_view body, CanonicalForm form) {
  std::string text(body);
  if (!text.ends_with("\r\n")) text += "\r\n";
  std::string result;
  for (std::size_t end = 0; !text.empty(); text.erase(0, end + 2)) {
    end = text.find("\r\n");
    std::string line = text.substr(0, end);
    if (form == CanonicalForm::relaxed) {
      for (char& c : line)
        if (c == '\t') c = ' ';
      while (line.ends_with(' '))
        line.pop_back();
      for (std::size_t i = line.find("  "); i != std::string::npos; i = line.find("  "))
        line.erase(i, 1);
    }
    result += line + "\r\n";
  }
  while (result.ends_with("\r\n\r\n"))
    result.resize(result.size() - 2);
  if (form == CanonicalForm::relaxed && result == "\r\n") result.clear();
  return result;
}

// DK-12
TEST(DkimCanonicalBody, streams_agree_with_the_rules_wherever_they_are_cut) {
  std::mt19937 random(6376);
  for (int round = 0; round < 2000; ++round) {
    const std::string body = random_body(random, random() % 300);
    std::vector<std::string_view> chunks;
    for (std::string_view rest = body; !rest.empty();) {
      const std::size_t size = std::min<std::size_t>(random() % 40, rest.size());
      chunks.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    for (const CanonicalForm form : {CanonicalForm::simple, CanonicalForm::relaxed}) {
      ASSERT_EQ(canonical({body}, form), by_the_book(body, form)) << testing::PrintToString(body);
      ASSERT_EQ(canonical(chunks, form), by_the_book(body, form)) << testing::PrintToString(body);
    }
  }
}

TEST(DkimCanonicalBody, long_lines_and_many_empty_ones) {
  const std::string words = [] {
    std::string text;
    while (text.size() < 40'000)
      text += "word  ";
    return text;
  }();
  EXPECT_EQ(relaxed(words), by_the_book(words, CanonicalForm::relaxed));
  std::string empty;
  for (int i = 0; i < 40'000; ++i)
    empty += "\r\n";
  EXPECT_EQ(relaxed(empty + "x"), empty + "x\r\n");
  EXPECT_EQ(simple(empty + "x" + empty), empty + "x\r\n");
  const std::string letters(70'000, 'x');
  EXPECT_EQ(relaxed(letters), letters + "\r\n");
}

TEST(DkimUnchangedText, both_forms_agree) {
  std::mt19937 random(2);
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random_body(random, random() % 160);
    ASSERT_EQ(unchanged_text(text), unchanged_text_portable(text)) << testing::PrintToString(text);
  }
}

TEST(DkimUnchangedText, both_forms_see_what_is_odd_in_ordinary_text) {
  constexpr std::string_view line = "words of an ordinary line\r\n";
  std::string ordinary;
  while (ordinary.size() < 150)
    ordinary += line;
  for (const std::string_view odd :
       {"  ", "\t", " \r\n", "\r", "\r\n ", "\r\n\r\n", "\n", " \n", "\x01"})
    for (std::size_t at = 0; at < ordinary.size(); ++at) {
      const std::string text = ordinary.substr(0, at).append(odd) + ordinary.substr(at);
      ASSERT_EQ(unchanged_text(text), unchanged_text_portable(text))
          << testing::PrintToString(text);
    }
}

TEST(DkimUnchangedText, where_it_ends) {
  for (const std::string before : {"", "a line that is longer than thirty-two octets\r\n"}) {
    const std::size_t size = before.size();
    EXPECT_EQ(unchanged_text(before + "a b"), size + 3);
    EXPECT_EQ(unchanged_text(before + "a "), size + 1);
    EXPECT_EQ(unchanged_text(before + "a  b"), size + 1);
    EXPECT_EQ(unchanged_text(before + "a\tb"), size + 1);
    EXPECT_EQ(unchanged_text(before + "a\r\nb"), size + 4);
    EXPECT_EQ(unchanged_text(before + "a\r\n\r\nb"), size + 1);
    EXPECT_EQ(unchanged_text(before + "a\r\n"), size + 1);
    EXPECT_EQ(unchanged_text(before + "a\n\v b"), size + 5);
  }
}

TEST(DkimBodyHashes, only_what_is_wanted_is_hashed) {
  BodyHashes hashes;
  EXPECT_FALSE(hashes.wanted());
  hashes.want(CanonicalForm::simple);
  hashes.want(CanonicalForm::simple);
  EXPECT_TRUE(hashes.wanted());
  hashes.update("a ");
  hashes.update("\r\n\r\n");
  hashes.finish();
  EXPECT_EQ(hashes.length(CanonicalForm::simple), 4U);
  EXPECT_EQ(crypto::octets_of(hashes.digest(CanonicalForm::simple)), crypto::sha256("a \r\n"));
}

}  // namespace
}  // namespace dmarc::dkim
