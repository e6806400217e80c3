// A message's record in OpenDMARC's history file: lines "key value", beginning with "job".
//
//   if (history::belongs_in_history(message, judgement, settings))
//     history.append(history::record_of(message, judgement, received, host_name).text);
//
// OpenDMARC's importers read it, so its keys, their order and the numbers are that program's (they
// are in history/entry.h). Whatever a sender wrote is checked on the way: a record has no line that
// he chose, and no value that history::Reader does not take. A detail that can't stand in it is
// left out, never the record.
//
// Threads: pure functions. Limits: those of history/entry.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/judgement.h"
#include "policy/message.h"

namespace dmarc::history {

struct Settings {
  /// RecordAllMessages: also messages to which no policy record applies.
  bool record_all = false;
  /// IgnoreMailTo: no record for a message to one of these addresses, by To field or envelope.
  std::vector<std::string> ignore_mail_to;
};

/// `address` as it stands in the envelope, without brackets.
bool is_ignored_recipient(std::string_view address, const Settings& settings);

/// False for a message whose first To field names an ignored recipient. A message without a verdict
/// (exempt, unreadable author, failed look-ups) has no record: an importer would take it for "this
/// domain has withdrawn its policy". Neither has an aggregate report that passes.
bool belongs_in_history(const policy::Message& message, const policy::Judgement& judgement,
                        const Settings& settings);

struct RecordText {
  std::string text;
  /// What was left out, for people: "a selector of example.org; a rua address of 5000 octets".
  std::string left_out;
};

/// `received` is in seconds since 1970; `host_name` stands in when the MTA sent no name.
RecordText record_of(const policy::Message& message, const policy::Judgement& judgement,
                     std::int64_t received, std::string_view host_name);

}  // namespace dmarc::history
