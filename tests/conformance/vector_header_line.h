// A raw header line of a vector, "Name: value", perhaps folded and with blanks before the colon.
#pragma once

#include <dmarc/header_field.h>

#include "vector_field.h"

namespace dmarc::test {

mail::HeaderField read_header_line(const Field& line);

}  // namespace dmarc::test
