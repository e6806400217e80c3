#include "dkim/key_record.h"

#include <gtest/gtest.h>

#include <string>

#include "dkim/key_cache.h"
#include "dkim/limits.h"

namespace dmarc::dkim {
namespace {

// The keys of RFC 6376 appendix C "Creating a Public Key" and RFC 8463 appendix A.2.
const std::string rsa =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG"
    "9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBc"
    "WToIMmPSPDdQPNUYckcQ2QIDAQAB";
const std::string ed25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

Fault fault(const std::string& text) {
  const auto record = KeyRecord::parse(text);
  return record ? Fault::none : record.error();
}

Signature signature(const std::string& identity, crypto::KeyType type = crypto::KeyType::rsa) {
  Signature result;
  result.key_type = type;
  result.domain = read_domain("example.com");
  if (!identity.empty()) result.identity_domain = read_domain(identity);
  return result;
}

Fault fault_for(const std::string& text, const Signature& of) {
  const auto record = KeyRecord::parse(text);
  return record ? record->fault_for(of) : record.error();
}

TEST(DkimKeyRecord, forms_of_good_ones) {
  for (const std::string& text :
       {"v=DKIM1; p=" + rsa, "p=" + rsa, "v=DKIM1; p=" + rsa + "; k=rsa", "k=rsa; p=" + rsa + ";",
        "v=DKIM1; n=a \"note\" \\; g=*; zz=1; p=" + rsa,
        "v=DKIM1; p=" + rsa.substr(0, 70) + " \t\r\n " + rsa.substr(70),
        "v=DKIM1; k=ed25519; p=" + ed25519})
    EXPECT_EQ(fault(text), Fault::none) << text << ": " << name_of(fault(text));
  EXPECT_EQ(KeyRecord::parse("p=" + rsa)->key().bits(), 1024U);
}

// DK-08
TEST(DkimKeyRecord, mistakes_that_people_make) {
  EXPECT_EQ(fault(""), Fault::key_empty);
  EXPECT_EQ(fault("v=spf1 -all"), Fault::no_key_record);
  EXPECT_EQ(fault("\"v=DKIM1; p=" + rsa + "\""), Fault::key_quotes);
  EXPECT_EQ(fault("v=DKIM1; p=" + rsa.substr(0, 70) + "\" \"" + rsa.substr(70)), Fault::key_quotes);
  EXPECT_EQ(fault("v=DKIM1\\; p=" + rsa), Fault::key_backslash);
  EXPECT_EQ(fault("v=DKIM1; p=-----BEGIN PUBLIC KEY-----" + rsa), Fault::key_armour);
  EXPECT_EQ(fault("v=DKIM1; p=" + rsa + "v=DKIM1; p=" + rsa), Fault::key_twice);
  EXPECT_EQ(fault("v=DKIM1 k=rsa; p=" + rsa), Fault::key_semicolon);
  EXPECT_EQ(fault("v=DKIM1; k=rsa p=" + rsa), Fault::key_semicolon);
  EXPECT_EQ(fault("v=DKIM1; p"), Fault::key_tag_list);
  EXPECT_EQ(fault("v=DKIM1; k=rsa; k=rsa; p=" + rsa), Fault::key_duplicate_tag);
  EXPECT_EQ(fault("p=" + rsa + "; v=DKIM1"), Fault::key_version);
  EXPECT_EQ(fault("v=DKIM2; p=" + rsa), Fault::key_version);
  EXPECT_EQ(fault("v=dkim1; p=" + rsa), Fault::key_version);
  EXPECT_EQ(fault("v=DKIM1; k=rsa"), Fault::key_missing);
  EXPECT_EQ(fault("v=DKIM1; p="), Fault::key_revoked);
  EXPECT_EQ(fault("v=DKIM1; p= \t;"), Fault::key_revoked);
  EXPECT_EQ(fault("v=DKIM1; k=foo; p=" + rsa), Fault::key_type);
  EXPECT_EQ(fault("v=DKIM1; p=" + std::string(max_key_record, 'A')), Fault::key_size);
}

TEST(DkimKeyRecord, keys_that_are_none) {
  std::string url = rsa;
  url[url.find('/')] = '_';
  EXPECT_EQ(fault("p=" + url), Fault::key_url_base64);
  EXPECT_EQ(fault("p=" + rsa + "*"), Fault::key_base64);
  EXPECT_EQ(fault("p=" + rsa.substr(0, 101)), Fault::key_cut);
  EXPECT_EQ(fault("p=AAAA"), Fault::key_unreadable);
  EXPECT_EQ(fault("k=ed25519; p=" + rsa), Fault::key_unreadable);
  EXPECT_EQ(fault("k=ed25519; p=" + ed25519.substr(0, 42)), Fault::key_unreadable);
  EXPECT_EQ(fault("p=" + ed25519), Fault::key_unreadable);
}

TEST(DkimKeyRecord, what_a_key_is_for) {
  const Signature plain = signature("");
  EXPECT_EQ(fault_for("p=" + rsa, plain), Fault::none);
  EXPECT_EQ(fault_for("p=" + rsa, signature("", crypto::KeyType::ed25519)), Fault::key_other_type);
  EXPECT_EQ(fault_for("k=ed25519; p=" + ed25519, plain), Fault::key_other_type);
  EXPECT_EQ(fault_for("h=sha1; p=" + rsa, plain), Fault::key_hash);
  EXPECT_EQ(fault_for("h=sha1:sha256; p=" + rsa, plain), Fault::none);
  EXPECT_EQ(fault_for("s=tlsrpt; p=" + rsa, plain), Fault::key_service);
  for (const char* services : {"*", "email", "tlsrpt : email"})
    EXPECT_EQ(fault_for("s=" + std::string(services) + "; p=" + rsa, plain), Fault::none);
}

TEST(DkimKeyRecord, flags) {
  EXPECT_TRUE(KeyRecord::parse("t=y; p=" + rsa)->testing());
  EXPECT_FALSE(KeyRecord::parse("t=x:foo; p=" + rsa)->testing());
  EXPECT_EQ(fault_for("t= y : s; p=" + rsa, signature("sub.example.com")), Fault::key_strict);
  EXPECT_EQ(fault_for("t=s; p=" + rsa, signature("EXAMPLE.com")), Fault::none);
  EXPECT_EQ(fault_for("t=s; p=" + rsa, signature("")), Fault::none);
  EXPECT_EQ(fault_for("t=y; p=" + rsa, signature("sub.example.com")), Fault::none);
}

TEST(DkimKeyCache, good_records_are_kept_and_faulty_ones_are_not) {
  KeyCache cache;
  EXPECT_TRUE(cache.find("p=" + rsa));
  EXPECT_TRUE(cache.find("p=" + rsa));
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(cache.find("v=DKIM1; p=").error(), Fault::key_revoked);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(DkimKeyCache, has_a_limit) {
  KeyCache cache;
  for (std::size_t i = 0; i < max_cached_keys + 1000; ++i)
    cache.find("k=ed25519; n=" + std::to_string(i) + "; p=" + ed25519);
  EXPECT_LE(cache.size(), max_cached_keys);
  EXPECT_GT(cache.size(), max_cached_keys / 2);
  const std::string note(7'000, 'n');
  for (std::size_t i = 0; i < 1000; ++i)
    cache.find("k=ed25519; n=" + note + std::to_string(i) + "; p=" + ed25519);
  EXPECT_LE(cache.size() * 7'000, max_cached_key_text + 16 * 7'000);
}

}  // namespace
}  // namespace dmarc::dkim
