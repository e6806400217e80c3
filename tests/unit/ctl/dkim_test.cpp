#include <gtest/gtest.h>

#include <sstream>

#include "base/json.h"
#include "crypto/digest.h"
#include "ctl/dmarcctl.h"
#include "support/signed_message.h"
#include "support/temporary_folder.h"

namespace dmarc::ctl {
namespace {

using namespace std::string_literals;

const std::string key = test::ed25519_record();
const std::string key_data = key.substr(key.find("p="));

class DkimSubcommand : public ::testing::Test {
 protected:
  int run(std::vector<std::string> words) {
    words.insert(words.end(), {"--zone", zone_, "--config", config_});
    out_.str("");
    err_.str("");
    return dmarcctl(words, {out_, err_});
  }
  int run_message(const std::string& text, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"dkim", folder_.write("message", text)});
    return run(std::move(more));
  }
  int run_key(const std::string& selector, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"dkim", "--key", selector, "example.com"});
    return run(std::move(more));
  }

  /// The signature at the bottom, so that fields can be put above the others.
  std::string signed_message(const std::string& tags = {}) {
    mail::HeaderBlock header;
    std::string text;
    for (const auto& [name, value] : fields_) {
      header.add(name, value);
      text += name + ":" + value + "\r\n";
    }
    const std::string value =
        test::signature_value(header,
                              "v=1; a=ed25519-sha256; d=example.com; s=" + selector_ +
                                  "; c=relaxed/relaxed; " + names_ + tags,
                              body_);
    return "DKIM-Signature:" + value + "\r\n" + text + "\r\n" + body_;
  }

  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }

  bool says(const std::string& text) const { return out_.str().find(text) != std::string::npos; }

  std::vector<std::pair<std::string, std::string>> fields_{
      {"From", " Ann <ann@example.com>"}, {"To", " b@example.net"}, {"Subject", " Hello"}};
  std::string selector_ = "sel";
  std::string names_ = "h=from:to:subject:reply-to";
  std::string body_ = "Dear all\r\n\r\n.. and so on\r\n";
  test::TemporaryFolder folder_;
  std::string zone_ = folder_.write(
      "zone", "sel._domainkey.example.com     TXT \"" + key + "\"\n" +
                  "quotes._domainkey.example.com  TXT \"v=DKIM1; k=ed25519; \\\"" + key_data +
                  "\\\"\"\n" + "test._domainkey.example.com    TXT \"" +
                  test::ed25519_record("t=y:s; ") + "\"\n" +
                  "tls._domainkey.example.com     TXT \"" + test::ed25519_record("s=tlsrpt; ") +
                  "\"\n" + "gone._domainkey.example.com    TXT \"v=DKIM1; p=\"\n" +
                  "twice._domainkey.example.com   TXT \"" + key + "\"\n" +
                  "twice._domainkey.example.com   TXT \"" + test::ed25519_record("n=2; ") + "\"\n" +
                  "other._domainkey.example.com   TXT \"v=spf1 -all\"\n" +
                  "dot._domainkey.example.com.example.com TXT \"" + key + "\"\n" +
                  "lost._domainkey.example.com    RCODE SERVFAIL\n");
  std::string config_ = folder_.write("config", "AuthservID mx\n");
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(DkimSubcommand, a_passing_signature_is_shown_with_all_that_led_to_it) {
  EXPECT_EQ(run_message(signed_message("; t=1700000000; i=ann@example.com")), 0);
  EXPECT_TRUE(out_.str().starts_with("signature 1: pass\n")) << out_.str();
  EXPECT_TRUE(says("  d=example.com\n  s=sel\n  i=ann@example.com\n  a=ed25519-sha256\n"));
  EXPECT_TRUE(says("  c=relaxed/relaxed\n  t=1700000000\n"));
  EXPECT_TRUE(says("  header: the signature verifies\n"));
  EXPECT_TRUE(says("      From: Ann <ann@example.com>\n      To: b@example.net\n"));
  EXPECT_TRUE(says("in h=, but not in the message: reply-to\n"));
  EXPECT_FALSE(says("not signed"));
  EXPECT_TRUE(says("  body: its hash is that of the signature\n    canonical form: 26 octets\n"));
  EXPECT_TRUE(says("key at sel._domainkey.example.com: records\n    Ed25519 key of 256 bits\n"));
  EXPECT_FALSE(says("would pass"));
}

TEST_F(DkimSubcommand, a_file_of_this_system_is_read_as_it_was_sent) {
  std::string text = signed_message();
  std::erase(text, '\r');
  EXPECT_EQ(run_message(text), 0);
}

