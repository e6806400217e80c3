// A message that is reported on: its header, and its first line as everything else that a sender
// chooses.
#include <algorithm>

#include "base/ascii.h"
#include "expect.h"
#include "failure/report.h"
#include "mail/auth_results.h"

namespace {

using namespace dmarc;
using namespace dmarc::fuzz;

dns::Name name(std::string_view text) {
  return dns::Name::parse(text).value();
}

failure::Incident incident_of(std::string_view text) {
  std::size_t body = 0;
  const std::string line(text.substr(0, text.find('\n')));
  failure::Incident incident(name("news.example.org"), name("example.org"));
  incident.job_id = line;
  incident.client_name = line;
  incident.client_address = "192.0.2.1";
  incident.sender = mail::parse_reverse_path(line);
  mail::AuthResultsWriter results("mx.example.net");
  incident.results = results.result("dkim", line).reason(line).value();
  incident.failed_signature = {name("example.org"), line, line};
  incident.failed_spf = {name("example.org"), line};
  incident.header = mail::split_header_block(text, body);
  return incident;
}

void check_line(std::string_view line) {
  expect(line.size() <= 998, "no line is too long for mail");
  expect(
      std::ranges::none_of(
          line, [](char c) { return base::is_eight_bit(c) || (base::is_control(c) && c != '\t'); }),
      "a report is printable ASCII");
}

void check_report(const std::string& report) {
  std::size_t boundaries = 0;
  std::size_t types = 0;
  for (std::string_view line : base::split(report, '\n')) {
    expect(line.empty() || line.ends_with('\r'), "lines end with CRLF");
    if (!line.empty()) line.remove_suffix(1);
    check_line(line);
    boundaries += line.starts_with("--=_TOKEN") ? 1U : 0U;
    types += line.starts_with("Feedback-Type: auth-failure") ? 1U : 0U;
  }
  expect(boundaries == 4, "a report has its three parts");
  expect(types >= 1, "the middle part is there");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  // The reader of a report knows the token only when it has arrived.
  if (text.find("TOKEN") != std::string_view::npos) return 0;
  static const failure::Redactor redactor("key");
  const failure::Incident incident = incident_of(text);
  for (const failure::Redactor* how : {static_cast<const failure::Redactor*>(nullptr), &redactor})
    check_report(failure::compose(incident, {.from = "r@example.net",
                                             .to = "f@example.org",
                                             .host_name = "mx.example.net",
                                             .token = "TOKEN",
                                             .version = "1",
                                             .incidents = 2,
                                             .redactor = how}));
  return 0;
}
