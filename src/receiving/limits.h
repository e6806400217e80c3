// Limits on reports that arrive: anybody can send one. See docs/LIMITS.md for what happens at each.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dmarc::receiving {

// --- One report ----------------------------------------------------------------------------------

/// The largest that a mail of 25 MB can hold, packed, is some 500 MiB.
inline constexpr std::uint64_t max_report_octets = std::uint64_t{512} * 1024 * 1024;
/// Some 400 octets of memory each.
inline constexpr std::size_t max_rows = 500'000;
inline constexpr std::size_t max_row_results = 200;  ///< RFC 9990 has 100 signatures
inline constexpr std::size_t max_row_reasons = 20;
inline constexpr std::size_t max_report_errors = 20;
inline constexpr std::size_t max_element_depth = 64;
inline constexpr std::size_t max_element_text = 4096;
inline constexpr std::size_t max_short_text = 255;
inline constexpr std::size_t max_long_text = 1000;
/// Records that can't be used and are told of one by one.
inline constexpr std::size_t max_told_records = 20;

// --- What it is packed in ------------------------------------------------------------------------

/// A mail, an archive: held in memory.
inline constexpr std::size_t max_packed_octets = 64 * 1024 * 1024;
/// All that comes out of one mail or archive.
inline constexpr std::uint64_t max_unpacked_octets = std::uint64_t{1024} * 1024 * 1024;
/// Reports pack to a twentieth or a hundredth. Below unpacked_unsuspicious nothing is suspected.
inline constexpr std::uint64_t max_ratio = 300;
inline constexpr std::uint64_t unpacked_unsuspicious = 4 * 1024 * 1024;
/// A report in an archive in a mail in a mail in a mailbox that was packed: five.
inline constexpr unsigned max_packing_depth = 6;
/// Files in archives and parts of mails, of one input.
inline constexpr std::size_t max_packed_files = 10'000;
inline constexpr unsigned max_folder_depth = 32;

}  // namespace dmarc::receiving
