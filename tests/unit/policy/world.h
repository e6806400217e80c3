// The world that messages are judged in: DNS data, settings, and a builder for messages, so that a
// test reads like the mail it is about.
//
//   World world;
//   world.settings.reject_failures = true;
//   Judgement judgement = world.judge(Mail().from("<admin@legitimate.com>"));
//
// Every judgement is checked against the rules that hold for every message (see check_invariants).
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dmarc/header_field.h>
#include <dmarc/reverse_path.h>
#include <dmarc/spf.h>
#include <dmarc/zone.h>

#include "dns/lookup_session.h"
#include "mail/auth_results.h"
#include "policy/judge.h"

namespace dmarc::policy::test {

/// legitimate.com wants forgeries rejected; attack.com is the attacker's, where all SPF passes.
inline constexpr std::string_view usual_zone = R"(
_dmarc.legitimate.com   TXT  "v=DMARC1; p=reject; rua=mailto:r@legitimate.com"
legitimate.com          TXT  "v=spf1 ip4:203.0.113.5 -all"
_dmarc.attack.com       TXT  "v=DMARC1; p=none"
attack.com              TXT  "v=spf1 +all"
*.attack.com            TXT  "v=spf1 +all"
_dmarc.cautious.com     TXT  "v=DMARC1; p=quarantine"
_dmarc.broken.com       RCODE SERVFAIL
nopolicy.com            A    192.0.2.1
_dmarc.xn--bcher-kva.example TXT "v=DMARC1; p=reject"
)";

inline constexpr std::string_view genuine_client = "203.0.113.5";

/// A message, by default from the attacker's host to whom it may concern.
class Mail {
 public:
  Mail() {
    message_.job_id = "4F2A1";
    message_.mta_name = "mx.victim.com";
    message_.helo = "attack.com";
    client("1.2.3.4", "host.attack.com");
    sender("<any@attack.com>");
  }

  Mail& client(std::string_view address, std::string_view name = "") {
    message_.client = base::IpAddress::parse(address);
    message_.client_name = name;
    return *this;
  }
  Mail& helo(std::string_view name) {
    message_.helo = name;
    return *this;
  }
  Mail& sender(std::string_view argument) {
    message_.sender = mail::parse_reverse_path(argument);
    return *this;
  }
  /// Adds a field at the end of the header.
  Mail& field(std::string_view name, std::string_view value) {
    message_.header.add(name, value);
    return *this;
  }
  Mail& from(std::string_view value) { return field("From", value); }
  Mail& results(std::string_view value) { return field("Authentication-Results", value); }
  Mail& job(std::string_view id) {
    message_.job_id = id;
    return *this;
  }
  Mail& mta(std::string_view name) {
    message_.mta_name = name;
    return *this;
  }
  Mail& truncated() {
    message_.header_truncated = true;
    return *this;
  }

  Message message() const { return message_; }

 private:
  Message message_;
};

inline bool is_one_printable_line(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

/// The dmarc result among the inserted fields; nothing without one.
inline std::optional<mail::MethodResult> dmarc_result(const Judgement& judgement) {
  for (const InsertedField& field : judgement.insertions) {
    const auto parsed = mail::parse_auth_results(field.value);
    if (field.name != "Authentication-Results" || !parsed) continue;
    for (const auto& result : parsed->results)
      if (result.method == "dmarc") return result;
  }
  return std::nullopt;
}

inline std::vector<std::string> values_of(const Insertions& insertions) {
  std::vector<std::string> values;
  for (const InsertedField& field : insertions)
    values.push_back(field.value);
  return values;
}

inline std::vector<std::string> lines_of(const std::vector<log::Event>& events) {
  std::vector<std::string> lines;
  for (const log::Event& event : events)
    lines.push_back(event.text());
  return lines;
}

inline bool has_line(const Judgement& judgement, std::string_view line) {
  return std::ranges::any_of(judgement.events,
                             [&](const log::Event& event) { return event.text() == line; });
}

inline bool is_let_in(const Judgement& judgement) {
  return judgement.action == Action::accept || judgement.action == Action::proceed;
}

inline void check_text(const Judgement& judgement) {
  for (const InsertedField& field : judgement.insertions) {
    EXPECT_TRUE(is_one_printable_line(field.value)) << field.value;
    if (field.name != "Authentication-Results") continue;
    EXPECT_TRUE(mail::parse_auth_results(field.value).has_value()) << field.value;
  }
  for (const log::Event& event : judgement.events) {
    EXPECT_TRUE(is_one_printable_line(event.text())) << event.text();
  }
  if (!judgement.reply) return;  // let in, or refused in the MTA's own words
  EXPECT_FALSE(is_let_in(judgement));
  EXPECT_TRUE(is_one_printable_line(judgement.reply->text)) << judgement.reply->text;
  EXPECT_LE(judgement.reply->text.size(), 980U);
}

/// What must hold whatever the message: never let in without a result, unless it was exempt; never
/// a pass unless every visible domain passes; nothing but printable text, one line each.
inline void check_invariants(const Judgement& judgement) {
  const bool exempt = judgement.note == "the From domain is in IgnoreMailFrom";
  const auto shown = dmarc_result(judgement);
  if (is_let_in(judgement) && !exempt) {
    ASSERT_TRUE(shown.has_value()) << "let in without a result";
    EXPECT_EQ(shown->word(), to_string(judgement.result));
  }
  if (shown && shown->result == mail::ResultWord::pass) {
    EXPECT_TRUE(judgement.author.is_clean() || judgement.author.is_recovered());
    EXPECT_EQ(judgement.author.from_fields, 1U);
    EXPECT_EQ(judgement.verdicts.size(), judgement.author.visible.size());
    for (const Verdict& verdict : judgement.verdicts)
      EXPECT_EQ(verdict.result, Result::pass);
    ASSERT_NE(shown->find("header", "from"), nullptr);
    const auto from = dns::Name::parse(shown->find("header", "from")->value);
    ASSERT_TRUE(from.has_value());
    EXPECT_NE(std::ranges::find(judgement.author.visible, *from), judgement.author.visible.end());
  }
  for (std::size_t i = 1; i < judgement.removals.size(); ++i) {
    EXPECT_LT(judgement.removals[i].index, judgement.removals[i - 1].index);
  }
  check_text(judgement);
}

class World {
 public:
  explicit World(std::string_view more_zone = "") {
    auto zone = dns::Zone::parse(std::string(usual_zone) + std::string(more_zone));
    if (!zone) {
      ADD_FAILURE() << "zone line " << zone.error().line << ": " << zone.error().reason;
      return;
    }
    zone_ = std::move(*zone);
    settings.authserv_id = "mx.victim.com";
    settings.host_name = "host.victim.com";
    settings.version = "1.0";
  }

  Judgement judge(const Mail& mail) { return judge(mail.message()); }

  Judgement judge(const Message& message) {
    dns::LookupSession lookups(zone_, {});
    Evidence evidence = gather(message, settings, lookups);
    own_checks = evidence.spf ? 1 : 0;
    Judgement judgement = policy::judge(message, std::move(evidence), settings);
    check_invariants(judgement);
    return judgement;
  }

  Settings settings;
  int own_checks = 0;  ///< made for the last message

 private:
  dns::Zone zone_;
};

}  // namespace dmarc::policy::test
