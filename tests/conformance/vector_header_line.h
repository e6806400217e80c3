// Raw header lines of a vector, "Name: value", perhaps folded and with blanks before the colon.
#pragma once

#include <dmarc/header_field.h>

#include "vector_field.h"

namespace dmarc::test {

void add_header_line(mail::HeaderBlock& block, const Field& line);

}  // namespace dmarc::test
