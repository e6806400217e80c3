// What was decided about a message, on what grounds, and what the MTA is told.
//
// Everything that is written about a message is a rendering of this one value: header fields and
// reply, log lines, the history record, a failure report, what `dmarcctl explain` prints.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/evaluate.h>
#include <dmarc/spf.h>

#include "dkim/check.h"
#include "log/event.h"
#include "mail/auth_results.h"
#include "policy/override_reason.h"

namespace dmarc::policy {

/// What the MTA is told. `proceed` and `accept` both let the message through; OpenDMARC answers a
/// failing message that it does not act on with proceed ("continue"), everything else with accept,
/// and scripts can see the difference.
enum class Action { accept, proceed, reject, tempfail };

struct Reply {
  int code = 0;          ///< 550, 451
  std::string enhanced;  ///< "5.7.1"
  std::string text;      ///< printable ASCII, at most 980 octets
};

/// A field that is to be inserted; owns its text.
struct InsertedField {
  std::string name;
  std::string value;
};

/// Fields that are to be inserted at the top (index 0), in this order: the last ends up topmost.
using Insertions = std::vector<InsertedField>;

/// The n-th field (1 = topmost) of the name Authentication-Results is to be removed.
struct Removal {
  std::size_t index = 0;
  std::string authserv_id;
};

/// Which results the verdict was built on, and where each came from.
struct Authentication {
  enum class SpfSource { none, auth_results, received_spf, own };
  SpfSource spf_source = SpfSource::none;
  std::optional<SpfInput> spf;
  std::optional<mail::ResultWord> spf_result;  ///< nothing without a source
  spf::Scope spf_scope = spf::Scope::mailfrom;
  std::optional<spf::Result> own_spf;  ///< when it was checked here
  struct Dkim {
    DkimInput input;
    mail::ResultWord result = mail::ResultWord::none;
    bool relaxed_only = false;  ///< the domain is that of an identity, not of the signature
    std::string reason = {};    ///< of our own result when it is not a pass: one clause
    dkim::Fault fault = dkim::Fault::none;  ///< likewise
  };
  std::vector<Dkim> dkim;
  std::optional<dkim::Result> own_dkim;  ///< when it was verified here, and decides
  bool unsigned_here = false;  ///< there was nothing to verify, and nobody else is believed
  /// What became of an Authentication-Results field that claims a trusted name.
  struct Field {
    std::size_t index = 0;  ///< among the fields of that name; 1 is the topmost
    std::string authserv_id;
    bool believed = false;
    std::string doubt;  ///< why it, or a pass in it, does not count; one clause
  };
  std::vector<Field> fields;
  std::vector<Removal> removals;
};

/// What is known of the ARC chain; see policy/arc.h.
struct Arc {
  bool verified = false;     ///< it was verified here, and is not empty
  bool passed = false;       ///< as found here, or else as a trusted filter says
  bool undecided = false;    ///< it could have passed and excused a failure, but for own_limit
  unsigned oldest_pass = 0;  ///< of a chain that passed here, see arc::Result
  std::string problem;       ///< why it failed here, one clause
  bool whitelisted = false;  ///< it passed here and may excuse a failure, see policy/own_arc.h
  bool spared = false;       ///< which kept the message from being rejected or held
  /// As the message says, in the order of its ARC-Seal fields; unverified.
  struct Set {
    unsigned instance = 0;
    dns::Name domain;
    std::string selector;
    std::string client_ip;  ///< of the sealer's client; printable ASCII, may be empty
  };
  std::vector<Set> sets;
};

struct Judgement {
  Action action = Action::accept;
  std::optional<Reply> reply;
  std::optional<std::string> hold_reason;  ///< ask the MTA to put the message on hold
  std::optional<std::string> copy_to;      ///< ask the MTA to add this recipient
  /// To be made before the insertions, in this order (from the bottom up): so each index is right
  /// when its turn comes.
  std::vector<Removal> removals;
  Insertions insertions;
  std::vector<log::Event> events;

  mail::Author author;
  Authentication authentication;
  Arc arc;
  /// One for each domain evaluated; the first is the one whose result is shown. Empty when nothing
  /// was evaluated.
  std::vector<Verdict> verdicts;
  Result result = Result::none;
  std::optional<Policy> policy;       ///< of the verdict that decided
  Policy disposition = Policy::none;  ///< what was done
  bool own_limit = false;             ///< deferred because of dns::Failure::own_limit
  /// Why the result is neither a pass nor a plain fail, one clause; empty when it is.
  std::string reason;
  /// Why `disposition` is not what the Domain Owner asked for, or why nothing was evaluated; empty
  /// when neither.
  std::string note;
  /// Why a failing message was handled differently from what its policy record asks; two at most.
  std::vector<OverrideReason> overrides;
};

}  // namespace dmarc::policy
