// The ARC-Seal field (RFC 8617 section 4.1.3 "ARC-Seal (AS)").
//
//   const auto seal = arc::read_seal(field.value);
//   if (!seal) complain(arc::describe(seal.error()));
//
// Limits: max_arc_value octets. Threads: pure functions.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <dmarc/domain_name.h>

#include "arc/problem.h"
#include "crypto/key_type.h"

namespace dmarc::arc {

/// RFC 8617 section 4.4 "Chain Validation Status": what a sealer, or we, found of the chain.
enum class ChainStatus { none, pass, fail };

/// The word of cv= and of our own result.
std::string_view to_string(ChainStatus status);

struct Seal {
  unsigned instance = 0;
  ChainStatus cv = ChainStatus::fail;
  std::string algorithm;  ///< a=, as written
  crypto::KeyType key_type = crypto::KeyType::rsa;
  dns::Name domain;
  dns::Name selector;
  dns::Name key_name;  ///< where the key is
  std::string octets;  ///< b=, decoded
  std::optional<std::uint64_t> time;

  /// The octets of b= and the white space around them: left out of what is sealed. Offsets in the
  /// value.
  std::size_t b_begin = 0;
  std::size_t b_end = 0;
};

tl::expected<Seal, Problem> read_seal(std::string_view value);

}  // namespace dmarc::arc
