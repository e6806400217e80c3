// The DNS of a vector: a map from names to record sets, as the schema of the vectors has it.
//
//   zone:
//     _dmarc.example.com: {TXT: [[v=DMARC1; p=reject]]}
//     broken.example.com: {rcode: SERVFAIL}
#pragma once

#include <dmarc/zone.h>

#include "vector_field.h"

namespace dmarc::test {

dns::Zone read_zone(const Field& zone);

}  // namespace dmarc::test
