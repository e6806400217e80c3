// How many failure reports may go out in an hour, to one destination and in all (RFC 9991 section
// 2: a limit is a MUST; section 8.1 "Denial of Service"), and how many messages the next report
// stands for.
//
//   if (const auto incidents = limits.admit({"f@example.org", "example.com"}, rates, now)) ...
//
// What was held back is counted for each destination and Author Domain, and the next report says
// the number in its field Incidents. A destination may use up its hour at once; what it has used
// comes back evenly.
//
// Limits: max_streams pairs are remembered; beyond them a pair that is new is held back uncounted.
// Threads: belongs to one thread; the clock is the caller's.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace dmarc::failure {

inline constexpr std::size_t max_streams = 10'000;

struct Rates {
  unsigned per_destination = 10;  ///< an hour
  unsigned in_all = 100;          ///< an hour
};

/// The reports to one mailbox about one domain.
struct Stream {
  std::string destination;
  std::string author;
  friend auto operator<=>(const Stream&, const Stream&) = default;
};

class Limits {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How many messages the report stands for, which may go now; nothing when it is held back.
  std::optional<std::size_t> admit(const Stream& stream, const Rates& rates, Time now);
  /// A report that was not sent, for a reason other than these limits.
  void hold_back(const Stream& stream, std::size_t incidents, Time now);

 private:
  /// What has been sent of late, fading with time.
  struct Use {
    double reports = 0;
    Time since;
    double faded(unsigned an_hour, Time now) const;
  };
  struct Held {
    std::size_t count = 0;
    Time last;
  };
  void make_room(const Rates& rates, Time now);

  Use in_all_;
  std::map<std::string, Use> destinations_;
  std::map<Stream, Held> held_;
};

}  // namespace dmarc::failure
