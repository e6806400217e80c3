#include "metrics/counters.h"

#include <array>
#include <atomic>
#include <iterator>

namespace dmarc::metrics {
namespace {

std::array<std::atomic<std::uint64_t>, std::size(descriptions)> counters;

std::string without_quotes(std::string_view labels) {
  std::string text;
  for (const char c : labels)
    if (c != '"') text += c;
  return text;
}

}  // namespace

void count(Id id, std::uint64_t by) {
  counters[static_cast<std::size_t>(id)].fetch_add(by, std::memory_order_relaxed);
}

std::uint64_t value(Id id) {
  return counters[static_cast<std::size_t>(id)].load(std::memory_order_relaxed);
}

std::vector<std::string> summary() {
  std::vector<std::string> lines;
  std::string_view name;
  bool has_numbers = false;
  for (const Description& row : descriptions) {
    if (row.name != name) {
      name = row.name;
      has_numbers = false;
      lines.push_back(std::string(name) + ":");
    }
    const std::uint64_t number = value(row.id);
    if (number == 0 && !row.labels.empty()) continue;
    if (has_numbers) lines.back() += ';';
    has_numbers = true;
    lines.back() += ' ' + std::to_string(number);
    if (!row.labels.empty()) lines.back() += ' ' + without_quotes(row.labels);
  }
  for (std::string& line : lines)
    if (line.ends_with(':')) line += " 0";
  return lines;
}

}  // namespace dmarc::metrics
