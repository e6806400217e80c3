// Records and macros of a hostile domain, with a hostile sender and HELO name.
//
// Input lines: the sender's local part, the HELO name, the client's address, then the TXT records
// of d0.example, d1.example and so on. d0.example is the sender's domain. What other names have
// follows from the octets of the name.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/spf.h>

#include "base/ascii.h"
#include "expect.h"
#include "spf/libspf2/libspf2.h"

namespace {

using namespace dmarc;
using dmarc::fuzz::expect;

// More questions than any check may ask: terms, hosts of every mx, names for ptr and %{p}.
constexpr unsigned max_questions = 600;

class FuzzedDns final : public dns::Resolver {
 public:
  explicit FuzzedDns(const std::vector<std::string_view>& records) : records_(records) {}

  dns::AnswerPtr lookup(const dns::Name& name, dns::Type type) override {
    ++questions_;
    auto answer = std::make_shared<dns::Answer>();
    if (type == dns::Type::txt) {
      for (std::size_t i = 0; i < records_.size(); ++i)
        if (name.text() == 'd' + std::to_string(i) + ".example")
          answer->records.emplace_back(records_[i]);
    } else {
      invent(name, type, *answer);
    }
    if (!answer->records.empty()) answer->outcome = dns::Outcome::records;
    return answer;
  }

  void prefetch(const dns::Name&, dns::Type) override { ++questions_; }

  unsigned questions() const { return questions_; }

 private:
  static void invent(const dns::Name& name, dns::Type type, dns::Answer& answer) {
    const std::size_t kind = std::hash<dns::Name>{}(name);
    answer.outcome = dns::Outcome::no_such_name;
    if (kind % 7 == 0) answer.outcome = dns::Outcome::no_data;
    if (kind % 11 == 0) answer.outcome = dns::Outcome::temporary_failure;
    if (kind % 3 != 0) return;
    for (std::size_t i = 0; i <= kind % 12; ++i) {
      if (type == dns::Type::a)
        answer.records.push_back({'\xC0', '\x00', '\x02', static_cast<char>(i)});
      else if (type == dns::Type::aaaa)
        answer.records.push_back(std::string(15, '\x20') + static_cast<char>(i));
      else if (type == dns::Type::mx)
        answer.records.push_back(std::to_string(i % 3) + " m" + std::to_string(i) + ".example");
      else
        answer.records.push_back("p" + std::to_string(i) + ".d0.example");
    }
  }

  const std::vector<std::string_view>& records_;
  unsigned questions_ = 0;
};

bool is_printable(std::string_view text) {
  for (const char c : text)
    if (c < 0x20 || c >= 0x7f) return false;
  return true;
}

spf::Result run(const spf::Request& request, const std::vector<std::string_view>& records,
                const spf::Evaluator* evaluator) {
  FuzzedDns dns(records);
  spf::Options options;
  options.evaluator = evaluator;
  options.explanation = true;
  spf::Result result = spf::check(request, dns, options);
  expect(dns.questions() <= max_questions, "the number of questions is bounded");
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<std::string_view> lines = base::split(input, '\n');
  lines.resize(std::max<std::size_t>(lines.size(), 4));

  const auto client = base::IpAddress::parse(lines[2]);
  spf::Request request{
      client.value_or(base::IpAddress::parse("192.0.2.1").value()), std::string(lines[1]), {}};
  request.sender.kind = mail::ReversePath::Kind::mailbox;
  request.sender.local_part = lines[0];
  request.sender.domain = dns::Name::parse("d0.example").value();
  lines.erase(lines.begin(), lines.begin() + 3);

  const spf::Result own = run(request, lines, nullptr);
  expect(is_printable(own.problem), "problems are printable");
  expect(is_printable(own.explanation), "explanations are printable");
  expect(is_printable(own.mechanism), "mechanisms are printable");
  for (const std::string& domain : own.path)
    expect(is_printable(domain), "the path is printable");
  const spf::Result library = run(request, lines, &spf::libspf2());
  expect(is_printable(library.problem), "problems are printable");
  expect(own.code == library.code, "both engines come to the same result");
  return 0;
}
