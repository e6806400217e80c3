// Records and zones that people publish by mistake or on purpose to get past a filter. The ids are
// those of the catalogue of attacks that the rows come from.

#include <gtest/gtest.h>

#include <ostream>

#include "unit/dmarc/world.h"

namespace dmarc {
namespace {

using test::World;

struct Row {
  const char* id;
  const char* what;
  const char* zone;
  const char* author;
  const char* spf;
  const char* dkim;
  /// Result and policy.
  const char* expected;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.id << ", " << row.what;
}

const Row rows[] = {
    {"REC-01", "two records at one name",
     R"(_dmarc.example.com TXT "v=DMARC1; p=reject"
        _dmarc.example.com TXT "v=DMARC1; p=none")",
     "example.com", "", "", "none -"},
    {"REC-01", "two records below the organization's",
     R"(_dmarc.a.example.com TXT "v=DMARC1; p=none"
        _dmarc.a.example.com TXT "v=DMARC1; p=none"
        _dmarc.example.com TXT "v=DMARC1; p=reject")",
     "a.example.com", "", "", "fail reject"},
    {"REC-03", "a policy that is none of the three, with a rua",
     R"(_dmarc.example.com TXT "v=DMARC1; p=bogus; rua=mailto:a@b.com")", "example.com", "", "",
     "fail none"},
    {"REC-03", "no policy, with a rua",
     R"(_dmarc.example.com TXT "v=DMARC1; sp=reject; rua=mailto:a@b.com")", "a.example.com", "", "",
     "fail none"},
    {"REC-04", "a policy that is none of the three",
     R"(_dmarc.example.com TXT "v=DMARC1; p=bogus")", "example.com", "", "", "none -"},
    {"REC-05", "the version is not first", R"(_dmarc.example.com TXT "p=reject; v=DMARC1")",
     "example.com", "", "", "none -"},
    {"REC-06", "blanks around everything", R"(_dmarc.example.com TXT "v = DMARC1 ; p = reject ;")",
     "example.com", "", "", "fail reject"},
    {"REC-07", "a version in lower case", R"(_dmarc.example.com TXT "v=dmarc1; p=reject")",
     "example.com", "", "", "none -"},
    {"REC-07", "tag names and values in odd case", R"(_dmarc.example.com TXT "V=DMARC1; P=Reject")",
     "example.com", "", "", "fail reject"},
    {"REC-08", "junk between the tags",
     R"(_dmarc.example.com TXT "v=DMARC1;; p=reject; garbage; x=y;\009;  \013\010")", "example.com",
     "", "", "fail reject"},
    {"REC-08", "a line break after the policy",
     R"(_dmarc.example.com TXT "v=DMARC1; p=reject\013\010")", "example.com", "", "",
     "fail reject"},
    {"REC-09", "a record in several strings",
     R"(_dmarc.example.com TXT "v=DMA" "RC1; p=rej" "ect")", "example.com", "", "", "fail reject"},
    {"REC-10", "an alias and a chain of aliases",
     R"(_dmarc.example.com CNAME a.vendor.example
        a.vendor.example CNAME b.vendor.example
        b.vendor.example TXT "v=DMARC1; p=reject")",
     "example.com", "", "", "fail reject"},
    {"REC-10", "an alias loop",
     R"(_dmarc.example.com CNAME loop.example.com
        loop.example.com CNAME _dmarc.example.com)",
     "example.com", "example.com", "", "temperror -"},
    {"REC-11", "SERVFAIL", "_dmarc.example.com RCODE SERVFAIL", "example.com", "example.com", "",
     "temperror -"},
    {"REC-11", "no answer", "_dmarc.example.com RCODE TIMEOUT", "example.com", "example.com", "",
     "temperror -"},
    {"REC-11", "REFUSED", "_dmarc.example.com RCODE REFUSED", "example.com", "example.com", "",
     "temperror -"},
    {"REC-12", "a subdomain without a record", R"(_dmarc.example.com TXT "v=DMARC1; p=reject")",
     "sub.example.com", "", "", "fail reject"},
    {"REC-13", "a subdomain that does not exist",
     R"(_dmarc.example.com TXT "v=DMARC1; p=none; sp=none; np=reject")", "ghost.example.com", "",
     "", "fail reject"},
    {"REC-13", "a subdomain that exists",
     R"(_dmarc.example.com TXT "v=DMARC1; p=none; sp=none; np=reject"
        host.example.com MX 10 mx.example.com)",
     "host.example.com", "", "", "fail none"},
    {"REC-14", "nine labels", R"(_dmarc.2.1 TXT "v=DMARC1; p=reject")", "9.8.7.6.5.4.3.2.1", "", "",
     "fail reject"},
    {"REC-14", "a record at a name that the walk skips",
     R"(_dmarc.8.7.6.5.4.3.2.1 TXT "v=DMARC1; p=reject")", "9.8.7.6.5.4.3.2.1", "", "", "none -"},
    {"REC-14", "an author at a public suffix",
     R"(_dmarc.bank.example TXT "v=DMARC1; p=reject; psd=y")", "bank.example", "a.bank.example", "",
     "fail reject"},
    {"REC-15", "an identifier with an organization of its own",
     R"(_dmarc.example.com TXT "v=DMARC1; p=reject"
        _dmarc.shop.example.com TXT "v=DMARC1; p=reject; psd=n")",
     "example.com", "", "shop.example.com", "fail reject"},
    {"REC-16", "the organization signs for a subdomain, strictly",
     R"(_dmarc.example.com TXT "v=DMARC1; p=reject; adkim=s")", "sub.example.com", "",
     "example.com", "fail reject"},
    {"REC-17", "labels of one character", R"(_dmarc.x.com TXT "v=DMARC1; p=reject")", "x.com", "",
     "y.com", "fail reject"},
    {"REC-18", "a neighbour under the same public suffix",
     R"(_dmarc.a.co.uk TXT "v=DMARC1; p=reject"
        _dmarc.co.uk TXT "v=DMARC1; p=none; psd=y")",
     "a.co.uk", "", "b.co.uk", "fail reject"},
    {"REC-18", "the public suffix itself", R"(_dmarc.a.co.uk TXT "v=DMARC1; p=reject")", "a.co.uk",
     "", "co.uk", "fail reject"},
    {"REC-19", "an owner who is testing", R"(_dmarc.example.com TXT "v=DMARC1; p=reject; t=y")",
     "example.com", "", "", "fail quarantine"},
    {"REC-20", "pct of RFC 7489", R"(_dmarc.example.com TXT "v=DMARC1; p=reject; pct=0")",
     "example.com", "", "", "fail reject"},
    {"REC-20", "a pct that is no number", R"(_dmarc.example.com TXT "v=DMARC1; p=reject; pct=abc")",
     "example.com", "", "", "fail reject"},
    {"REC-22", "a wildcard that answers for every name",
     R"(*.example.com TXT "v=spf1 -all"
        _dmarc.example.com TXT "v=DMARC1; p=reject")",
     "sub.example.com", "", "", "fail reject"},
    {"AR-07", "a signature by a top-level domain", R"(_dmarc.example.com TXT "v=DMARC1; p=reject")",
     "example.com", "", "com", "fail reject"},
};

class HostileRecord : public ::testing::TestWithParam<Row> {};

TEST_P(HostileRecord, comes_to_the_right_verdict) {
  const Row& row = GetParam();
  World world(row.zone);
  test::Message message{.spf = row.spf};
  if (*row.dkim != '\0') message.dkim = {row.dkim};
  const Verdict verdict = world.evaluate(row.author, message);
  EXPECT_EQ(std::string(to_string(verdict.result)) + ' ' +
                (verdict.policy ? std::string(to_string(*verdict.policy)) : "-"),
            row.expected)
      << verdict.reason;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, HostileRecord, ::testing::ValuesIn(rows));

}  // namespace
}  // namespace dmarc
