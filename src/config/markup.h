// The texts of the option table, where names and values stand between backquotes, for people who
// read them in a terminal, in a file or in a manual page. Private to config/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dmarc::config {

/// Without the backquotes.
std::string plain_text(std::string_view text);

/// In man(7): what stands between backquotes becomes bold.
std::string roff_text(std::string_view text);

/// Lines of at most `width` octets, broken at blanks.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace dmarc::config
