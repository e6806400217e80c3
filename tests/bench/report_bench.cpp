// report_bench FOLDER [ROWS]
//
// Writes one aggregate report of ROWS (1,000,000) rows of ten messages into FOLDER, as it would be
// mailed, and prints the rows per second and the peak of memory.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include "reporting/files.h"
#include "resources.h"

namespace {

using namespace dmarc;

aggregate::Row row(std::size_t number) {
  aggregate::Row row;
  const auto octet = [number](unsigned shift) { return std::to_string(number >> shift & 255); };
  row.source_ip = "10." + octet(16) + "." + octet(8) + "." + octet(0);
  row.count = 10;
  row.disposition = aggregate::Disposition::pass;
  row.dkim_aligned = row.spf_aligned = true;
  row.header_from = "mail" + std::to_string(number % 50) + ".example.org";
  row.envelope_from = "bounce" + std::to_string(number % 500) + ".example.org";
  row.spf = history::AuthCode::pass;
  row.dkim = {{"example.org", "s" + std::to_string(number % 7), history::AuthCode::pass},
              {"esp.example", "k1", history::AuthCode::pass}};
  return row;
}

int run(const std::string& folder, std::size_t rows) {
  history::PublishedPolicy policy;
  policy.domain = "example.org";
  policy.p = Policy::reject;
  reporting::ReportFiles files(folder,
                               {"mx.example.net",
                                {.org_name = "Example",
                                 .email = "dmarc@mx.example.net",
                                 .extra_contact_info = {},
                                 .report_id = "bench",
                                 .period = {0, 86'400},
                                 .generator = "report_bench"}},
                               policy, reporting::default_mail_size);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < rows; ++i)
    files.add(row(i));
  const auto written = files.finish();
  if (!written) {
    std::cerr << "report_bench: " << written.error() << '\n';
    return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::size_t octets = 0;
  for (const reporting::ReportFile& file : *written)
    octets += file.octets;
  std::cout << rows << " rows, " << 10 * rows
            << " messages: " << static_cast<long>(static_cast<double>(rows) / took.count())
            << " rows/s, " << written->size() << " files, " << octets / 1'000'000 << " MB, peak "
            << bench::peak_kibibytes() << " KiB\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: report_bench FOLDER [ROWS]\n";
    return 64;
  }
  return run(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000);
}
