// One function for each kind of vector: runs the code on the vector's inputs and records where it
// differs from what is expected. They throw Malformed and Unsupported.
#pragma once

#include "vector_checks.h"
#include "vector_field.h"

namespace dmarc::test {

void check_dmarc(const Field& vector, Checks& checks);
void check_record(const Field& vector, Checks& checks);
void check_from(const Field& vector, Checks& checks);
void check_ar(const Field& vector, Checks& checks);
void check_spf(const Field& vector, Checks& checks);
void check_agg(const Field& vector, Checks& checks);
void check_extdest(const Field& vector, Checks& checks);
void check_ruf(const Field& vector, Checks& checks);
void check_dkim(const Field& vector, Checks& checks);
void check_arc(const Field& vector, Checks& checks);

}  // namespace dmarc::test
