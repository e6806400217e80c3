// The client's names: PTR records that its own addresses confirm (RFC 7208 section 5.5 "ptr (do not
// use)"). They are the same for all records of a check, so each is looked up once.
//
// Threads: one at a time. Limit: max_ptr_names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "spf/lookups.h"

namespace dmarc::spf {

/// The type of the records that hold addresses of the client's family.
dns::Type address_type(const base::IpAddress& client);

/// The names of a PTR answer for the client, in order, the first max_ptr_names of them.
std::vector<dns::Name> ptr_names(const dns::Answer& answer);

class ClientNames {
 public:
  /// The address must stay valid.
  explicit ClientNames(const base::IpAddress& client) : client_(client) {}

  /// The question whose answer lists the names.
  const dns::Question& question();

  /// Takes the names from the answer to question(); later calls change nothing.
  void read(const dns::Answer& answer);

  /// Finds out which names at or below `ancestor` (null: which of all names) have the client's
  /// address, asking for all of them at the same time. A failure is as good as no address. False
  /// while an answer is missing.
  bool validate(Lookups& lookups, const dns::Name* ancestor);

  /// After validate() for the same ancestor: true when there is a validated name.
  bool any_below(const dns::Name& ancestor) const;

  /// %{p}: the validated name that is `domain`, or else below it, or else any; "unknown" when there
  /// is none (RFC 7208 section 7.3 "Macro Processing Details"). Nothing while an answer is missing.
  std::optional<std::string> for_macro(Lookups& lookups, const dns::Name& domain);

 private:
  enum class State { unknown, confirmed, denied };
  struct Candidate {
    dns::Name name;
    State state = State::unknown;
  };

  const base::IpAddress& client_;
  std::optional<dns::Question> question_;
  std::optional<std::vector<Candidate>> candidates_;
};

}  // namespace dmarc::spf
