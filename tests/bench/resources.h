// What a benchmark has used.
#pragma once

#include <sys/resource.h>

namespace dmarc::bench {

inline rusage usage() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used;
}

inline double cpu_seconds() {
  const rusage used = usage();
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

inline long peak_kibibytes() {
  return usage().ru_maxrss;
}

}  // namespace dmarc::bench
