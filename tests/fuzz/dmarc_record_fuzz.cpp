// A DMARC record of a hostile domain owner: the whole input is the text of one.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <dmarc/record.h>

#include "expect.h"

namespace {

using namespace dmarc;
using dmarc::fuzz::expect;
using dmarc::fuzz::is_printable;

void append(std::string& text, std::string_view tag, std::optional<Policy> policy) {
  if (policy) text.append("; ").append(tag).append("=").append(to_string(*policy));
}

void append(std::string& text, std::string_view tag, const std::vector<std::string>& uris) {
  for (const std::string& uri : uris)
    text.append(&uri == &uris.front() ? "; " + std::string(tag) + '=' : ",").append(uri);
}

// The record with every tag in its plainest form.
std::string rewrite(const Record& record) {
  std::string text = "v=DMARC1";
  append(text, "p", record.p);
  append(text, "sp", record.sp);
  append(text, "np", record.np);
  text.append("; adkim=").append(to_string(record.adkim));
  text.append("; aspf=").append(to_string(record.aspf));
  text.append("; psd=").append(to_string(record.psd));
  text.append("; t=").append(record.testing ? "y" : "n");
  text.append("; fo=").append(to_string(record.fo));
  append(text, "rua", record.rua);
  append(text, "ruf", record.ruf);
  return text;
}

void expect_equal(const Record& a, const Record& b) {
  expect(a.p == b.p && a.sp == b.sp && a.np == b.np, "policies read back");
  expect(a.adkim == b.adkim && a.aspf == b.aspf, "alignment modes read back");
  expect(a.psd == b.psd && a.testing == b.testing && a.fo == b.fo, "flags read back");
  expect(a.rua == b.rua && a.ruf == b.ruf, "URIs read back");
}

void expect_bounded(const Record& record) {
  expect(record.text.size() <= Record::max_text, "the text kept is bounded");
  expect(record.rua.size() <= Record::max_uris, "URIs are bounded");
  expect(record.ruf.size() <= Record::max_uris, "URIs are bounded");
  expect(record.problems.size() <= Record::max_problems, "problems are bounded");
  for (const std::string& problem : record.problems)
    expect(problem.size() < 512 && is_printable(problem), "problems are short and printable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto record = Record::parse(text);
  expect(record.has_value() == Record::has_version_tag(text), "a version tag makes a record");
  if (!record) return 0;
  expect_bounded(*record);
  if (record->usability() != Usability::apply)
    expect(record->for_domain() == Policy::none && record->for_subdomain() == Policy::none &&
               record->for_nonexistent_subdomain() == Policy::none,
           "only a record that applies asks for anything");
  const auto again = Record::parse(rewrite(*record));
  expect(again.has_value(), "the plain form is a record");
  expect(!again->repeated_tag && !again->invalid_policy_tag, "the plain form is correct");
  expect_equal(*record, *again);
  return 0;
}
