#include "ctl/progress.h"

#include <unistd.h>

#include <ostream>

namespace dmarc::ctl {
namespace {

constexpr std::chrono::milliseconds interval{200};

}  // namespace

Progress::Progress(std::ostream& err) : err_(err), shown_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  clear();
}

void Progress::show(const std::function<std::string()>& text) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < interval) return;
  last_ = now;
  drawn_ = true;
  err_ << "\r\x1b[K" << text() << std::flush;
}

void Progress::clear() {
  if (drawn_) err_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace dmarc::ctl