TEST_F(DkimSubcommand, unsigned_fields_that_readers_see_are_named) {
  EXPECT_EQ(run_message(replaced(signed_message(), "From:", "Sender: x@example.net\r\nFrom:")), 0);
  EXPECT_TRUE(says("shown to readers, but not signed: Sender\n"));
}

TEST_F(DkimSubcommand, each_likely_change_of_the_body_is_found) {
  const std::string text = signed_message();
  EXPECT_EQ(run_message(text + "-- \r\nA list\r\n"), 1);
  EXPECT_TRUE(
      says("signature 1: fail: the body was changed: its hash differs\n"
           "  would pass if: the last 13 octets of the body were not there\n"))
      << out_.str();
  EXPECT_TRUE(says("  header: the signature verifies\n"));
  EXPECT_EQ(run_message(replaced(text, "Dear", "[external]\r\n\r\nDear")), 1);
  EXPECT_TRUE(says("would pass if: the first 14 octets of the body were not there"));
  EXPECT_EQ(run_message(replaced(text, "\r\n.. and", "\r\n... and")), 1);
  EXPECT_TRUE(says("would pass if: lines of the body that begin with two dots had one\n"));
  EXPECT_EQ(run_message(replaced(text, "\r\n.. and", "\r\n. and")), 1);
  EXPECT_TRUE(says("would pass if: lines of the body that begin with a dot had one more"));
  EXPECT_EQ(run_message(replaced(text, "Dear", "other")), 1);
  EXPECT_FALSE(says("would pass if"));
}

TEST_F(DkimSubcommand, a_footer_before_the_closing_delimiter_is_found) {
  body_ = "--b\r\n\r\nDear all\r\n--b--\r\n";
  EXPECT_EQ(run_message(replaced(signed_message(), "--b--", "A list\r\n--b--")), 1);
  EXPECT_TRUE(
      says("would pass if: 8 octets of the body before its closing delimiter were not "
           "there"))
      << out_.str();
}

TEST_F(DkimSubcommand, text_made_quoted_printable_on_the_way_is_found) {
  fields_.emplace_back("Content-Transfer-Encoding", " 8bit");
  names_ = "h=from:to:content-transfer-encoding";
  body_ =
      "Gr\xc3\xbc\xc3\x9f"
      "e\r\n";
  std::string text = replaced(signed_message(), "8bit", "quoted-printable");
  text = replaced(text, "\xc3\xbc\xc3\x9f", "=C3=BC=C3=9F");
  EXPECT_EQ(run_message(text), 1);
  EXPECT_TRUE(
      says("would pass if: the body was 8bit, not quoted-printable, and "
           "Content-Transfer-Encoding was 8bit\n"))
      << out_.str();

  fields_ = {{"From", " Ann <ann@example.com>"}};
  body_ = "--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n=\xc3\xbc\r\n--b--\r\n";
  text = replaced(signed_message(), "8bit", "quoted-printable");
  EXPECT_EQ(run_message(replaced(text, "=\xc3\xbc", "=3D=C3=\r\n=BC")), 1);
  EXPECT_TRUE(says("would pass if: the body was 8bit, not quoted-printable\n")) << out_.str();
}

TEST_F(DkimSubcommand, each_likely_change_of_the_header_is_found) {
  const std::string text = signed_message();
  EXPECT_EQ(run_message(replaced(text, "Hello", "[List] Hello")), 1);
  EXPECT_TRUE(
      says("signature 1: fail: the signature did not verify\n"
           "  would pass if: Subject did not begin with \"[List]\"\n"))
      << out_.str();
  EXPECT_TRUE(says("  body: its hash is that of the signature\n"));
  EXPECT_EQ(run_message(replaced(text, "Hello", "*****SPAM***** Hello")), 1);
  EXPECT_TRUE(says("would pass if: Subject did not begin with \"*****SPAM*****\""));
  EXPECT_EQ(run_message(replaced(text, "To:", "Reply-To: list@example.net\r\nTo:")), 1);
  EXPECT_TRUE(says("would pass if: the Reply-To field was not there"));
  EXPECT_EQ(run_message(replaced(text, "Subject:", "Subject: Other\r\nX:")), 1);
  EXPECT_FALSE(says("would pass if"));
  EXPECT_EQ(run_message(replaced(text, "Subject: Hello", "Subject: Hello\r\nSubject: Other")), 1);
  EXPECT_TRUE(says("the Subject field that was signed was another one, \"Hello\"")) << out_.str();
}

