#include "arc/seal.h"

#include <array>
#include <utility>

#include "arc/instance.h"
#include "dkim/signature.h"
#include "dkim/tag_list.h"
#include "mail/limits.h"

namespace dmarc::arc {
namespace {

std::optional<ChainStatus> read_status(std::string_view word) {
  for (const ChainStatus status : {ChainStatus::none, ChainStatus::pass, ChainStatus::fail})
    if (word == to_string(status)) return status;
  return {};
}

dkim::Fault fault_of(dkim::TagListError error) {
  switch (error) {
    case dkim::TagListError::duplicate:
      return dkim::Fault::duplicate_tag;
    case dkim::TagListError::too_many:
      return dkim::Fault::too_many_tags;
    case dkim::TagListError::syntax:
      break;
  }
  return dkim::Fault::tag_list;
}

/// The tags that a seal must have, each with a value, as far as they are there.
class Reader {
 public:
  explicit Reader(const dkim::TagList& tags) : tags_(tags) {}

  tl::expected<Seal, Problem> read();

 private:
  std::string_view value_of(std::string_view name) const {
    const dkim::Tag* const tag = tags_.find(name);
    return tag == nullptr ? std::string_view() : tag->value;
  }
  tl::unexpected<Problem> problem(Fault fault) const {
    return tl::unexpected(Problem{fault, SetField::seal, instance_});
  }
  tl::unexpected<Problem> problem(dkim::Fault fault) const {
    return tl::unexpected(Problem{Fault::signature, SetField::seal, instance_, fault});
  }

  const dkim::TagList& tags_;
  unsigned instance_ = 0;
};

tl::expected<Seal, Problem> Reader::read() {
  const auto instance = read_instance(value_of("i"));
  if (!instance) return problem(Fault::instance);
  instance_ = *instance;
  if (tags_.find("h") != nullptr) return problem(Fault::names_fields);
  for (const std::string_view name : {"a", "b", "d", "s"})
    if (value_of(name).empty()) return problem(dkim::Fault::missing_tag);
  const auto cv = read_status(value_of("cv"));
  if (!cv) return problem(Fault::cv);

  crypto::KeyType key_type = crypto::KeyType::rsa;
  if (const auto fault = dkim::read_algorithm(value_of("a"), key_type); fault != dkim::Fault::none)
    return problem(fault);
  auto domain = dkim::read_domain(value_of("d"));
  if (!domain) return problem(dkim::Fault::domain);
  auto selector = dkim::read_domain(value_of("s"));
  if (!selector) return problem(dkim::Fault::selector);
  auto key_name = dkim::key_name(*selector, *domain);
  if (!key_name) return problem(dkim::Fault::key_name);
  auto octets = dkim::base64_value(value_of("b"));
  if (!octets) return problem(dkim::Fault::signature_base64);
  std::optional<std::uint64_t> time;
  if (tags_.find("t") != nullptr) {
    time = dkim::read_number(value_of("t"));
    if (!time) return problem(dkim::Fault::time);
  }
  const dkim::Tag& signature = *tags_.find("b");
  return Seal{*instance,
              *cv,
              std::string(value_of("a")),
              key_type,
              *std::move(domain),
              *std::move(selector),
              *std::move(key_name),
              *std::move(octets),
              time,
              signature.begin,
              signature.end};
}

}  // namespace

std::string_view to_string(ChainStatus status) {
  switch (status) {
    case ChainStatus::none:
      return "none";
    case ChainStatus::pass:
      return "pass";
    case ChainStatus::fail:
      return "fail";
  }
  return "";
}

tl::expected<Seal, Problem> read_seal(std::string_view value) {
  const auto problem = [](dkim::Fault fault) {
    return tl::unexpected(Problem{Fault::signature, SetField::seal, 0, fault});
  };
  if (value.size() > mail::max_arc_value) return problem(dkim::Fault::field_size);
  const auto tags = dkim::TagList::parse(value);
  if (!tags) return problem(fault_of(tags.error()));
  return Reader(*tags).read();
}

}  // namespace dmarc::arc
