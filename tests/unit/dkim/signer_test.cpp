// Signatures as another implementation sees them: dkimpy, by tests/support/verify_dkim.

#include "dkim/signer.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/data.h"
#include "support/temporary_folder.h"

namespace dmarc::dkim {
namespace {

constexpr std::string_view message =
    "From: Reports <dmarc@example.org>\r\nTo: a@example.net\r\nSubject: a  folded\r\n subject\r\n"
    "Date: Mon, 24 Nov 2025 02:06:40 +0000\r\nMessage-ID: <1@example.org>\r\n"
    "X-Not-Signed: x\r\n\r\nhello  world \r\n\r\nend\r\n\r\n\r\n";

const dns::Name example_org = dns::Name::parse("example.org").value();

int run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str());
}

class DkimSignerTest : public testing::Test {
 protected:
  std::string make_key(const std::string& options) const {
    const std::string path = folder_.path("key.pem");
    EXPECT_EQ(run("openssl genpkey -out " + path + " " + options), 0);
    return path;
  }

  Signer load(const std::string& options) const {
    auto signer = Signer::load({.file = make_key(options), .selector = "sel"}, example_org);
    EXPECT_TRUE(signer) << signer.error();
    return std::move(*signer);
  }

  bool verifies(const std::string& signed_message) const {
    const std::string path = folder_.write("message", signed_message);
    return run(test::support_folder() + "/verify_dkim " + folder_.path("key.pem") +
               " sel._domainkey.example.org <" + path) == 0;
  }

  std::string load_error(const SigningKey& key) const {
    const auto signer = Signer::load(key, example_org);
    EXPECT_FALSE(signer);
    return signer ? "" : signer.error();
  }

  test::TemporaryFolder folder_;
};

TEST_F(DkimSignerTest, rsa_signatures_verify) {
  const Signer signer = load("-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
  const std::string field = signer.sign(message, 1'763'950'000);
  EXPECT_NE(field.find("a=rsa-sha256;"), std::string::npos) << field;
  EXPECT_NE(field.find("t=1763950000;"), std::string::npos) << field;
  EXPECT_TRUE(verifies(field + std::string(message))) << field;
}

TEST_F(DkimSignerTest, ed25519_signatures_verify) {
  const Signer signer = load("-algorithm ED25519");
  const std::string field = signer.sign(message, 1'763'950'000);
  EXPECT_NE(field.find("a=ed25519-sha256;"), std::string::npos) << field;
  EXPECT_TRUE(verifies(field + std::string(message))) << field;
}

TEST_F(DkimSignerTest, changes_spoil_the_signature) {
  const Signer signer = load("-algorithm ED25519");
  const std::string text(message);
  const std::string field = signer.sign(message, 1'763'950'000);
  EXPECT_FALSE(verifies(field + text + "more\r\n"));
  EXPECT_FALSE(verifies(field + "From: mallory@example.com\r\n" + text));
  EXPECT_FALSE(verifies(field + "Reply-To: mallory@example.com\r\n" + text));
  EXPECT_TRUE(verifies(field + "X-Trace: added on the way\r\n" + text));
}

TEST_F(DkimSignerTest, a_key_of_another_domain_signs_for_it) {
  auto signer = Signer::load(
      {.file = make_key("-algorithm ED25519"), .selector = "sel", .domain = "mail.example.org"},
      example_org);
  ASSERT_TRUE(signer) << signer.error();
  EXPECT_NE(signer->sign(message, 0).find("d=mail.example.org;"), std::string::npos);
}

TEST_F(DkimSignerTest, unusable_keys_are_named) {
  EXPECT_EQ(load_error({.file = "/nowhere", .selector = "s"}),
            "/nowhere: No such file or directory");
  const std::string text = folder_.write("text", "no key");
  EXPECT_EQ(load_error({.file = text, .selector = "s"}),
            text + ": no private key in PEM form without a passphrase");
  const std::string curve = make_key("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
  EXPECT_EQ(load_error({.file = curve, .selector = "s"}),
            curve + ": neither an RSA nor an Ed25519 key");
  const std::string small = make_key("-algorithm RSA -pkeyopt rsa_keygen_bits:768");
  EXPECT_EQ(load_error({.file = small, .selector = "s"}),
            small + ": an RSA key of fewer than 1024 bits");
  const std::string locked = make_key("-algorithm ED25519 -aes128 -pass pass:secret");
  EXPECT_EQ(load_error({.file = locked, .selector = "s"}),
            locked + ": no private key in PEM form without a passphrase");
}

}  // namespace
}  // namespace dmarc::dkim
