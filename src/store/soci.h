// SOCI, as the files of store/ include it.
//
// Debian's SOCI is configured for Boost, which its headers then want although nothing here uses it.
#pragma once

#include <soci/soci-config.h>
#undef SOCI_HAVE_BOOST
#undef SOCI_HAVE_BOOST_DATE_TIME

#include <soci/soci.h>

#include <type_traits>

#include "store/database.h"

namespace dmarc::store {

/// Runs `work`; what SOCI throws becomes store::Error.
template <typename Work>
auto guarded(Work&& work) -> std::invoke_result_t<Work> {
  try {
    return work();
  } catch (const soci::soci_error& error) {
    throw Error(error.what());
  }
}

}  // namespace dmarc::store
