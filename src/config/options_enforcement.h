// What is done with a verdict.
#pragma once

#include <array>
#include <limits>

#include "config/option.h"

namespace dmarc::config {

inline constexpr auto failure_options = std::to_array<Option>({
    {.name = "RejectFailures",
     .type = Type::boolean,
     .default_value = "false",
     .in_sample = InSample::active,
     .example = "true",
     .summary = "Reject mail that fails when its domain's policy is `reject`.",
     .details = "Without this option such mail is accepted and marked `dmarc=fail`, for a later "
                "filter or the user's mailbox to act on. Mail whose policy is `quarantine` or "
                "`none` is never rejected."},
    {.name = "RejectString",
     .default_value = "rejected by DMARC policy for %s",
     .summary = "The text of the SMTP reply `550 5.7.1` to rejected mail; `%s` stands for the "
                "policy domain.",
     .details =
         "`%s` may occur once or not at all. Next to it, a percent sign is written `%%`. "
         "SMTP replies are ASCII: other characters are sent as question marks. The text is cut "
         "so that the reply stays within what MTAs accept from a filter (980 octets)."},
    {.name = "HoldQuarantinedMessages",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Put mail that fails on hold when its domain's policy is `quarantine`.",
     .details = "In Postfix such mail waits in the hold queue until an administrator releases or "
                "deletes it, see postqueue(1) and postsuper(1). Without this option it is "
                "accepted and marked."},
    {.name = "TempErrorAction",
     .type = Type::choice,
     .default_value = "accept",
     .words = {"accept", "tempfail"},
     .summary = "What is done when the DNS fails for the moment: `accept` with "
                "`dmarc=temperror`, or `tempfail` with 451 4.7.1.",
     .details = "With `tempfail` the sender tries again later. Mail of a domain whose DNS is "
                "broken for days then never arrives."},
    {.name = "SoftwareHeader",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Add a DMARC-Filter field that names this filter, its version and host."},
    {.name = "CopyFailuresTo",
     .example = "postmaster@example.org",
     .summary = "An address that gets a copy of mail that fails with `reject` or `quarantine`.",
     .details = "It is added to the recipients of a message that is let in or put on hold, so "
                "it sees what `RejectFailures` would have rejected."},
});

inline constexpr auto arc_options = std::to_array<Option>({
    {.name = "DomainWhitelist",
     .type = Type::list,
     .example = "lists.example.org",
     .summary = "Domains of ARC sealers whose forwarded mail is accepted although it fails, "
                "separated by commas.",
     .details = "The trusted filter in front must have found `arc=pass` and named the sealers in "
                "`arc.chain`, and all of them must be listed. The result stays `dmarc=fail`; "
                "only what `RejectFailures` or `HoldQuarantinedMessages` would do is left "
                "undone."},
    {.name = "DomainWhitelistFile",
     .type = Type::list_file,
     .example = "/etc/opendmarc/whitelist.domains",
     .summary = "A file with more domains for `DomainWhitelist`."},
    {.name = "DomainWhitelistSize",
     .type = Type::integer,
     .default_value = "3000",
     .range = {0, std::numeric_limits<int>::max()},
     .effect = Effect::never,
     .in_sample = InSample::absent,
     .summary = "OpenDMARC's limit on the number of domains in these lists.",
     .details = "the lists may be of any length"},
});

}  // namespace dmarc::config
