// Reading the configuration again, for a daemon that has confined itself.
//
//   const auto loaded = load_again(path, folders);
//   if (!loaded) log.write(loaded.error());   // the old one stays
#pragma once

#include <tl/expected.hpp>

#include <optional>
#include <string>

#include "config/configuration.h"
#include "log/event.h"
#include "sandbox/folders.h"

namespace dmarc::daemon {

/// `confined_to` is absent when any folder can be used.
tl::expected<config::Configuration, log::Event> load_again(
    const std::string& path, const std::optional<sandbox::Folders>& confined_to);

}  // namespace dmarc::daemon
