// How the process's file descriptors are divided, so that connections leave enough for the DNS and
// for files: a filter that can't ask can't tell forged mail from genuine mail.
//
//   const filter::ConnectionLimit::Limits limits =
//       limits_within(raise_descriptor_limit(), configuration.process.max_connections);
//
// The DNS has its share (resolver/stub_resolver.h), the process itself has descriptors_of_its_own;
// the rest is for connections, a quarter of it, but no more than a ConnectionLimit reserves, for
// those that are only refused. Where there are too few for anything, a few connections are taken
// nevertheless: messages whose questions can't be asked are deferred.
//
// Threads: a function without state, and one that changes the process.
#pragma once

#include <cstddef>
#include <cstdint>

#include "filter/connection_limit.h"

namespace dmarc::daemon {

/// The most descriptors that this process can have, from now on.
std::uint64_t raise_descriptor_limit();

/// `max_connections` is the option's value; 0: as many as there are descriptors for.
filter::ConnectionLimit::Limits limits_within(std::uint64_t descriptors,
                                              std::size_t max_connections);

}  // namespace dmarc::daemon