TEST_F(DkimSubcommand, changes_of_a_list_are_found_together) {
  std::string text = signed_message();
  text = replaced(text, "Hello", "[List] Hello");
  text =
      replaced(text, "From: Ann <ann@example.com>",
               "From: Ann via List <list@example.net>\r\nX-Original-From: Ann <ann@example.com>");
  EXPECT_EQ(run_message(text + "-- \r\n"), 1);
  EXPECT_TRUE(says("would pass if: the last 5 octets of the body were not there, and "))
      << out_.str();
  EXPECT_TRUE(says("From was what X-Original-From is now"));
  EXPECT_TRUE(says("Subject did not begin with \"[List]\""));
}

TEST_F(DkimSubcommand, a_field_refolded_is_found_in_the_simple_form) {
  mail::HeaderBlock header;
  header.add("From", " Ann <ann@example.com>");
  const std::string simple =
      "DKIM-Signature:" +
      test::signature_value(
          header, "v=1; a=ed25519-sha256; d=example.com; s=sel; c=simple/simple; h=from", "x\r\n") +
      "\r\n";
  EXPECT_EQ(run_message(simple + "From: Ann <ann@example.com>\r\n\r\nx\r\n"), 0);
  EXPECT_EQ(run_message(simple + "From: Ann\r\n <ann@example.com>\r\n\r\nx\r\n"), 1);
  EXPECT_TRUE(says("would pass if: the From field was not folded")) << out_.str();
  EXPECT_EQ(run_message(simple + "From:Ann <ann@example.com>\r\n\r\nx \r\n"), 1);
  EXPECT_TRUE(
      says("would pass if: no line of the body ended with blanks, and the From field had "
           "one blank after its colon and none at its end"))
      << out_.str();
}

TEST_F(DkimSubcommand, what_keeps_key_clock_and_length_from_a_pass_is_told) {
  EXPECT_EQ(run_message(signed_message("; t=1600000000; x=1600000001")), 1);
  EXPECT_TRUE(
      says("signature 1: permerror: the signature has expired\n"
           "  would pass if: it was looked at before it expired\n"))
      << out_.str();
  selector_ = "tls";
  EXPECT_EQ(run_message(signed_message()), 1);
  EXPECT_TRUE(says("would pass if: s= of the key record allowed email\n")) << out_.str();
  selector_ = "quotes";
  EXPECT_EQ(run_message(signed_message()), 1);
  EXPECT_TRUE(says("would pass if: the key record had no quotes inside\n")) << out_.str();
  selector_ = "test";
  EXPECT_EQ(run_message(signed_message("; i=a@sub.example.com")), 1);
  EXPECT_TRUE(says("would pass if: t=s was not in the key record\n")) << out_.str();
  selector_ = "lost";
  EXPECT_EQ(run_message(signed_message()), 75);
  EXPECT_TRUE(says("signature 1: temperror: the server answered SERVFAIL\n"));
  EXPECT_TRUE(says("header: not verified: there is no key to try\n"));
}

TEST_F(DkimSubcommand, what_lies_beyond_the_length_of_a_signature_is_told) {
  std::string text = signed_message("; l=26");
  EXPECT_EQ(run_message(text), 0);
  EXPECT_TRUE(says("  l=26\n"));
  EXPECT_EQ(run_message(text + "more\r\n"), 1);
  EXPECT_TRUE(
      says("signature 1: policy: l= leaves the end of the body unsigned\n"
           "  would pass if: the last 6 octets of the body were not there\n"))
      << out_.str();
  EXPECT_TRUE(says("left out by l=: 6 octets"));
}

TEST_F(DkimSubcommand, statuses_of_messages_tell_what_came_of_them) {
  EXPECT_EQ(run_message("From: ann@example.com\r\n\r\n"), 2);
  EXPECT_TRUE(says("no DKIM-Signature field\n"));
  EXPECT_EQ(run_message("DKIM-Signature: v=1; b=\r\nFrom: ann@example.com\r\n\r\n"), 1);
  EXPECT_TRUE(says("signature 1: permerror: one of the tags")) << out_.str();
  EXPECT_EQ(run({"dkim", "/nonexistent"}), 66);
  EXPECT_EQ(run({"dkim"}), 64);
  EXPECT_EQ(run({"dkim", "a", "b"}), 64);
  EXPECT_EQ(dmarcctl({"dkim", "--config", "/nonexistent", "x"}, {out_, err_}), 78);
}

