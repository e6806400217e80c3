#include "dkim/unchanged_text.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#include <bit>

#include "base/ascii.h"

namespace dmarc::dkim {
namespace {

constexpr bool is_blank_or_cr(char c) {
  return base::is_blank(c) || c == '\r';
}

/// How many octets from `at` on are unchanged, seen from this one: 2 for CR LF before text.
inline std::size_t unchanged_here(const char* at, const char* end) {
  if (*at == '\r') return end - at > 2 && at[1] == '\n' && !is_blank_or_cr(at[2]) ? 2 : 0;
  if (*at == ' ') return end - at > 1 && !is_blank_or_cr(at[1]) ? 1 : 0;
  return *at == '\t' ? 0 : 1;
}

}  // namespace

std::size_t unchanged_text_portable(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const std::size_t count = unchanged_here(at, end);
    if (count == 0) break;
    at += count;
  }
  return static_cast<std::size_t>(at - text.data());
}

#ifdef __SSE2__

namespace {

// What has to be looked at more closely: a TAB, a CR without LF, and two octets up to SP in a row
// that are not CR LF. Single blanks and line ends before text are not among them, so ordinary text
// gives the processor nothing to guess wrong.

inline unsigned suspects_16(const char* at) {
  const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 1));
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i carriage_return = _mm_cmpeq_epi8(here, _mm_set1_epi8('\r'));
  const __m128i ends_line =
      _mm_and_si128(carriage_return, _mm_cmpeq_epi8(next, _mm_set1_epi8('\n')));
  const __m128i both_low = _mm_and_si128(_mm_cmpeq_epi8(_mm_min_epu8(here, space), here),
                                         _mm_cmpeq_epi8(_mm_min_epu8(next, space), next));
  return static_cast<unsigned>(_mm_movemask_epi8(
      _mm_or_si128(_mm_cmpeq_epi8(here, _mm_set1_epi8('\t')),
                   _mm_andnot_si128(ends_line, _mm_or_si128(both_low, carriage_return)))));
}

__attribute__((target("avx2"))) inline unsigned suspects_32(const char* at) {
  const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i next = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 1));
  const __m256i space = _mm256_set1_epi8(' ');
  const __m256i carriage_return = _mm256_cmpeq_epi8(here, _mm256_set1_epi8('\r'));
  const __m256i ends_line =
      _mm256_and_si256(carriage_return, _mm256_cmpeq_epi8(next, _mm256_set1_epi8('\n')));
  const __m256i both_low = _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_min_epu8(here, space), here),
                                            _mm256_cmpeq_epi8(_mm256_min_epu8(next, space), next));
  return static_cast<unsigned>(_mm256_movemask_epi8(
      _mm256_or_si256(_mm256_cmpeq_epi8(here, _mm256_set1_epi8('\t')),
                      _mm256_andnot_si256(ends_line, _mm256_or_si256(both_low, carriage_return)))));
}

// To the first suspect, or to the last octets, too few to be looked at together: the one behind
// them is looked at as well.

const char* next_suspect_16(const char* at, const char* end) {
  for (; end - at > 16; at += 16)
    if (const unsigned found = suspects_16(at); found != 0) return at + std::countr_zero(found);
  return at;
}

__attribute__((target("avx2"))) const char* next_suspect_32(const char* at, const char* end) {
  for (; end - at > 32; at += 32)
    if (const unsigned found = suspects_32(at); found != 0) return at + std::countr_zero(found);
  return next_suspect_16(at, end);
}

}  // namespace

std::size_t unchanged_text(std::string_view text) {
  static const auto next_suspect =
      __builtin_cpu_supports("avx2") ? next_suspect_32 : next_suspect_16;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin; at != end;) {
    at = next_suspect(at, end);
    // What follows a line end decides about it as a whole.
    if (*at == '\n' && at != begin && at[-1] == '\r') --at;
    const std::size_t count = unchanged_here(at, end);
    if (count == 0) return static_cast<std::size_t>(at - begin);
    at += count;
  }
  return text.size();
}

#else

std::size_t unchanged_text(std::string_view text) {
  return unchanged_text_portable(text);
}

#endif

}  // namespace dmarc::dkim
