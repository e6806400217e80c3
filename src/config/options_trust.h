// Whose results are believed, and whose mail is not judged.
#pragma once

#include <array>

#include "config/option.h"

namespace dmarc::config {

inline constexpr auto identity_options = std::to_array<Option>({
    {.name = "AuthservID",
     .example = "HOSTNAME",
     .summary = "The name in the Authentication-Results fields that this filter adds, and one "
                "whose fields it believes.",
     .details =
         "`HOSTNAME` stands for the name of this host. Without this option the name is the "
         "one that the MTA gives (macro `j`, in Postfix `$myhostname`), which is also what "
         "OpenDKIM uses; the choice is logged with every message.\n\n"
         "An old form is still read: when `TrustedAuthservIDs` is not set, the value may be a "
         "list separated by commas, whose first name is used and all of which are trusted."},
    {.name = "AuthservIDWithJobID",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Write the name as `\"NAME/JOBID\"`, with the MTA's queue id.",
     .details =
         "The id is then a quoted string. A field whose id is a trusted name, a slash and the "
         "queue id of this message is believed too, besides those with a trusted name alone."},
    {.name = "TrustedAuthservIDs",
     .type = Type::list,
     .example = "mail.example.org",
     .summary = "Further names whose Authentication-Results fields are believed, separated by "
                "commas.",
     .details =
         "List here the name that the filter in front of this one writes, for example "
         "OpenDKIM's AuthservID. `HOSTNAME` stands for the name of this host; upper and "
         "lower case are the same.\n\n"
         "Trust a name only when every message passes a filter that writes it: where nothing "
         "on the way adds a field under that name, the topmost one may come from the sender."},
    {.name = "AuthResultsTrust",
     .type = Type::choice,
     .default_value = "topmost",
     .words = {"topmost", "any"},
     .summary = "Which of several fields with a trusted name count: `topmost` or `any`.",
     .details =
         "With `topmost` the topmost trusted field counts for each method, because that is "
         "where a filter on this machine has put it; the others that claim a trusted name are "
         "removed (RFC 8601 section 5) and each removal is logged. With `any` all of them count "
         "wherever they stand and nothing is removed, as OpenDMARC does. Choose it only where "
         "forged fields are removed before this filter sees the message."},
});

inline constexpr auto ignore_options = std::to_array<Option>({
    {.name = "IgnoreAuthenticatedClients",
     .type = Type::boolean,
     .default_value = "false",
     .in_sample = InSample::active,
     .example = "true",
     .summary = "Do not judge mail from clients that have logged in with SMTP AUTH.",
     .details = "Needed where users submit mail on a port that this filter serves: their messages "
                "are not signed yet. The test is the MTA's macro `{auth_authen}`."},
    {.name = "IgnoreHosts",
     .type = Type::list_file,
     .example = "/etc/opendmarc/ignore.hosts",
     .summary = "A file of clients whose mail is not judged: host names, domains, addresses and "
                "networks.",
     .details =
         "One entry a line, see LIST FILES. `mail.example.org` is that host, `.example.org` stands "
         "for all hosts below that domain, `192.0.2.1`, `192.0.2.0/24`, `192.0.2.0/255.255.255.0` "
         "and `2001:db8::/32` are addresses and networks. `!` in front makes an exception. The "
         "most specific entry decides. The host name is tried first, then the address; either is "
         "enough. An entry that can't be understood is logged and left out.\n\n"
         "`127.0.0.1` and `::1` are always in the list unless the file makes them exceptions."},
    {.name = "IgnoreMailFrom",
     .type = Type::list,
     .example = "example.com,example.net",
     .summary = "Domains in the From field whose mail is not judged, separated by commas.",
     .details = "Domains are compared whole: hosts and domains below them are not included. "
                "Anybody can write such a domain into From, so this switches protection off for "
                "it. A message that names several domains is ignored only if all are listed."},
});

}  // namespace dmarc::config