TEST_F(DkimSubcommand, a_message_is_written_as_json) {
  EXPECT_EQ(run_message(replaced(signed_message(), "Hello", "[List] Hello"), {"--json"}), 1);
  EXPECT_TRUE(says("\"result\": \"fail\""));
  EXPECT_TRUE(says("\"fault\": \"signature\""));
  EXPECT_TRUE(says("\"header_verifies\": false"));
  EXPECT_TRUE(says("\"body_unchanged\": true"));
  EXPECT_TRUE(says("\"would_pass_if\": [\n        \"Subject did not begin with \\\"[List]\\\"\""))
      << out_.str();
}

TEST_F(DkimSubcommand, a_key_is_read_as_a_verifier_reads_it) {
  EXPECT_EQ(run_key("sel"), 0);
  EXPECT_TRUE(out_.str().starts_with(
      "key at sel._domainkey.example.com: records\n  Ed25519 key of 256 bits\n"))
      << out_.str();
  EXPECT_EQ(run_key("test"), 0);
  EXPECT_TRUE(says("advice: t=y: a test"));
  EXPECT_TRUE(says("advice: t=s: not for signatures with i= in a subdomain"));
  EXPECT_EQ(run_key("gone"), 1);
  EXPECT_TRUE(says("the key was revoked"));
  EXPECT_EQ(run_key("tls"), 1);
  EXPECT_TRUE(says("s= of the key record does not allow mail"));
  EXPECT_EQ(run_key("twice"), 0);
  EXPECT_TRUE(says("problem: 2 key records"));
  EXPECT_EQ(run_key("other"), 1);
  EXPECT_TRUE(says("the TXT record at that name is not a key record"));
  EXPECT_EQ(run_key("lost"), 75);
  EXPECT_TRUE(says("the server answered SERVFAIL"));
  EXPECT_EQ(run_key("none"), 2);
  EXPECT_TRUE(says("no such name"));
}

TEST_F(DkimSubcommand, a_key_at_a_wrong_name_is_found) {
  EXPECT_EQ(run_key("dot"), 2);
  EXPECT_TRUE(
      says("problem: there is a key at dot._domainkey.example.com.example.com: in the zone "
           "file its name lacks the dot at the end"))
      << out_.str();
}

TEST_F(DkimSubcommand, a_key_is_written_as_json) {
  EXPECT_EQ(run_key("test", {"--json"}), 0);
  EXPECT_TRUE(says("\"name\": \"test._domainkey.example.com\""));
  EXPECT_TRUE(says("\"type\": \"Ed25519\""));
  EXPECT_TRUE(says("\"testing\": true"));
  EXPECT_EQ(run_key("gone", {"--json"}), 1);
  EXPECT_TRUE(says("\"fault\": \"key_revoked\""));
}

TEST_F(DkimSubcommand, explain_shows_each_signature_in_the_same_way) {
  const auto explain = [this](const std::string& text, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"explain", folder_.write("message", text), "--ip", "192.0.2.1"});
    return run(std::move(more));
  };
  EXPECT_EQ(explain(signed_message()), 0);
  EXPECT_TRUE(says("    DKIM example.com (selector sel): pass\n    signature 1: pass\n"))
      << out_.str();
  EXPECT_TRUE(says("      c=relaxed/relaxed\n      header: the signature verifies\n"));
  EXPECT_TRUE(says("      key at sel._domainkey.example.com: records\n"));
  std::string unix_file = signed_message() + "-- \r\nA list\r\n";
  std::erase(unix_file, '\r');
  explain(unix_file);
  EXPECT_TRUE(says("would pass if: the last 13 octets of the body were not there\n"));
  explain(signed_message(), {"--json"});
  EXPECT_TRUE(says("\"signatures\": [\n"));
  EXPECT_TRUE(says("\"canonicalization\": \"relaxed/relaxed\""));
  explain("From: ann@example.com\r\n\r\n");
  EXPECT_FALSE(says("signature 1"));
}

TEST_F(DkimSubcommand, wrong_selectors_and_domains_are_usage_errors) {
  EXPECT_EQ(run_key("a b"), 64);
  EXPECT_EQ(err_.str(), "dmarcctl dkim: \"a b\" is not a selector; see \"dmarcctl help dkim\"\n");
  EXPECT_EQ(run({"dkim", "--key", "sel", "a..b"}), 64);
  EXPECT_EQ(run({"dkim", "--key", "sel"}), 64);
}

}  // namespace
}  // namespace dmarc::ctl
