// What the filter sends, appended to what is to be sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "log/event.h"
#include "milter/wire.h"
#include "policy/judgement.h"

namespace dmarc::milter {

void append_packet(std::string& out, wire::Reply reply, std::string_view data = {});

/// The changes to the message, as far as the MTA allowed them in the negotiation, and the answer.
/// What was not allowed is logged.
void append_answer(std::string& out, const policy::Judgement& judgement,
                   std::uint32_t allowed_actions, std::string_view job_id, log::Sink& sink);

}  // namespace dmarc::milter
