#include "daemon/version.h"

#include "libmilter/engine.h"

namespace dmarc::daemon {

std::string version_block(std::string_view program, std::string_view version) {
  std::string text;
  text.append(program).append(": OpenDMARC Filter v").append(version).append("\n");
  text += "\tSMFI_VERSION " + libmilter::compiled_version() + "\n";
  text += "\tlibmilter version " + libmilter::library_version() + "\n";
  text += "\tActive code options:\n\t\tWITH_SPF (internal)\n";
  return text;
}

}  // namespace dmarc::daemon
