// The text of exp= (RFC 7208 section 6.2 "exp: Explanation"), as a state that goes on when an
// answer comes.
//
// It is written by whoever owns the record, so it is only looked up when Options ask for it.
// Threads: one at a time. Limit: max_explanation octets.
#pragma once

#include <optional>
#include <string>

#include "spf/client_names.h"
#include "spf/finding.h"
#include "spf/lookups.h"

namespace dmarc::spf {

class ExplanationText {
 public:
  /// The references must stay valid as long as the object lives.
  ExplanationText(Explanation explanation, const Identity& identity, const Options& options,
                  Lookups& lookups, ClientNames& client_names)
      : explanation_(std::move(explanation)),
        identity_(identity),
        options_(options),
        lookups_(lookups),
        client_names_(client_names) {}

  /// Printable ASCII; empty when there is no usable text, for whatever reason. Nothing while
  /// `lookups` lacks an answer.
  std::optional<std::string> run();

 private:
  /// False while the client's name, which `text` uses, is not known.
  bool complete_context(const MacroString& text, MacroContext& context);
  std::optional<std::string> expand(const MacroString& text);

  const Explanation explanation_;
  const Identity& identity_;
  const Options& options_;
  Lookups& lookups_;
  ClientNames& client_names_;

  std::optional<dns::Name> name_;  ///< what exp= expands to
  dns::AnswerPtr answer_;          ///< its TXT records; owns the text of `text_`
  std::optional<MacroString> text_;
};

}  // namespace dmarc::spf
