"""What is kept and copied: history records, CopyFailuresTo."""

from collections.abc import Iterator

from vocabulary import ATTACKER_V6, GENUINE, HOST, Case, case, genuine, message, options, results

DOMAINS = ("none.example", "quarantine.example", "reject.example", "norecord.example", "sub.reject.example",
           "sub.spquarantine.example", "strict.example", "missing.example")

SIGNATURES = {
    "no selector": results("dkim=pass header.d=none.example"),
    "selector": results("dkim=pass header.d=none.example header.s=key"),
    "two": results("dkim=pass header.d=none.example header.s=key; dkim=fail header.d=esp.example header.s=other"),
    "unknown result": results("dkim=hardfail header.d=none.example header.s=key"),
    "every result": results("; ".join(f"dkim={word} header.d={word}.example header.s=s" for word in
                                      ("none", "policy", "neutral", "temperror", "permerror", "discard"))),
}

# The address that every reader of the case's configuration ignores.
TO = {
    "listed": "archive@example.net",
    "listed in brackets": "An Archive <archive@example.net>",
    "listed among others": "a@example.net, archive@example.net",
    "listed in capitals": "Archive@EXAMPLE.net",
    "not listed": "a@example.net",
}


def cases() -> Iterator[Case]:
    everything = options("RecordAllMessages true", "SPFSelfValidate true")
    for domain in DOMAINS:
        yield case(f"records_kept/RecordAllMessages: {domain}", everything, genuine(f"a@{domain}"), client=GENUINE)
    yield case("records_kept/RecordAllMessages: no author", everything, message(None))
    yield case("records_kept/RecordAllMessages: several authors", everything, message("a@none.example, b@reject.example"))
    yield case("records_kept/RecordAllMessages: null sender", everything, message("a@none.example", sender=""), client=GENUINE)
    yield case("records_kept/RecordAllMessages: IPv6", everything, message("a@none.example"), client=ATTACKER_V6)
    yield case("records_kept/RecordAllMessages: DNS failure", everything, message("a@servfail.records.example"))
    yield case("records_kept/RecordAllMessages: unusable record", everything, message("a@p-bad.records.example"))
    yield case("records_kept/RecordAllMessages: failure options", everything, message("a@fo-1.records.example"))
    yield case("records_kept/RecordAllMessages: no queue id", everything, message("a@none.example", job=False))
    yield case("records_kept/RecordAllMessages: other MTA name", everything, message("a@none.example"),
               macros={"j": "mx2.example.net"})
    for what, field in SIGNATURES.items():
        yield case(f"records_kept/signatures: {what}", options(), message("a@none.example", above=field))
    ignoring = options().with_ours("IgnoreMailTo archive@example.net")
    for what, address in TO.items():
        yield case(f"records_kept/IgnoreMailTo: {what}", ignoring,
                   message(fields=f"From: a@none.example\nTo: {address}\nDate: Mon, 23 Nov 2026 10:00:00 +0000"))
    yield case("records_kept/IgnoreMailTo: listed in the envelope", ignoring,
               message("a@none.example", recipients=("inbox@victim.example", "archive@example.net")))
    for how, lines in (("marking", ()), ("enforcing", ("RejectFailures true", "HoldQuarantinedMessages true"))):
        copying = options("CopyFailuresTo postmaster@example.net", *lines)
        for domain in ("none.example", "quarantine.example", "reject.example", "norecord.example"):
            yield case(f"records_kept/CopyFailuresTo, {how}: {domain}", copying, message(f"a@{domain}"))
        yield case(f"records_kept/CopyFailuresTo, {how}: pass", copying,
                   message(above=results("dkim=pass header.d=reject.example")))
    # The configuration that everybody starts from.
    usual = options("AuthservID OpenDMARC", f"TrustedAuthservIDs {HOST}", "IgnoreAuthenticatedClients true", "RejectFailures true",
                    "RequiredHeaders true", "SPFIgnoreResults true", "SPFSelfValidate true", base=("HistoryFile {folder}/history",))
    for domain in DOMAINS:
        yield case(f"records_kept/usual configuration: {domain}, genuine", usual, genuine(f"a@{domain}"), client=GENUINE)
        yield case(f"records_kept/usual configuration: {domain}, forged", usual, genuine(f"a@{domain}"))
        yield case(f"records_kept/usual configuration: {domain}, signed", usual,
                   message(f"a@{domain}", above=results(f"dkim=pass header.d={domain}", HOST)))
