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

/// Octets at `at` that may be copied although a look at that octet alone says stop: 2 for CR LF
/// before text, 1 for SP before text.
inline std::size_t copied_at_stop(const char* at, const char* end) {
  if (*at == '\r') return end - at > 2 && at[1] == '\n' && !is_blank_or_cr(at[2]) ? 2 : 0;
  return *at == ' ' && end - at > 1 && !is_blank_or_cr(at[1]) ? 1 : 0;
}

}  // namespace

std::size_t copy_text_portable(std::string_view text, char* out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (!is_blank_or_cr(*at)) {
      *out++ = *at++;
      continue;
    }
    const std::size_t count = copied_at_stop(at, end);
    if (count == 0) break;
    for (std::size_t i = 0; i < count; ++i)
      *out++ = *at++;
  }
  return static_cast<std::size_t>(at - text.data());
}

#ifdef __SSE2__

std::size_t copy_text(std::string_view text, char* out) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i carriage_return = _mm_set1_epi8('\r');
  while (end - at >= 16) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), octets);
    const __m128i spaces = _mm_cmpeq_epi8(octets, space);
    const __m128i others =
        _mm_or_si128(_mm_cmpeq_epi8(octets, tab), _mm_cmpeq_epi8(octets, carriage_return));
    const auto space_bits = static_cast<unsigned>(_mm_movemask_epi8(spaces));
    const auto other_bits = static_cast<unsigned>(_mm_movemask_epi8(others));
    // A SP stops where the next octet is one of them; what follows the last is not known.
    const unsigned followed = (space_bits | other_bits) >> 1 | 0x8000U;
    const unsigned stops = other_bits | (space_bits & followed);
    if (stops == 0) {
      at += 16;
      out += 16;
      continue;
    }
    const int before = std::countr_zero(stops);
    at += before;
    out += before;
    const std::size_t count = copied_at_stop(at, end);
    if (count == 0) return static_cast<std::size_t>(at - text.data());
    out[0] = at[0];
    out[1] = '\n';
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
