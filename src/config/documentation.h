// What is written for administrators from the option table. Both are in the repository, and a test
// compares them with what these functions return; `bin/generate_docs` writes them.
#pragma once

#include <string>

namespace dmarc::config {

/// conf/opendmarc.conf.sample
std::string sample_file();

/// docs/man/opendmarc.conf.5, in man(7)
std::string manual_page();

}  // namespace dmarc::config
