#include "arc/sets.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "arc/instance.h"
#include "base/ascii.h"
#include "dkim/tag_list.h"
#include "mail/lexer.h"
#include "mail/limits.h"

namespace dmarc::arc {
namespace {

std::optional<SetField> field_of(const mail::HeaderField& field) {
  // Nearly all fields of a message are others.
  if (!base::istarts_with(field.name, "ARC-")) return {};
  for (const SetField each : {SetField::auth_results, SetField::message_signature, SetField::seal})
    if (mail::is_field(field, name_of(each))) return each;
  return {};
}

std::optional<unsigned> instance_of_results(std::string_view value) {
  if (value.size() > mail::max_arc_value) return {};
  const auto text = mail::unfold(value);
  const auto prefix = text ? read_instance_prefix(*text) : std::nullopt;
  return prefix ? std::optional(prefix->instance) : std::nullopt;
}

std::optional<unsigned> instance_of_signature(std::string_view value) {
  if (value.size() > mail::max_arc_value) return {};
  const auto tags = dkim::TagList::parse(value);
  const dkim::Tag* const tag = tags ? tags->find("i") : nullptr;
  return tag == nullptr ? std::nullopt : read_instance(tag->value);
}

/// Puts each field into its set.
class Collector {
 public:
  std::optional<Problem> add(SetField kind, const mail::HeaderField& field);
  tl::expected<std::vector<Set>, Problem> finish();

 private:
  std::optional<Problem> put(SetField kind, unsigned instance, const mail::HeaderField& field,
                             const mail::HeaderField* Set::*place);

  std::array<std::size_t, 3> counts_{};
  std::vector<Set> sets_;
};

std::optional<Problem> Collector::put(SetField kind, unsigned instance,
                                      const mail::HeaderField& field,
                                      const mail::HeaderField* Set::*place) {
  if (sets_.size() < instance) sets_.resize(instance);
  if (sets_[instance - 1].*place != nullptr) return Problem{Fault::duplicate, kind, instance};
  sets_[instance - 1].*place = &field;
  return {};
}

std::optional<Problem> Collector::add(SetField kind, const mail::HeaderField& field) {
  if (++counts_[static_cast<std::size_t>(kind)] > mail::max_arc_sets)
    return Problem{Fault::too_many_sets, kind};
  if (kind == SetField::seal) {
    auto seal = read_seal(field.value);
    if (!seal) return seal.error();
    const unsigned instance = seal->instance;
    if (auto problem = put(kind, instance, field, &Set::seal_field)) return problem;
    sets_[instance - 1].seal = *std::move(seal);
    return {};
  }
  const bool is_results = kind == SetField::auth_results;
  const auto instance =
      is_results ? instance_of_results(field.value) : instance_of_signature(field.value);
  if (!instance) return Problem{Fault::instance, kind};
  return put(kind, *instance, field, is_results ? &Set::auth_results : &Set::message_signature);
}

tl::expected<std::vector<Set>, Problem> Collector::finish() {
  for (unsigned i = 0; i < sets_.size(); ++i) {
    const Set& set = sets_[i];
    const auto missing = [&](SetField kind) {
      return tl::unexpected(Problem{Fault::missing, kind, i + 1});
    };
    if (set.seal_field == nullptr) return missing(SetField::seal);
    if (set.message_signature == nullptr) return missing(SetField::message_signature);
    if (set.auth_results == nullptr) return missing(SetField::auth_results);
  }
  return std::move(sets_);
}

}  // namespace

tl::expected<std::vector<Set>, Problem> read_sets(std::span<const mail::HeaderField> header) {
  Collector collector;
  for (const mail::HeaderField& field : header) {
    const auto kind = field_of(field);
    if (!kind) continue;
    if (auto problem = collector.add(*kind, field)) return tl::unexpected(*problem);
  }
  return collector.finish();
}

}  // namespace dmarc::arc
