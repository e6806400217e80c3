#include "dkim/signed_header.h"

#include <gtest/gtest.h>

namespace dmarc::dkim {
namespace {

using Names = std::vector<std::string_view>;
using Fields = std::vector<std::size_t>;

const mail::HeaderBlock& header() {
  static const mail::HeaderBlock block{{"DKIM-Signature", " a=1; b= x ; c=2"},
                                       {"Received", " one"},
                                       {"received", " two"},
                                       {"From", " a@example.com"},
                                       {"Subject ", " s  t"},
                                       {"RECEIVED", " three"},
                                       {"dkim-signature", " other"}};
  return block;
}

TEST(DkimSignedHeader, from_the_bottom_and_each_once) {
  SignedHeader signed_header(header(), LeadingBlanks::kept);
  EXPECT_EQ(signed_header.select({"Received", "received", "FROM"}, 0), (Fields{5, 2, 3}));
  EXPECT_EQ(signed_header.select({"received", "received", "received", "received"}, 0),
            (Fields{5, 2, 1}));
  EXPECT_EQ(signed_header.select({"subject"}, 0), Fields{4});
}

TEST(DkimSignedHeader, names_that_are_not_there) {
  SignedHeader signed_header(header(), LeadingBlanks::kept);
  EXPECT_EQ(signed_header.select({"a", "zz", "receive", "receivedx", "from", "to", "from"}, 0),
            Fields{3});
  EXPECT_EQ(signed_header.select(Names(400, "x-none"), 0), Fields{});
  SignedHeader nothing({}, LeadingBlanks::kept);
  EXPECT_EQ(nothing.select({"from"}, 0), Fields{});
}

TEST(DkimSignedHeader, a_signature_never_signs_itself) {
  SignedHeader signed_header(header(), LeadingBlanks::kept);
  EXPECT_EQ(signed_header.select({"dkim-signature", "dkim-signature"}, 0), Fields{6});
  EXPECT_EQ(signed_header.select({"dkim-signature", "dkim-signature"}, 6), Fields{0});
}

TEST(DkimSignedHeader, what_is_signed) {
  SignedHeader signed_header(header(), LeadingBlanks::kept);
  Signature signature;
  signature.names = {"subject", "received", "from", "subject"};
  signature.b_begin = 8;
  signature.b_end = 11;
  signature.header_form = CanonicalForm::relaxed;
  EXPECT_EQ(signed_header.text(signature, 0),
            "subject:s t\r\nreceived:three\r\nfrom:a@example.com\r\ndkim-signature:a=1; b=; c=2");
  signature.header_form = CanonicalForm::simple;
  const std::string simple =
      "Subject : s  t\r\nRECEIVED: three\r\nFrom: a@example.com\r\nDKIM-Signature: a=1; b=; c=2";
  EXPECT_EQ(signed_header.text(signature, 0), simple);
  EXPECT_EQ(crypto::octets_of(signed_header.digest(signature, 0)), crypto::sha256(simple));
  EXPECT_EQ(signed_header.canonical(4, CanonicalForm::relaxed), "subject:s t");
  EXPECT_EQ(signed_header.canonical(4, CanonicalForm::simple), "Subject : s  t");
}

}  // namespace
}  // namespace dmarc::dkim
