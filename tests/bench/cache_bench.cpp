// cache_bench [NAMES [MEGABYTES]]
//
// Fills the DNS cache with NAMES (1,000,000) DMARC records, twice as many questions as an author
// needs; looks all of them up; prints how many are kept, the memory by its own account and by the
// system's, and the time of a look-up. The cache may take MEGABYTES (512).
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "resolver/cache.h"
#include "resources.h"

namespace {

using namespace dmarc;
using Clock = std::chrono::steady_clock;

dns::Question question(std::size_t number) {
  return {dns::Name::parse("_dmarc.author" + std::to_string(number) + ".example").value(),
          dns::Type::txt};
}

dns::AnswerPtr record(std::size_t number) {
  auto answer = std::make_shared<dns::Answer>();
  answer->outcome = dns::Outcome::records;
  answer->records = {"v=DMARC1; p=reject; rua=mailto:dmarc@author" + std::to_string(number) +
                     ".example"};
  answer->ttl = 3600;
  return answer;
}

void run(std::size_t names, std::size_t bytes) {
  const long before = bench::peak_kibibytes();
  resolver::Cache cache({bytes, std::chrono::seconds(5), std::chrono::seconds(0)});
  const auto now = Clock::now();
  for (std::size_t i = 0; i < names; ++i)
    cache.store(question(i), record(i), now);
  const double seconds_before = bench::cpu_seconds();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < names; ++i)
    kept += cache.find(question(i), now) != nullptr ? 1 : 0;
  const double look_up = (bench::cpu_seconds() - seconds_before) / static_cast<double>(names);
  std::cout << kept << " of " << names << " names kept in " << cache.bytes() / 1'000'000
            << " MB by its own account (limit " << bytes / 1'000'000 << "), "
            << (bench::peak_kibibytes() - before) / 1000 << " MB by the system's; "
            << static_cast<long>(look_up * 1e9) << " ns a look-up, making the name included\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t names = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const std::size_t megabytes = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 512;
  run(names, megabytes * 1'000'000);
  return 0;
}
