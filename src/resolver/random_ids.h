// Random 16-bit ids from the kernel, fetched many at a time.
#pragma once

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace dmarc::resolver {

class RandomIds {
 public:
  std::uint16_t next() {
    if (used_ == ids_.size()) refill();
    return ids_[used_++];
  }

 private:
  void refill() {
    // getrandom(2): up to 256 octets always come in one piece.
    static_assert(sizeof ids_ <= 256);
    if (::getrandom(ids_.data(), sizeof ids_, 0) != sizeof ids_)
      throw std::system_error(errno, std::generic_category(), "getrandom");
    used_ = 0;
  }

  std::array<std::uint16_t, 128> ids_{};
  std::size_t used_ = ids_.size();
};

}  // namespace dmarc::resolver
