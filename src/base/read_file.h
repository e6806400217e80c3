// A small file, whole, as one string: configuration, lists, zones.
//
//   auto text = base::read_file("/etc/opendmarc.conf");
//   if (!text) complain(base::error_text(text.error()));
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>

namespace dmarc::base {

/// Far above any file that people edit, low enough that a wrong path (a device, a mail store) does
/// not fill the memory.
inline constexpr std::size_t max_text_file = 64 * 1024 * 1024;

/// The error is an errno value: that of open(2) or read(2), EFBIG for more than `limit` octets.
tl::expected<std::string, int> read_file(const std::string& path,
                                         std::size_t limit = max_text_file);

/// The same from a descriptor that is open already, which stays open.
tl::expected<std::string, int> read_descriptor(int fd, std::size_t limit = max_text_file);

/// The system's words for an errno value, for example "No such file or directory".
std::string error_text(int error);

}  // namespace dmarc::base
