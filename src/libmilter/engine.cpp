#include "libmilter/engine.h"

#include <libmilter/mfapi.h>

#include <cerrno>
#include <thread>

#include "libmilter/glue.h"
#include "milter/negotiated_options.h"
#include "milter/wire.h"

namespace dmarc::libmilter {
namespace {

// How long the rest of a packet may take to arrive, and a reply to leave. Idle connections are
// another matter: see threads.cpp.
constexpr int packet_timeout_seconds = 300;

// Never destroyed: libmilter's threads run until _exit().
struct Engine {
  Options options;
  bool tcp = false;
};
Engine* engine = nullptr;

bool use_socket(std::string spec) {
  return smfi_setconn(spec.data()) == MI_SUCCESS && smfi_opensocket(false) == MI_SUCCESS;
}

}  // namespace

const Options& options() {
  return engine->options;
}

bool over_tcp() {
  return engine->tcp;
}

tl::expected<Corrections, std::string> start(io::Listener& listener, Options options) {
  // libmilter's worker threads outlive every scope of the program.
  engine = new Engine{std::move(options), listener.is_tcp()};
  if (!register_callbacks()) {
    return tl::unexpected(std::string("smfi_register() failed"));
  }
  smfi_settimeout(packet_timeout_seconds);
  smfi_setdbg(libmilter::options().debug_level);
  // Its own limit of 64 kB would end the connection.
  smfi_setmaxdatasize(milter::wire::max_packet);
  if (!use_socket("fd:" + std::to_string(listener.fd()))) {
    // This libmilter can't take over a socket: let it make its own in the place of ours.
    listener.stop();
    if (!use_socket(libmilter::options().socket)) {
      return tl::unexpected(std::string("smfi_opensocket() failed"));
    }
  }
  std::thread([] {
    errno = 0;
    smfi_main();
    const int error = errno;
    libmilter::options().ended(error);
  }).detach();
  return corrections_in_force() ? Corrections::in_force : Corrections::impossible;
}

std::string compiled_version() {
  return "0x" + milter::hexadecimal(SMFI_VERSION);
}

std::string library_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;
  smfi_version(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace dmarc::libmilter
