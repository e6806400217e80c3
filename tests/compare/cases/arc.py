"""ARC chains, ARC results of a filter in front, and the DomainWhitelist that lets the one or the other excuse a failure."""

from collections.abc import Iterator

from vocabulary import Case, case, message, options, results

CHAIN = "arc.chain=lists.example"
SEAL = "ARC-Seal: i={i}; a=rsa-sha256; d={d}; s=arc; t=1; cv={cv}; b=AAAA"
RESULTS = "ARC-Authentication-Results: i={i}; {d}; spf=pass smtp.mailfrom=reject.example; arc={arc} smtp.remote-ip={ip}"


def chain(*sealers: tuple[str, str]) -> str:
    """The ARC fields of these sealers, each with the address of its client, the latest on top."""
    fields = ""
    for number, (domain, ip) in enumerate(sealers, 1):
        first = number == 1
        fields = "\n".join((SEAL.format(i=number, d=domain, cv="none" if first else "pass"),
                            RESULTS.format(i=number, d=domain, arc="none" if first else "pass", ip=ip), fields))
    return fields


REPORTED = {
    "pass of a trusted sealer": results(f"arc=pass {CHAIN}"),
    "pass of two trusted sealers": results("arc=pass arc.chain=lists.example:relay.example"),
    "pass of a trusted and a foreign sealer": results("arc=pass arc.chain=lists.example:evil.example"),
    "pass of a foreign sealer": results("arc=pass arc.chain=evil.example"),
    "pass in capitals": results("arc=pass arc.chain=LISTS.example"),
    "pass without a chain": results("arc=pass"),
    "pass as OpenARC writes": results(f"arc=pass smtp.remote-ip=192.0.2.7 {CHAIN}"),
    "fail": results(f"arc=fail {CHAIN}"),
    "none": results("arc=none"),
    "pass beside DKIM fail": results(f"dkim=fail header.d=reject.example; arc=pass {CHAIN}"),
    "two passes": results(f"arc=pass {CHAIN}") + results(f"arc=pass {CHAIN}"),
    "untrusted pass": results(f"arc=pass {CHAIN}", "other.example.net"),
    "nothing": "",
}

CHAINS = {
    "one set": chain(("lists.example", "192.0.2.7")),
    "two sets": chain(("relay.example", "192.0.2.6"), ("lists.example", "192.0.2.7")),
    "seal alone": SEAL.format(i=1, d="lists.example", cv="none"),
    "results alone": RESULTS.format(i=1, d="lists.example", arc="none", ip="192.0.2.7"),
    "results without an address": "\n".join((SEAL.format(i=1, d="lists.example", cv="none"),
                                             "ARC-Authentication-Results: i=1; lists.example; arc=none")),
    "unreadable seal": "ARC-Seal: nonsense",
    "unreadable results": "ARC-Authentication-Results: nonsense",
    "quotation mark in the selector": "\n".join((SEAL.format(i=1, d="lists.example", cv="none").replace("s=arc", 's=a"c'),
                                                 RESULTS.format(i=1, d="lists.example", arc="none", ip="192.0.2.7"))),
}

# Real sets, for messages of these domains with the usual body: one key signs for everybody (RFC 8463 appendix A.2).
SEALED = {
    "reject.example": """\
ARC-Seal: i=1; a=ed25519-sha256; d=lists.example; s=arc; cv=none;
 b=/Q3nBgRDOWLFRS9JrjrglKw8Ac9bG0c/u05VvHm1wKHH7dAq+fRDnaYPemh8gtLkYv8mjg9mQU3WsHEti2lOBw==
ARC-Message-Signature: i=1; a=ed25519-sha256; d=lists.example; s=arc; c=relaxed/relaxed; h=from;
 bh=l01zRbEvQW57iYDMBkgaM3wYCvQ5xNXYH6Y2WgG+vrk=;
 b=A5nyqKxrwcKqmfbmbupWGzf6D1uf+MWcjBVQ5o2MlNj4xq7DbewCkWBrp2QeqIqrId/hh09XnMSB62kEd1fuDQ==
ARC-Authentication-Results: i=1; lists.example; dmarc=pass header.from=reject.example; arc=none
 smtp.remote-ip=192.0.2.7
""",
    "quarantine.example": """\
ARC-Seal: i=1; a=ed25519-sha256; d=lists.example; s=arc; cv=none;
 b=xpTq+ArSEmigrhBKRSs2to2yEqlnjl4RW7dFLOygtoSbnyc9w9Eo9vXEgEDbrzBiMlRYajw9ktFkHX+YXmBZAQ==
ARC-Message-Signature: i=1; a=ed25519-sha256; d=lists.example; s=arc; c=relaxed/relaxed; h=from;
 bh=l01zRbEvQW57iYDMBkgaM3wYCvQ5xNXYH6Y2WgG+vrk=;
 b=pFpbxd9Rt+IDGLQq2r0eClRPAXnWAI7GwdOqlM1JJ5+/w3zUoSstnw2/NJmVhMg4A0NsBNRJJFWXxcCIh9I5CQ==
ARC-Authentication-Results: i=1; lists.example; dmarc=pass header.from=quarantine.example;
 arc=none smtp.remote-ip=192.0.2.7
""",
}


def cases() -> Iterator[Case]:
    white = options("RejectFailures true", "HoldQuarantinedMessages true", "DomainWhitelist lists.example, relay.example",
                    "CopyFailuresTo postmaster@example.net")
    for what, fields in REPORTED.items():
        for domain in ("reject.example", "quarantine.example"):
            yield case(f"arc/{domain}: {what}", white, message(f"a@{domain}", above=fields))
    for domain, fields in SEALED.items():
        yield case(f"arc/sealed: {domain}", white, message(f"a@{domain}", above=REPORTED["pass of a trusted sealer"] + fields))
    yield case("arc/none.example: pass", white, message("a@none.example", above=REPORTED["pass of a trusted sealer"]))
    yield case("arc/aligned DKIM: pass", white,
               message(above=results("dkim=pass header.d=reject.example") + results(f"arc=pass {CHAIN}")))
    for what, fields in CHAINS.items():
        yield case(f"arc/chain: {what}", white, message(above=REPORTED["pass of a trusted sealer"] + fields))
    no_list = options("RejectFailures true")
    yield case("arc/no list: pass", no_list, message(above=REPORTED["pass of a trusted sealer"]))
    from_file = options("RejectFailures true", "DomainWhitelistFile {folder}/white", white="# sealers\nlists.example\nrelay.example # two\n")
    for what in ("pass of a trusted sealer", "pass of two trusted sealers", "pass of a foreign sealer"):
        yield case(f"arc/list file: {what}", from_file, message(above=REPORTED[what]))
    marking = options("DomainWhitelist lists.example")
    yield case("arc/marking: pass", marking, message(above=REPORTED["pass of a trusted sealer"]))
