#include "ctl/terminal.h"

#include <unistd.h>

#include <ostream>

#include "base/ascii.h"

namespace dmarc::ctl {
namespace {

// Longer than any useful DMARC or SPF record, short enough that a hostile one does not fill the
// screen.
constexpr std::size_t max_value = 2000;

constexpr std::chrono::milliseconds interval{200};

}  // namespace

Outline& Outline::add(std::string line) {
  return children_.emplace_back(std::move(line));
}

Outline& Outline::add(std::string_view label, std::string_view value) {
  return add(std::string(label) + ": " + base::printable(value, max_value));
}

Outline& Outline::add(Outline node) {
  return children_.emplace_back(std::move(node));
}

std::string Outline::text() const {
  std::string out;
  write(out, 0);
  return out;
}

void Outline::write(std::string& out, std::size_t depth) const {
  out.append(2 * depth, ' ').append(line_).append("\n");
  for (const Outline& child : children_)
    child.write(out, depth + 1);
}

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
