// What the daemon writes, the importer takes: hostile messages through the writer and the reader.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/unique_fd.h"
#include "dkim/fault.h"
#include "history/file.h"
#include "history/record.h"

namespace dmarc::history {
namespace {

using policy::Authentication;

/// Texts that somebody might put where a name, an address or a comment belongs.
class Hostile {
 public:
  explicit Hostile(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string text() {
    switch (below(12)) {
      case 0:
        return std::string(50'000, 's');
      case 1:
        return std::string(254, 'a');
      case 2:
        return "\"a\", \"d\":\"x\"}]";
      case 3:
        return "a\\\"b\\";
      case 4:
        return "a\njob forged\nreporter x";
      case 5:
        return "\r\n\t \x7f";
      case 6:
        return {};
      case 7:
        return "-";
      case 8:
        return "with a blank; and more: of it";
      case 9:
        return octets(below(40));
      default:
        return "s" + std::to_string(below(100));
    }
  }

  /// Any octets that a domain name of a message may have.
  dns::Name name() {
    for (;;) {
      const std::string label =
          below(3) == 0 ? octets(1 + below(60)) : "d" + std::to_string(below(9));
      if (const auto name = dns::Name::parse(label + ".example")) return *name;
    }
  }

  RecordPtr record() {
    std::string text = "v=DMARC1; p=reject; rua=mailto:a@example.org";
    for (std::size_t i = below(4); i > 0; --i) {
      const std::size_t lengths[] = {10, 250, 257, 4000, 4090, 20'000};
      text += ",mailto:" + std::string(lengths[below(6)], 'u') + "@example.org!10m";
    }
    return read_record(text + "; ruf=mailto:f@example.org; fo=1:d");
  }

 private:
  std::string octets(std::size_t length) {
    std::string text(length, ' ');
    for (char& c : text)
      c = static_cast<char>(random_());
    return text;
  }

  std::mt19937 random_;
};

policy::Message hostile_message(Hostile& hostile) {
  policy::Message message;
  message.job_id = hostile.text();
  message.mta_name = hostile.text();
  message.helo = hostile.text();
  message.client = base::IpAddress::parse("2001:db8::1");
  message.sender = mail::parse_reverse_path("<x@" + hostile.text() + ">");
  return message;
}

policy::Judgement hostile_judgement(Hostile& hostile) {
  policy::Judgement judgement;
  Verdict verdict(hostile.name());
  verdict.record = hostile.record();
  verdict.result = Result::fail;
  verdict.policy = Policy::reject;
  judgement.verdicts.push_back(verdict);
  judgement.result = Result::fail;
  for (std::size_t i = hostile.below(4); i > 0; --i) {
    judgement.authentication.dkim.push_back(
        {{hostile.name(), MethodOutcome::other, hostile.text()}, mail::ResultWord::fail});
    judgement.authentication.dkim.back().fault = static_cast<dkim::Fault>(hostile.below(40));
  }
  for (unsigned i = 0; i < hostile.below(4); ++i)
    judgement.arc.sets.push_back({i + 1, hostile.name(), hostile.text(), hostile.text()});
  for (std::size_t i = hostile.below(3); i > 0; --i)
    judgement.overrides.push_back({policy::OverrideType::local_policy, hostile.text()});
  return judgement;
}

/// Reads all records of a text.
std::vector<Reader::Record> read(std::string_view text) {
  const base::UniqueFd file(::memfd_create("history", MFD_CLOEXEC));
  EXPECT_EQ(::write(file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::lseek(file.get(), 0, SEEK_SET);
  Reader reader(file.get());
  std::vector<Reader::Record> records;
  while (auto record = reader.next())
    records.push_back(*std::move(record));
  return records;
}

/// What the record says is what was judged; only what can't stand in a record is not there.
void expect_same(const Entry& entry, const policy::Message& message,
                 const policy::Judgement& judgement) {
  const Verdict& verdict = judgement.verdicts.front();
  EXPECT_EQ(entry.from, verdict.author.text());
  EXPECT_EQ(entry.envelope_from, message.sender.domain ? message.sender.domain->text() : "");
  EXPECT_EQ(entry.ip, message.client->text());
  std::vector<std::string> uris;
  for (const std::string& uri : verdict.record->rua)
    if (uri.size() <= max_uri) uris.push_back(uri);
  EXPECT_EQ(entry.published.rua, uris);
  std::multiset<std::tuple<std::string, std::string, dkim::Fault>> signatures;
  for (const Authentication::Dkim& dkim : judgement.authentication.dkim) {
    const std::string& selector = dkim.input.selector;
    const bool kept = is_word(selector, max_selector) && selector != "-";
    signatures.emplace(dkim.input.domain.text(), kept ? base::lower(selector) : "", dkim.fault);
  }
  for (const DkimSignature& signature : entry.dkim) {
    const auto found = signatures.find({signature.domain, signature.selector, signature.fault});
    ASSERT_NE(found, signatures.end()) << signature.domain << " " << signature.selector;
    signatures.erase(found);
  }
  EXPECT_TRUE(signatures.empty());
  EXPECT_EQ(entry.arc_seals.size(), judgement.arc.sets.size());
  ASSERT_EQ(entry.reasons.size(), judgement.overrides.size());
  EXPECT_EQ(parse_override_reasons(to_text(entry.reasons)).value_or(decltype(entry.reasons){}),
            entry.reasons);
}

TEST(HistoryRoundTrip, every_record_of_a_hostile_message_is_taken) {
  const char* const given = std::getenv("DMARC_TEST_RECORDS");  // tests/long/records sets it
  const int records = given != nullptr ? std::atoi(given) : 2'000;
  constexpr int in_one_file = 1'000;
  Hostile hostile(7489);
  for (int done = 0; done < records && !testing::Test::HasFailure(); done += in_one_file) {
    std::string text;
    std::vector<std::pair<policy::Message, policy::Judgement>> sent;
    for (int i = 0; i < in_one_file; ++i) {
      sent.emplace_back(hostile_message(hostile), hostile_judgement(hostile));
      text += record_of(sent.back().first, sent.back().second, 1'790'000'000, "mx.example").text;
    }
    const auto taken = read(text);
    ASSERT_EQ(taken.size(), sent.size());
    for (std::size_t i = 0; i < taken.size(); ++i) {
      ASSERT_TRUE(taken[i].entry) << taken[i].problem << "\n" << taken[i].text;
      EXPECT_TRUE(taken[i].left_out.empty()) << taken[i].left_out.front().text;
      expect_same(*taken[i].entry, sent[i].first, sent[i].second);
    }
  }
}

TEST(HistoryRoundTrip, what_is_left_out_is_told) {
  Hostile hostile(1);
  policy::Message message = hostile_message(hostile);
  policy::Judgement judgement = hostile_judgement(hostile);
  judgement.authentication.dkim = {
      {{dns::Name::parse("example.org").value(), MethodOutcome::other, std::string(50'000, 's')},
       mail::ResultWord::fail}};
  judgement.arc.sets = {{1, dns::Name::parse("arc.example").value(), "s", "\"a"}};
  judgement.verdicts.front().record =
      read_record("v=DMARC1; p=reject; rua=mailto:" + std::string(5'000, 'u') + "@example.org");
  EXPECT_EQ(record_of(message, judgement, 1, "mx.example").left_out,
            "a selector of example.org; a rua address of 5019 octets; the client of ARC set 1");
}

// --- Records that others wrote -------------------------------------------------------------------

constexpr std::string_view sample = R"(job Q1
reporter mx.example.net
received 1600000000
ipaddr 192.0.2.1
from bank.example
mfrom bank.example
dkim bank.example s1 0
spf 0
spf_scope 1
pdomain bank.example
policy 15
rua mailto:dmarc@bank.example
pct 100
adkim 114
aspf 114
p 114
sp 0
fo 0
align_dkim 4
align_spf 4
arc 7
arc_policy 2 json:[]
action 2
)";

/// The sample with one line in place of another.
Reader::Record with(std::string_view line, std::string_view other) {
  std::string text(sample);
  text.replace(text.find(line), line.size(), other);
  auto records = read(text);
  EXPECT_EQ(records.size(), 1U);
  return std::move(records.front());
}

TEST(HistoryReader, a_detail_that_cannot_be_read_is_left_out_of_its_record) {
  const std::string long_selector(50'000, 's');
  const std::string very_long(100'000, 's');
  const std::pair<std::string_view, std::string> lines[] = {
      {"dkim bank.example s1 0", "dkim bank.example " + long_selector + " 0"},
      {"dkim bank.example s1 0", "dkim bank.example " + very_long + " 0"},
      {"dkim bank.example s1 0", "dkim bank.example a b 0"},
      {"dkim bank.example s1 0", "dkim bank.example s1 99"},
      {"dkim bank.example s1 0", "dkim bank..example s1 0"},
      {"mfrom bank.example", "mfrom a\x01b"},
      {"spf 0\n", "spf 99\n"},
      {"rua mailto:dmarc@bank.example", "rua mailto:" + std::string(5'000, 'u')},
      {"pct 100", "pct 101"},
      {"arc_policy 2 json:[]", R"(arc_policy 2 json:[{ "i": 1, "d":"a", "s":"b", "ip":""a" }])"},
      {"action 2", "action 99"},
      {"action 2", "action 2 no_such_reason"},
  };
  for (const auto& [line, other] : lines) {
    const Reader::Record record = with(line, other);
    EXPECT_TRUE(record.entry) << record.problem;
    EXPECT_EQ(record.left_out.size(), 1U) << other.substr(0, 80);
  }
}

TEST(HistoryReader, an_unknown_action_is_set_aside_without_its_reasons) {
  const Reader::Record record = with("action 2", "action 99 local_policy: here");
  ASSERT_TRUE(record.entry);
  EXPECT_EQ(record.entry->action, ActionCode::accept);
  EXPECT_EQ(record.entry->reasons.size(), 1U);
  ASSERT_EQ(record.left_out.size(), 1U);
  EXPECT_EQ(record.left_out.front().line, 23U);
  EXPECT_EQ(record.left_out.front().text, "\"action 99 local_policy: here\" can't be read");
}

TEST(HistoryReader, a_signature_needs_no_selector) {
  const Reader::Record record = with("dkim bank.example s1 0", "dkim bank.example 7");
  ASSERT_TRUE(record.entry);
  EXPECT_TRUE(record.left_out.empty());
  EXPECT_EQ(record.entry->dkim, (std::vector<DkimSignature>{{"bank.example", "", AuthCode::fail}}));
}

TEST(HistoryReader, an_escaped_string_of_an_arc_chain_is_a_string) {
  const Reader::Record record =
      with("json:[]", R"(json:[{"i":1,"d":"arc.example","s":"a\"b","ip":"\\\"a"}])");
  ASSERT_TRUE(record.entry);
  EXPECT_TRUE(record.left_out.empty());
  ASSERT_EQ(record.entry->arc_seals.size(), 1U);
  EXPECT_EQ(record.entry->arc_seals.front().domain, "arc.example");
  EXPECT_EQ(record.entry->arc_seals.front().client, "");
}

TEST(HistoryReader, what_a_report_needs_must_be_there) {
  const std::pair<std::string_view, std::string_view> lines[] = {
      {"received 1600000000", "received soon"},
      {"ipaddr 192.0.2.1", "ipaddr 300.0.2.1"},
      {"from bank.example", "from bank..example"},
      {"pdomain bank.example", "pdomain "},
      {"policy 15", "policy 99"},
      {"reporter mx.example.net\n", ""}};
  for (const auto& [line, other] : lines)
    EXPECT_FALSE(with(line, other).entry) << other;
}

}  // namespace
}  // namespace dmarc::history
