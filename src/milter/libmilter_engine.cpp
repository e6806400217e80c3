#include "milter/libmilter_engine.h"

#include <libmilter/mfapi.h>

#include <array>
#include <cstdio>
#include <thread>

#include "milter/libmilter_glue.h"

namespace dmarc::milter {
namespace glue {
namespace {

// Postfix cuts a header field at 60,000 octets; other MTAs may not. libmilter's own limit of 64 kB
// would end the connection.
constexpr std::size_t max_packet = 1024 * 1024;

// How long the rest of a packet may take to arrive, and a reply to leave. Idle connections are
// another matter: see libmilter_threads.cpp.
constexpr int packet_timeout_seconds = 300;

// Never destroyed: libmilter's threads run until _exit().
struct Engine {
  EngineOptions options;
  bool tcp = false;
};
Engine* engine = nullptr;

bool use_socket(std::string spec) {
  return smfi_setconn(spec.data()) == MI_SUCCESS && smfi_opensocket(false) == MI_SUCCESS;
}

}  // namespace

const EngineOptions& options() {
  return engine->options;
}

bool over_tcp() {
  return engine->tcp;
}

std::string hexadecimal(unsigned long value) {
  std::array<char, 2 * sizeof value + 1> text{};
  std::snprintf(text.data(), text.size(), "%lx", value);
  return text.data();
}

}  // namespace glue

tl::expected<Corrections, std::string> start_libmilter(Listener& listener, EngineOptions options) {
  // libmilter's worker threads outlive every scope of the program.
  glue::engine = new glue::Engine{std::move(options), listener.is_tcp()};
  if (!glue::register_callbacks()) {
    return tl::unexpected(std::string("smfi_register() failed"));
  }
  smfi_settimeout(glue::packet_timeout_seconds);
  smfi_setmaxdatasize(glue::max_packet);
  if (!glue::use_socket("fd:" + std::to_string(listener.fd()))) {
    // This libmilter can't take over a socket: let it make its own in the place of ours.
    listener.stop();
    if (!glue::use_socket(glue::options().socket)) {
      return tl::unexpected(std::string("smfi_opensocket() failed"));
    }
  }
  std::thread([] {
    smfi_main();
    glue::options().ended();
  }).detach();
  return glue::corrections_in_force() ? Corrections::in_force : Corrections::impossible;
}

std::string libmilter_compiled_version() {
  return "0x" + glue::hexadecimal(SMFI_VERSION);
}

std::string libmilter_library_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;
  smfi_version(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace dmarc::milter
