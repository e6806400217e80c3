#include "milter/macro_table.h"

#include <algorithm>

namespace dmarc::milter {
namespace {

/// The place of a stage in the order of events; the protocol numbers them in another.
std::size_t place_of(wire::Stage stage) {
  using wire::Stage;
  constexpr std::array order{Stage::connect,       Stage::helo, Stage::mail,
                             Stage::rcpt,          Stage::data, Stage::end_of_header,
                             Stage::end_of_message};
  static_assert(order.size() == wire::stage_count);
  return static_cast<std::size_t>(std::ranges::find(order, stage) - order.begin());
}

std::string_view without_braces(std::string_view name) {
  if (name.starts_with('{') && name.ends_with('}')) return name.substr(1, name.size() - 2);
  return name;
}

std::optional<std::string> find_in(std::string_view definitions, std::string_view wanted) {
  wire::FieldReader reader(definitions);
  for (;;) {
    const auto name = reader.text();
    const auto value = reader.text();
    if (!name || !value) return std::nullopt;
    if (without_braces(*name) == wanted) return std::string(*value);
  }
}

}  // namespace

void MacroTable::define(std::string_view data) {
  if (data.empty()) return;
  const wire::Event* const event = wire::find_event(static_cast<wire::Command>(data.front()));
  if (event != nullptr) stages_[place_of(event->stage)] = data.substr(1);
}

void MacroTable::begin(wire::Stage stage) {
  for (std::size_t i = place_of(stage) + 1; i < stages_.size(); ++i)
    stages_[i].clear();
}

void MacroTable::end_message() {
  begin(wire::Stage::helo);
}

void MacroTable::clear() {
  for (std::string& definitions : stages_)
    definitions.clear();
}

std::optional<std::string> MacroTable::find(std::string_view name) const {
  for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
    if (auto value = find_in(*stage, name)) return value;
  }
  return std::nullopt;
}

}  // namespace dmarc::milter
