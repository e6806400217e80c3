#include "daemon/reload.h"

#include <algorithm>
#include <cerrno>

#include "base/read_file.h"

namespace dmarc::daemon {
namespace {

/// A file that the configuration names and the daemon can't use.
std::optional<std::string> out_of_reach(const config::Configuration& configuration,
                                        const sandbox::Folders& folders) {
  const std::string& history = configuration.history.path;
  if (!history.empty() && !folders.can_write(history)) return history;
  const auto found = std::ranges::find_if(
      configuration.files, [&](const std::string& file) { return !folders.can_read(file); });
  if (found == configuration.files.end()) return std::nullopt;
  return *found;
}

}  // namespace

tl::expected<config::Configuration, log::Event> load_again(
    const std::string& path, const std::optional<sandbox::Folders>& confined_to) {
  auto loaded = config::load(path, "");
  if (!confined_to) {
    return std::move(loaded).map_error(
        [](const std::string& error) { return log::make<log::Id::config_error>(error); });
  }
  if (!loaded) {
    const bool refused = loaded.error().ends_with(base::error_text(EACCES));
    return tl::unexpected(refused ? log::make<log::Id::outside_confinement>(loaded.error())
                                  : log::make<log::Id::config_error>(loaded.error()));
  }
  if (const auto file = out_of_reach(*loaded, *confined_to))
    return tl::unexpected(log::make<log::Id::outside_confinement>(*file + " is out of reach"));
  return std::move(*loaded);
}

}  // namespace dmarc::daemon
