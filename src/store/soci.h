// SOCI, as the files of store/ include it.
//
// Debian's SOCI is configured for Boost, which its headers then want although nothing here uses it.
#pragma once

#include <soci/soci-config.h>
#undef SOCI_HAVE_BOOST
#undef SOCI_HAVE_BOOST_DATE_TIME

#include <soci/soci.h>
