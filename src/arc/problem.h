// Why a chain does not validate, and which field of which set is to blame.
//
//   arc::describe({Fault::missing, SetField::seal, 2})   // "ARC-Seal 2 is missing"
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "dkim/fault.h"

namespace dmarc::arc {

/// The three fields of a set (RFC 8617 section 4.1 "ARC Header Fields").
enum class SetField { auth_results, message_signature, seal };

/// For example "ARC-Seal".
std::string_view name_of(SetField field);

enum class Fault {
  too_many_sets,  ///< more than max_arc_sets
  too_many_keys,  ///< more than max_arc_keys
  instance,       ///< no i=, or not 1 to 50
  duplicate,      ///< a second one with the same i=
  missing,        ///< a set without it, or a whole set missing
  cv,             ///< not none, pass or fail; or not what belongs to its place in the chain
  chain_failed,   ///< a sealer says that the chain was broken when it came
  names_fields,   ///< h= in a seal
  covers_seal,    ///< a message signature that names ARC-Seal in h=
  signature,      ///< as for a DKIM signature: Problem::signature says what
};

struct Problem {
  Fault fault = Fault::missing;
  SetField field = SetField::seal;
  unsigned instance = 0;  ///< 0 when it is not known
  dkim::Fault signature = dkim::Fault::none;

  /// The look-up of a key failed: another time the chain may pass. RFC 8617 has no such result.
  bool is_temporary() const { return dkim::code_of(signature) == dkim::Code::temperror; }
};

/// One clause in plain ASCII.
std::string describe(const Problem& problem);

}  // namespace dmarc::arc
