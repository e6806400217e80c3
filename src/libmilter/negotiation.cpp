#include <libmilter/mfapi.h>

#include <string>

#include "libmilter/glue.h"
#include "milter/terms.h"

namespace dmarc::libmilter {

void request_macros(Context context, unsigned long actions) {
  if ((actions & SMFIF_SETSYMLIST) == 0) return;
  for (const auto& [stage, names] : milter::wanted_macros()) {
    std::string list;
    for (const std::string& name : names)
      list += list.empty() ? name : " " + name;
    smfi_setsymlist(context, static_cast<int>(stage), list.data());
  }
}

}  // namespace dmarc::libmilter
