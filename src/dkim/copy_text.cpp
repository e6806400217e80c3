#include "dkim/copy_text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>

#include "base/ascii.h"

namespace dmarc::dkim {
namespace {

constexpr bool is_blank_or_cr(char c) {
  return base::is_blank(c) || c == '\r';
}

/// How many octets from `at` on may be copied, seen from this one: 2 for CR LF before text.
inline std::size_t copied_at_stop(const char* at, const char* end) {
  if (*at == '\r') return end - at > 2 && at[1] == '\n' && !is_blank_or_cr(at[2]) ? 2 : 0;
  if (*at == ' ') return end - at > 1 && !is_blank_or_cr(at[1]) ? 1 : 0;
  return *at == '\t' ? 0 : 1;
}

}  // namespace

std::size_t copy_text_portable(std::string_view text, char* out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const std::size_t count = copied_at_stop(at, end);
    if (count == 0) break;
    for (std::size_t i = 0; i < count; ++i)
      *out++ = *at++;
  }
  return static_cast<std::size_t>(at - text.data());
}

#ifdef __SSE2__

// Sixteen octets with nothing below SP but single SPs among them are text. Anything else is looked
// at by itself: seldom more than the CR LF of each line.
std::size_t copy_text(std::string_view text, char* out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const __m128i space = _mm_set1_epi8(' ');
  while (end - at > 16) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), octets);
    const auto low = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(octets, space), octets)));
    std::size_t count = 16;
    if (low != 0) {
      const auto spaces = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(octets, space)));
      const unsigned next = static_cast<unsigned char>(at[16]) <= ' ' ? 0x8000U : 0U;
      const unsigned stops = (low & ~spaces) | (spaces & (low >> 1 | next));
      if (stops != 0) {
        count = static_cast<std::size_t>(std::countr_zero(stops));
        const std::size_t more = copied_at_stop(at + count, end);
        if (more == 0) return static_cast<std::size_t>(at - text.data()) + count;
        out[count] = at[count];
        out[count + 1] = at[count + 1];
        count += more;
      }
    }
    at += count;
    out += count;
  }
  const auto done = static_cast<std::size_t>(at - text.data());
  return done + copy_text_portable(text.substr(done), out);
}

#else

std::size_t copy_text(std::string_view text, char* out) {
  return copy_text_portable(text, out);
}

#endif

}  // namespace dmarc::dkim
