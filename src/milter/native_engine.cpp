#include "milter/native_engine.h"

#include <algorithm>
#include <utility>

namespace dmarc::milter {
namespace {

// A loop judges some 20,000 messages a second; more loops than this wait for something else.
constexpr unsigned most_threads = 8;

}  // namespace

unsigned NativeEngine::usual_threads() {
  return std::clamp(std::thread::hardware_concurrency(), 1U, most_threads);
}

NativeEngine::NativeEngine(const io::Listener& listener, EngineOptions options, unsigned threads) {
  state_.options = std::move(options);
  state_.listener = listener.fd();
  state_.tcp = listener.is_tcp();
  for (unsigned i = 0; i < threads; ++i)
    loops_.push_back(std::make_unique<NativeLoop>(state_));
  try {
    for (const auto& loop : loops_)
      threads_.emplace_back([served = loop.get()] { served->run(); });
  } catch (...) {
    stop();
    throw;
  }
}

NativeEngine::~NativeEngine() {
  stop();
}

void NativeEngine::stop_accepting() {
  state_.accepting = false;
  for (const auto& loop : loops_)
    loop->stop_accepting();
}

void NativeEngine::stop() {
  for (const auto& loop : loops_)
    loop->stop();
  for (std::thread& thread : threads_)
    thread.join();
}

}  // namespace dmarc::milter
