#include "dkim/signature.h"

#include <gtest/gtest.h>

#include <limits>

#include "dkim/limits.h"

namespace dmarc::dkim {
namespace {

constexpr std::string_view digest = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/// A good signature with some tags in place of its own, or left out when they have no "=".
std::string value(std::initializer_list<std::string> changes = {}) {
  std::vector<std::string> tags{"v=1",   "a=rsa-sha256", "d=example.com",
                                "s=sel", "h=from:to",    "bh=" + std::string(digest),
                                "b=YWJj"};
  for (const std::string& change : changes) {
    const std::string name = change.substr(0, change.find('='));
    std::erase_if(tags, [&](const std::string& tag) { return tag.starts_with(name + "="); });
    if (change.size() > name.size()) tags.push_back(change);
  }
  std::string text;
  for (const std::string& tag : tags)
    text += (text.empty() ? " " : "; ") + tag;
  return text;
}

Fault fault(std::initializer_list<std::string> changes) {
  return read_signature(value(changes), dkim_signature).fault;
}

TEST(DkimSignature, all_its_tags) {
  const std::string text = value({"c=relaxed/simple", "i=jo@mail.example.com", "l=10", "t=5",
                                  "x=12", "q=foo:dns/txt", "h= From :\r\n To", "b= Y W\r\n Jj"});
  const Signature signature = read_signature(text, dkim_signature);
  EXPECT_EQ(signature.fault, Fault::none) << name_of(signature.fault);
  EXPECT_EQ(signature.algorithm, "rsa-sha256");
  EXPECT_EQ(signature.key_type, crypto::KeyType::rsa);
  EXPECT_EQ(signature.domain->text(), "example.com");
  EXPECT_EQ(signature.selector->text(), "sel");
  EXPECT_EQ(signature.key_name->text(), "sel._domainkey.example.com");
  EXPECT_EQ(signature.identity, "jo@mail.example.com");
  EXPECT_EQ(signature.identity_domain->text(), "mail.example.com");
  EXPECT_EQ(signature.header_form, CanonicalForm::relaxed);
  EXPECT_EQ(signature.body_form, CanonicalForm::simple);
  EXPECT_EQ(signature.names, (std::vector<std::string_view>{"From", "To"}));
  EXPECT_EQ(signature.octets, "abc");
  EXPECT_EQ(signature.characters, "YWJj");
  EXPECT_EQ(signature.length, 10U);
  EXPECT_EQ(signature.time, 5U);
  EXPECT_EQ(signature.expiry, 12U);
  EXPECT_EQ(text.substr(signature.b_begin, signature.b_end - signature.b_begin), " Y W\r\n Jj");
}

TEST(DkimSignature, what_must_be_there) {
  EXPECT_EQ(fault({"v"}), Fault::version);
  for (const char* text : {"v=2", "v=1.0", "v=0.5", "v="})
    EXPECT_EQ(fault({text}), Fault::version) << text;
  for (const char* name : {"a", "b", "bh", "d", "h", "s"}) {
    EXPECT_EQ(fault({name}), Fault::missing_tag) << name;
    EXPECT_EQ(fault({name + std::string("=")}), Fault::missing_tag) << name;
  }
}

// DK-05, DK-15
TEST(DkimSignature, algorithms) {
  EXPECT_EQ(read_signature(value({"a=ed25519-sha256"}), dkim_signature).key_type,
            crypto::KeyType::ed25519);
  EXPECT_EQ(fault({"a=rsa-sha1"}), Fault::algorithm_sha1);
  for (const char* text : {"a=rsa-sha512", "a=rsa-md5", "a=ed25519-sha1", "a=RSA-SHA256"})
    EXPECT_EQ(fault({text}), Fault::algorithm) << text;
}

TEST(DkimSignature, canonicalizations) {
  const auto forms = [](const std::string& c) {
    const Signature read = read_signature(value({c}), dkim_signature);
    EXPECT_EQ(read.fault, Fault::none) << c;
    return std::pair(read.header_form, read.body_form);
  };
  using enum CanonicalForm;
  EXPECT_EQ(forms("c"), std::pair(simple, simple));
  EXPECT_EQ(forms("c=relaxed"), std::pair(relaxed, simple));
  EXPECT_EQ(forms("c=simple/relaxed"), std::pair(simple, relaxed));
  for (const char* text : {"c=", "c=nofws", "c=relaxed/", "c=relaxed/relaxed/relaxed", "c=/simple"})
    EXPECT_EQ(fault({text}), Fault::canonicalization) << text;
}

TEST(DkimSignature, domains_and_selectors) {
  const auto domain = [](const std::string& d) {
    return read_signature(value({d}), dkim_signature).domain;
  };
  EXPECT_EQ(domain("d=EXAMPLE.com")->text(), "example.com");
  EXPECT_EQ(domain("d=b\xc3\xbc"
                   "cher.example")
                ->text(),
            "xn--bcher-kva.example");
  for (const char* text : {"d=example.com(.example.org", "d=exa mple.com", "d=.com",
                           "d=example.com.", "d=a@b.example"})
    EXPECT_EQ(fault({text}), Fault::domain) << text;
  EXPECT_EQ(fault({"s=a_b.c"}), Fault::none);
  EXPECT_EQ(fault({"s=a b"}), Fault::selector);
  const std::string label(63, 'a');
  EXPECT_EQ(fault({"d=" + label + '.' + label + '.' + label + ".example", "s=" + label}),
            Fault::key_name);
}

// DK-07
TEST(DkimSignature, identities) {
  for (const char* text : {"i=@example.com", "i=@mail.EXAMPLE.com", "i=a=40b@example.com",
                           "i=\xc3\xbc@example.com", "i=\"a@b\"@example.com"})
    EXPECT_EQ(fault({text}), Fault::none) << text;
  for (const char* text : {"i=@com", "i=@badexample.com", "i=@example.org"})
    EXPECT_EQ(fault({text}), Fault::identity_outside) << text;
  for (const char* text : {"i=", "i=example.com", "i=a@", "i=a@exam ple.com"})
    EXPECT_EQ(fault({text}), Fault::identity) << text;
}

// DK-02
TEST(DkimSignature, signed_names) {
  EXPECT_EQ(fault({"h=FROM"}), Fault::none);
  EXPECT_EQ(fault({"h=to::from:"}), Fault::none);
  for (const char* text : {"h=to", "h=x-from:from2", "h=:", "h=fr om"})
    EXPECT_EQ(fault({text}), Fault::from_not_signed) << text;
  std::string many = "h=from";
  for (std::size_t i = 1; i < max_signed_names; ++i)
    many += ":x";
  EXPECT_EQ(fault({many}), Fault::none);
  EXPECT_EQ(fault({many + ":y"}), Fault::too_many_names);
}

// DK-10
TEST(DkimSignature, digests_and_numbers) {
  for (const char* text : {"bh=YWJj", "bh=%%%%", "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFVB"})
    EXPECT_EQ(fault({text}), Fault::body_hash_base64) << text;
  EXPECT_EQ(fault({"b=Y*Jj"}), Fault::signature_base64);
  for (const char* text : {"l=-1", "l=10x", "l=", "l=0x1", "l=1 0"})
    EXPECT_EQ(fault({text}), Fault::length) << text;
  for (const char* text : {"t=-1", "x=-1", "t=soon", "x="})
    EXPECT_EQ(fault({text}), Fault::time) << text;
  const std::string huge(76, '9');
  EXPECT_EQ(read_signature(value({"l=" + huge}), dkim_signature).length,
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(read_number("18446744073709551615"), 18'446'744'073'709'551'615U);
  EXPECT_EQ(read_number("18446744073709551616"), 18'446'744'073'709'551'615U);
}

// DK-11
TEST(DkimSignature, copied_fields_are_not_read) {
  EXPECT_EQ(fault({"z=From:a@b.example|b=x|" + std::string(15000, '=')}), Fault::none);
  EXPECT_EQ(fault({"z=" + std::string(65000, 'x')}), Fault::field_size);
}

TEST(DkimSignature, query_methods) {
  for (const char* text : {"q=dns/txt", "q=dns", "q=foo/bar:dns/txt", "q=foo : dns/txt"})
    EXPECT_EQ(fault({text}), Fault::none) << text;
  EXPECT_EQ(fault({"q=foo"}), Fault::query_method);
}

TEST(DkimSignature, fields_that_are_none) {
  const auto read = [](std::string_view text) {
    return read_signature(text, dkim_signature).fault;
  };
  EXPECT_EQ(read(""), Fault::tag_list);
  EXPECT_EQ(read(" rubbish"), Fault::tag_list);
  EXPECT_EQ(read(" =?utf-8?Q?v=3D1=3B?="), Fault::encoded_word);
  EXPECT_EQ(read(value() + "; d=example.org"), Fault::duplicate_tag);
  EXPECT_EQ(read_signature(value() + "; d=example.org", dkim_signature).domain, std::nullopt);
  EXPECT_EQ(read(value({"z=" + std::string(max_signature_value, 'x')})), Fault::field_size);
}

TEST(DkimSignature, faulty_ones_tell_what_can_be_read) {
  const std::string text = value({"a=rsa-sha1"});
  const Signature signature = read_signature(text, dkim_signature);
  EXPECT_EQ(signature.domain->text(), "example.com");
  EXPECT_EQ(signature.selector->text(), "sel");
  EXPECT_EQ(signature.characters, "YWJj");
}

// DK-04
TEST(DkimSignature, the_clock) {
  const auto at = [](std::initializer_list<std::string> changes, std::int64_t now) {
    const std::string text = value(changes);
    return time_fault(read_signature(text, dkim_signature), now);
  };
  EXPECT_EQ(at({}, 1000), Fault::none);
  EXPECT_EQ(at({"t=1000"}, 1000 - max_seconds_ahead), Fault::none);
  EXPECT_EQ(at({"t=100000"}, 100'000 - max_seconds_ahead - 1), Fault::future);
  EXPECT_EQ(at({"t=1000", "x=1000"}, 1000), Fault::expiry_before_time);
  EXPECT_EQ(at({"t=1000", "x=1001"}, 1001 + expiry_grace), Fault::none);
  EXPECT_EQ(at({"t=1000", "x=1001"}, 1002 + expiry_grace), Fault::expired);
  EXPECT_EQ(at({"x=999999999999"}, 1'800'000'000), Fault::none);
}

// RFC 8617 section 4.1.2 "ARC-Message-Signature (AMS)".
TEST(DkimSignature, that_of_an_arc_set) {
  const std::string text = value({"v", "i=2"});
  const Signature signature = read_signature(text, arc_message_signature);
  EXPECT_EQ(signature.fault, Fault::none);
  EXPECT_EQ(signature.header_form, CanonicalForm::relaxed);
  EXPECT_EQ(signature.identity, "");
  EXPECT_EQ(read_signature(value({"v", "i=2", "l=1"}), arc_message_signature).fault, Fault::length);
}

}  // namespace
}  // namespace dmarc::dkim
