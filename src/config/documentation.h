// What is written for administrators from the option table. Both are in the repository, and a test
// compares them with what these functions return; `bin/generate_docs` writes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dmarc::config {

/// conf/opendmarc.conf.sample
std::string sample_file();

/// docs/man/opendmarc.conf.5, in man(7)
std::string manual_page();

// The texts of the table, where names and values stand between backquotes:

/// Without the backquotes.
std::string plain_text(std::string_view text);

/// In man(7): what stands between backquotes becomes bold.
std::string roff_text(std::string_view text);

/// Lines of at most `width` octets, broken at blanks.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace dmarc::config
