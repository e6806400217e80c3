#include "daemon/version.h"

#include "milter/libmilter_engine.h"

namespace dmarc::daemon {

std::string version_block(std::string_view program, std::string_view version) {
  std::string text;
  text.append(program).append(": OpenDMARC Filter v").append(version).append("\n");
  text += "\tSMFI_VERSION " + milter::libmilter_compiled_version() + "\n";
  text += "\tlibmilter version " + milter::libmilter_library_version() + "\n";
  text += "\tActive code options:\n\t\tWITH_SPF (internal)\n";
  return text;
}

}  // namespace dmarc::daemon
