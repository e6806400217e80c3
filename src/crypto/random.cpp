#include "crypto/random.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace dmarc::crypto {

std::string random_octets(std::size_t count) {
  std::string octets(count, '\0');
  // getrandom(2): up to 256 octets are never returned in parts.
  if (::getrandom(octets.data(), count, 0) != static_cast<ssize_t>(count))
    throw std::system_error(errno, std::generic_category(), "getrandom");
  return octets;
}

}  // namespace dmarc::crypto
