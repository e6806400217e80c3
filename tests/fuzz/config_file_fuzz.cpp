// opendmarc.conf, and the lists that it names.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/values.h"
#include "policy/host_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto values = dmarc::config::read_values(text);
  if (!values && values.error().line == 0) std::abort();

  dmarc::policy::HostList hosts;
  for (const auto& entry : dmarc::config::parse_list_file(text)) {
    if (entry.text.empty() || entry.line == 0) std::abort();
    if (const auto added = hosts.add(entry.text); !added && added.error().empty()) std::abort();
  }
  hosts.contains(text, std::nullopt);
  return 0;
}
