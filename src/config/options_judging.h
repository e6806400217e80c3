// How a message is judged: its form, SPF, the DNS and the way to the policy; what is done with the
// verdict.
#pragma once

#include <array>
#include <limits>

#include "config/option.h"

namespace dmarc::config {

// An hour is far beyond what any MTA waits for a filter; more is a typing error.
inline constexpr Range dns_timeout{1, 3600};
inline constexpr Range dns_cache_size{1, 65'536};

inline constexpr auto form_options = std::to_array<Option>({
    {.name = "RequiredHeaders",
     .type = Type::boolean,
     .default_value = "false",
     .in_sample = InSample::active,
     .example = "true",
     .summary = "Reject messages that break the counting rules of RFC 5322 section 3.6.",
     .details =
         "Exactly one From and one Date field are required, and at most one each of "
         "Reply-To, To, Cc, Bcc, Message-Id, In-Reply-To, References and Subject. The SMTP reply "
         "names the rule. A From field that can't be parsed is refused too.\n\n"
         "There are two exceptions for genuine mail. To, Cc and References may be "
         "repeated with the same text, as `git send-email` does. A message with "
         "the null reverse-path whose From field names no domain, such as `MAILER-DAEMON`, is a "
         "bounce: it is accepted with `dmarc=permerror`, unless `RequiredFrom` is set."},
    {.name = "RequiredFrom",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Reject messages without a From field that names a domain.",
     .details = "A part of what `RequiredHeaders` does, bounces included. Without either, such a "
                "message is accepted with "
                "`dmarc=permerror`, because without a domain no policy can be looked up."},
    {.name = "RejectMultiValueFrom",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Reject messages whose From field names several domains."},
    {.name = "MultiFromPolicy",
     .type = Type::choice,
     .default_value = "strictest",
     .words = {"strictest", "permerror"},
     .summary = "How a From field that is not one clean address list, or names several domains, "
                "is judged: `strictest` or `permerror`.",
     .details =
         "With `strictest` every domain that a reader could take for the author is evaluated "
         "(at most 10): the message passes only if all of them pass, otherwise the strictest of "
         "their policies applies (RFC 9989 section 11.5). With `permerror` the message gets "
         "`dmarc=permerror` and is accepted, which lets a forger hide a protected domain behind "
         "a broken field."},
});

inline constexpr auto dkim_options = std::to_array<Option>({
    {.name = "DKIMSelfValidate",
     .type = Type::choice,
     .default_value = "auto",
     .words = {"auto", "true", "false"},
     .in_sample = InSample::active,
     .example = "true",
     .summary = "Verify DKIM signatures here: `auto`, `true` or `false`.",
     .details =
         "With `auto` a message that has a DKIM-Signature field is judged by what this filter "
         "finds of its signatures, and by nothing else. For a message without one, a `dkim=pass` "
         "of a trusted Authentication-Results field still counts, as in OpenDMARC, unless another "
         "result of DKIM stands beside it, the field is spelled unusually, or the header is "
         "larger than 60 KiB: a forged field is believed so while the filter that removes such "
         "fields is down. With `true` nothing but our own results counts; choose it wherever no "
         "filter takes signatures out of messages.\n\n"
         "With `false` nothing is verified here, for those who change messages between a DKIM "
         "filter and this one. A `dkim=pass` of a trusted field then counts for a signed message "
         "only if the message has a valid looking signature that it can be about, which leaves "
         "nothing of the body out by l=, and a `dkim=temperror` only if this filter can't find "
         "that key either.\n\n"
         "What was found is added in an Authentication-Results field of its own."},
    {.name = "DKIMIgnoreResults",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Do not use DKIM results from Authentication-Results fields.",
     .details = "With `DKIMSelfValidate false` no message has a DKIM result then."},
});

inline constexpr long max_void_lookups = 100;

inline constexpr auto spf_options = std::to_array<Option>({
    {.name = "SPFSelfValidate",
     .type = Type::boolean,
     .default_value = "false",
     .in_sample = InSample::active,
     .example = "true",
     .summary = "Check SPF here.",
     .details =
         "Our own result decides, whatever it is: an SPF result from a field never takes its "
         "place. The check starts when the MTA has given the envelope sender and runs while the "
         "message is transferred. Its result is added in an Authentication-Results field of its "
         "own. The filter must see the real client address: on a host that gets mail through a "
         "relay of yours, put the relay into `IgnoreHosts` and run the filter there."},
    {.name = "SPFIgnoreResults",
     .type = Type::boolean,
     .default_value = "false",
     .in_sample = InSample::active,
     .example = "true",
     .summary = "Do not use SPF results from Authentication-Results and Received-SPF fields.",
     .details =
         "With `SPFSelfValidate` none are used in any case. Without either, the topmost trusted "
         "result for the envelope sender counts, and the topmost Received-SPF field "
         "counts if no trusted Authentication-Results field has a result. Nothing in such a "
         "field "
         "tells who wrote it: set this option unless a policy server on this machine adds one to "
         "every message."},
    {.name = "SPFEngine",
     .type = Type::choice,
     .default_value = "native",
     .words = {"native", "libspf2"},
     .summary = "What checks SPF: `native`, the filter's own code, or `libspf2`, the library.",
     .details = "Both ask the same DNS cache and obey the same limits. `libspf2` is meant for "
                "comparing results."},
    {.name = "SPFVoidLookups",
     .type = Type::integer,
     .default_value = "2",
     .range = {0, max_void_lookups},
     .summary = "How many look-ups of one SPF check may find nothing; one more is `permerror`.",
     .details = "RFC 7208 section 4.6.4 recommends 2. A domain whose record names hosts that no "
                "longer exist needs more, but each is a question that its owner makes you ask."},
});

inline constexpr auto dns_options = std::to_array<Option>({
    {.name = "Nameservers",
     .type = Type::servers,
     .example = "127.0.0.1",
     .summary = "DNS servers to ask instead of those in /etc/resolv.conf, with optional ports.",
     .details = "Separated by commas or blanks, in the forms `192.0.2.53`, `192.0.2.53:5353`, "
                "`2001:db8::53` and `[2001:db8::53]:5353`. A caching resolver on the same "
                "machine is best: "
                "its answers can't be forged on the way."},
    {.name = "DNSTimeout",
     .type = Type::seconds,
     .default_value = "5",
     .range = dns_timeout,
     .summary = "The most seconds that the DNS may take for one message.",
     .details =
         "It bounds all questions of a message together, retransmissions included. When it "
         "runs out, what is still unknown counts as a temporary failure, see `TempErrorAction`. "
         "Postfix itself waits `milter_content_timeout`, 300 seconds by default."},
    {.name = "DNSCacheSize",
     .type = Type::integer,
     .default_value = "64",
     .range = dns_cache_size,
     .summary = "The most megabytes that answers of the DNS may take.",
     .details = "About 2,000 names fit into one. What was used least recently is dropped first."},
    {.name = "DiscoveryMethod",
     .type = Type::choice,
     .default_value = "treewalk",
     .words = {"treewalk", "psl"},
     .summary = "How policies and organizational domains are found: `treewalk` or `psl`.",
     .details =
         "`treewalk` is the DNS Tree Walk of RFC 9989 section 4.10. `psl` is the older way of "
         "RFC 7489: the domain itself, then the domain one label below the public suffix. It "
         "needs `PublicSuffixList`; without one the tree walk is used."},
    {.name = "PublicSuffixList",
     .type = Type::path,
     .example = "/usr/share/publicsuffix/public_suffix_list.dat",
     .summary = "The list of publicsuffix.org, for `DiscoveryMethod psl` and as a guard.",
     .details =
         "The tree walk needs no list. When there is one, a record at a public suffix that "
         "lacks `psd=y` is read as if it had it, so that names below that suffix do not align "
         "with each other. A file that can't be read is logged and the filter runs without it."},
    {.name = "TestDNSData",
     .type = Type::path,
     .in_sample = InSample::absent,
     .summary = "A file of DNS answers to use instead of the network, for tests only.",
     .details =
         "Each line is a name, blanks and the text of its TXT record, for example "
         "`_dmarc.example.org v=DMARC1; p=reject`. Names that begin with `_dmarc.` and are not in "
         "the file do not exist; everything else that is not in it is looked up in the DNS."},
});

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
     .default_value = "enforced",
     .words = {"enforced", "accept", "tempfail"},
     .summary = "What is done with mail that can't be judged because the DNS fails for the moment: "
                "`enforced`, `accept` or `tempfail`.",
     .details =
         "With `enforced` mail is deferred with 451 4.7.0 when the policy of its author is "
         "`reject`, `RejectFailures` is on, and only a temporary failure of SPF or DKIM stands "
         "between the two: a sender can choose a domain whose servers never answer. All other "
         "such mail is accepted with `dmarc=temperror`, above all when the policy itself can't be "
         "looked up.\n\n"
         "Whatever is chosen here, mail is deferred with 451 4.3.2 when this filter itself could "
         "not ask a question that matters, because all messages together have as many under way "
         "as it may have: otherwise whoever keeps it busy could get anything in.\n\n"
         "With `accept` all of it is accepted. With `tempfail` all of it is deferred with 451 "
         "4.7.1; mail of a domain whose DNS is broken for days then never arrives."},
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
    {.name = "ARCSelfValidate",
     .type = Type::choice,
     .default_value = "auto",
     .words = {"auto", "true", "false"},
     .summary = "Verify ARC chains here: `auto`, `true` or `false`.",
     .details = "With `auto` they are verified when `DomainWhitelist` names any domain. What was "
                "found is added in an Authentication-Results field of its own. What a trusted "
                "field says of a chain that is not verified here is recorded and logged, and "
                "excuses nothing."},
    {.name = "DomainWhitelist",
     .type = Type::list,
     .example = "lists.example.org",
     .summary = "Domains of ARC sealers whose forwarded mail is accepted although it fails, "
                "separated by commas.",
     .details =
         "The chain must have been verified here (`ARCSelfValidate`) and pass, all of its sealers "
         "must be listed, and the first of them must have found the author authenticated: "
         "`dmarc=pass`, or `dkim=pass` or `spf=pass` for a domain that aligns. The result stays "
         "`dmarc=fail`; only what `RejectFailures` or `HoldQuarantinedMessages` would do is left "
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
