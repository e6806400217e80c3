// Whole headers of an attacker, judged: whatever they hold, his mail never passes as the bank's.
//
// The first line is the argument of MAIL FROM; the header block follows. The attacker's SPF passes
// for attack.example and everything below it. Another reader, written for this test and lenient in
// ways of its own, looks for the bank in the From fields.
#include <optional>
#include <string>

#include <dmarc/header_field.h>
#include <dmarc/zone.h>

#include "base/ascii.h"
#include "dns/lookup_session.h"
#include "expect.h"
#include "mail/auth_results.h"
#include "policy/judge.h"

namespace {

using namespace dmarc;
using namespace dmarc::fuzz;

constexpr std::string_view bank = "bank.example";

const dns::Zone& world() {
  static const dns::Zone zone = dns::Zone::parse(R"(
_dmarc.bank.example    TXT "v=DMARC1; p=reject"
bank.example           TXT "v=spf1 -all"
_dmarc.attack.example  TXT "v=DMARC1; p=none"
attack.example         TXT "v=spf1 +all"
*.attack.example       TXT "v=spf1 +all"
)")
                                    .value();
  return zone;
}

/// The text without comments, quoted strings, line ends and blanks, as careless programs read it.
std::string bare(std::string_view value) {
  std::string text;
  unsigned depth = 0;
  bool in_quotes = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\') {
      ++i;
    } else if (in_quotes) {
      in_quotes = c != '"';
    } else if (c == '"' && depth == 0) {
      in_quotes = true;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && depth > 0) {
      --depth;
    } else if (depth == 0 && static_cast<unsigned char>(c) > ' ') {
      text += base::to_lower(c);
    }
  }
  return text;
}

/// Whether some "@bank.example" of the text ends there.
bool names_bank(std::string_view text) {
  const std::string wanted = "@" + std::string(bank);
  for (std::size_t at = text.find(wanted); at != std::string_view::npos;
       at = text.find(wanted, at + 1)) {
    const std::size_t end = at + wanted.size();
    if (end == text.size() || !(base::is_alnum(text[end]) || text[end] == '-' || text[end] == '.'))
      return true;
  }
  return false;
}

/// Whether a reader that goes by angle brackets, or without them by "@", takes the bank for the
/// author.
bool looks_like_bank(std::string_view value) {
  const std::string text = bare(value);
  std::size_t open = text.find('<');
  if (open == std::string::npos) return names_bank(text);
  for (; open != std::string::npos; open = text.find('<', open + 1)) {
    const std::size_t close = text.find('>', open);
    if (names_bank(std::string_view(text).substr(open, close - open))) return true;
  }
  return false;
}

std::optional<std::string> shown_result(const policy::Judgement& judgement) {
  for (const policy::InsertedField& field : judgement.insertions) {
    const auto parsed = mail::parse_auth_results(field.value);
    expect(is_printable(field.value), "fields are printable");
    if (field.name != "Authentication-Results") continue;
    expect(parsed.has_value(), "what is inserted can be read");
    for (const mail::MethodResult& result : parsed->results)
      if (result.method == "dmarc") return std::string(result.word());
  }
  return std::nullopt;
}

policy::Settings settings() {
  policy::Settings settings;
  settings.authserv_id = "mx.victim.example";
  settings.host_name = "mx.victim.example";
  settings.reject_failures = true;
  settings.spf_self_validate = true;
  settings.spf_ignore_results = true;
  return settings;
}

policy::Message message_of(std::string_view text) {
  policy::Message message;
  const std::size_t end = std::min(text.find('\n'), text.size());
  message.job_id = "4F1A2B";
  message.mta_name = "mx.victim.example";
  message.helo = "host.attack.example";
  message.client = base::IpAddress::parse("192.0.2.66");
  message.sender = mail::parse_reverse_path(base::trim(text.substr(0, end)));
  std::size_t body = 0;
  message.header = mail::split_header_block(text.substr(std::min(end + 1, text.size())), body);
  return message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const policy::Settings chosen = settings();
  const policy::Message message = message_of(as_text(data, size));
  dns::Zone zone = world();
  dns::LookupSession lookups(zone, {});
  const policy::Judgement judgement =
      policy::judge(message, policy::gather(message, chosen, lookups), chosen);
  const auto shown = shown_result(judgement);
  const bool is_let_in =
      judgement.action == policy::Action::accept || judgement.action == policy::Action::proceed;
  expect(!is_let_in || shown.has_value(), "nothing is let in without a result");
  for (const log::Event& event : judgement.events)
    expect(is_printable(event.text()), "log lines are printable");
  const auto from = mail::fields_named(message.header, "From");
  const bool is_bank = std::any_of(from.begin(), from.end(),
                                   [](const auto* field) { return looks_like_bank(field->value); });
  if (shown == "pass") {
    expect(from.size() == 1, "several From fields never pass");
    expect(!is_bank, "the attacker's mail does not pass as the bank's");
  }
  return 0;
}
