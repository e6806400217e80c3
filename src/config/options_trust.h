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
         "The id is then a quoted string, which ties a field to one message: a sender can't know "
         "the queue id. Of fields under this filter's own name only those with the queue id of "
         "the message are believed, so the filter in front that shares the name must write it too; "
         "other trusted names are believed with and without it."},
    {.name = "TrustedAuthservIDs",
     .type = Type::list,
     .example = "mail.example.org",
     .summary = "Further names whose Authentication-Results fields are believed, separated by "
                "commas.",
     .details =
         "List here the name that the filter in front of this one writes, for example "
         "OpenDKIM's AuthservID. `HOSTNAME` stands for the name of this host; upper and "
         "lower case are the same.\n\n"
         "Trust a name only when every message passes a filter that writes it and removes what "
         "others wrote under it: where nothing on the way does, a field may come from the sender. "
         "OpenDKIM removes only fields with a result of DKIM, and only those that it can read."},
    {.name = "AuthResultsTrust",
     .type = Type::choice,
     .default_value = "topmost",
     .words = {"topmost", "any"},
     .summary = "Which fields with a trusted name are believed: `topmost` or `any`.",
     .details =
         "With `topmost` the fields above the first Received field are believed, down to the first "
         "Authentication-Results field that can't be read or has another name, because that is "
         "where filters on this machine put theirs. A field counts only as a whole, with methods "
         "that are registered (RFC 8601 section 6.2); the log says why one did not count. A "
         "result of DKIM that is not a pass, in any of them, makes every `dkim=pass` of an "
         "unsigned message worthless. Fields that claim a trusted name and are not believed, or "
         "that contradict what this filter found, are removed (RFC 8601 section 5), and each "
         "removal is logged.\n\n"
         "With `any` every field with a trusted name counts wherever it stands, as in OpenDMARC, "
         "and only what reports `dmarc` under this filter's own name is removed. Choose it only "
         "where forged fields are removed before this filter sees the message."},
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
