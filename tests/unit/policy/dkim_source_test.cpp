#include "policy/dkim_source.h"

#include <gtest/gtest.h>

#include <string>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::Mail;

Mail with_header_of(std::size_t octets) {
  return Mail().field("X", std::string(octets - 5, 'x'));
}

DkimSource source(const Mail& mail, SelfValidate validate, bool ignores = false) {
  Settings settings;
  settings.dkim_self_validate = validate;
  settings.dkim_ignore_results = ignores;
  return dkim_source(mail.message(), settings);
}

// Every cell of the table.
TEST(DkimSource, is_that_of_the_table) {
  for (const char* value : {"v=1; ...", "", "garbage"}) {
    const Mail is_signed = Mail().field("DKIM-Signature", value);
    EXPECT_EQ(source(is_signed, SelfValidate::automatic), DkimSource::own);
    EXPECT_EQ(source(is_signed, SelfValidate::always), DkimSource::own);
    EXPECT_EQ(source(is_signed, SelfValidate::never), DkimSource::matched);
  }
  const Mail small = with_header_of(max_believed_header);
  EXPECT_EQ(source(small, SelfValidate::automatic), DkimSource::upstream);
  EXPECT_EQ(source(small, SelfValidate::always), DkimSource::nothing);
  EXPECT_EQ(source(small, SelfValidate::never), DkimSource::upstream);
  const Mail large = with_header_of(max_believed_header + 1);
  EXPECT_EQ(source(large, SelfValidate::automatic), DkimSource::nothing);
  EXPECT_EQ(source(large, SelfValidate::always), DkimSource::nothing);
  EXPECT_EQ(source(large, SelfValidate::never), DkimSource::nothing);
}

TEST(DkimSource, is_never_a_field_with_dkim_ignore_results) {
  const Mail is_signed = Mail().field("DKIM-Signature", "v=1");
  EXPECT_EQ(source(is_signed, SelfValidate::automatic, true), DkimSource::own);
  EXPECT_EQ(source(is_signed, SelfValidate::never, true), DkimSource::nothing);
  EXPECT_EQ(source(Mail(), SelfValidate::automatic, true), DkimSource::nothing);
}

TEST(DkimSource, takes_a_field_for_a_signature_however_its_name_is_written) {
  for (const char* name : {"dkim-signature", "DKIM-SIGNATURE ", "Dkim-Signature\t"})
    EXPECT_EQ(source(Mail().field(name, "x"), SelfValidate::automatic), DkimSource::own) << name;
  for (const char* name : {"X-DKIM-Signature", "DKIM2-Signature", "DKIM-Signature-Old"})
    EXPECT_EQ(source(Mail().field(name, "x"), SelfValidate::automatic), DkimSource::upstream)
        << name;
}

TEST(DkimSource, counts_the_octets_as_they_were_on_the_wire) {
  // A milter gets LF for CRLF, and perhaps no blank after the colon.
  const auto with = [](std::size_t octets, const std::string& line_end, const std::string& blank) {
    return Mail().field("X", blank + "a" + line_end + " " + std::string(octets - 9, 'x'));
  };
  for (const std::string line_end : {"\n", "\r\n"})
    for (const std::string blank : {"", " "}) {
      EXPECT_EQ(source(with(max_believed_header, line_end, blank), SelfValidate::automatic),
                DkimSource::upstream);
      EXPECT_EQ(source(with(max_believed_header + 1, line_end, blank), SelfValidate::automatic),
                DkimSource::nothing);
    }
}

}  // namespace
}  // namespace dmarc::policy
