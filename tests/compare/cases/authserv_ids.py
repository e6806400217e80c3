"""Whose Authentication-Results fields are believed, and under which name ours are written."""

from collections.abc import Iterator

from vocabulary import HOST, Case, case, message, options, results

SPF_SELF = "SPFSelfValidate true"

# The lines about names, and the name under which another filter reports a pass for the author.
NAMES = (
    (("AuthservID mx.example.net",), "mx.example.net"),
    (("AuthservID mx.example.net",), "MX.Example.NET"),
    (("AuthservID MX.example.net",), "mx.example.net"),
    (("AuthservID mx.example.net",), "other.example.net"),
    (("AuthservID mx.example.net",), "mx.example.net.evil.example"),
    (("AuthservID mx.example.net",), HOST),
    (("AuthservID HOSTNAME",), HOST),
    (("AuthservID HOSTNAME",), "HOSTNAME"),
    (("AuthservID hostname",), "hostname"),
    ((), HOST),
    ((), "mx.example.net"),
    (("AuthservID one.example.net,two.example.net",), "one.example.net"),
    (("AuthservID one.example.net, two.example.net",), "two.example.net"),
    (("AuthservID one.example.net, two.example.net",), "TWO.example.net"),
    (("AuthservID mx.example.net", "TrustedAuthservIDs a.example.net,b.example.net"), "a.example.net"),
    (("AuthservID mx.example.net", "TrustedAuthservIDs a.example.net, b.example.net"), "b.example.net"),
    (("AuthservID mx.example.net", "TrustedAuthservIDs a.example.net"), "A.example.net"),
    (("AuthservID mx.example.net", "TrustedAuthservIDs a.example.net"), "mx.example.net"),
    (("AuthservID mx.example.net", "TrustedAuthservIDs mx.example.net,a.example.net"), "mx.example.net"),
    (("AuthservID one.example.net,two.example.net", "TrustedAuthservIDs a.example.net"), "a.example.net"),
    (("AuthservID mx.example.net", "TrustedAuthservIDs HOSTNAME"), HOST),
    (("AuthservID OpenDMARC", "TrustedAuthservIDs " + HOST), HOST),
    (("AuthservID OpenDMARC", "TrustedAuthservIDs " + HOST), "OpenDMARC"),
)

JOB_IDS = ("mx.example.net/QUEUE1", "MX.example.net/QUEUE1", "mx.example.net/OTHER", "mx.example.net/queue1",
           "mx.example.net/", "mx.example.net", "/QUEUE1", "a.example.net/QUEUE1", "other.example.net/QUEUE1")

FORMS = {
    "version": "mx.example.net 1; dkim=pass header.d=reject.example",
    "comment behind the name": "mx.example.net (a comment); dkim=pass header.d=reject.example",
    "comment before the name": "(a comment) mx.example.net; dkim=pass header.d=reject.example",
    "quoted name": '"mx.example.net"; dkim=pass header.d=reject.example',
    "folded": "mx.example.net;\n\tdkim=pass\n\theader.d=reject.example",
    "no blanks": "mx.example.net;dkim=pass header.d=reject.example",
    "blanks around signs": "mx.example.net ; dkim = pass header.d = reject.example",
    "upper case": "mx.example.net; DKIM=PASS HEADER.D=reject.example",
    "reason": 'mx.example.net; dkim=pass reason="good; signature" header.d=reject.example',
    "comment in the result": "mx.example.net; dkim=pass (2048-bit key) header.d=reject.example header.s=key",
    "selector first": "mx.example.net; dkim=pass header.s=key header.d=reject.example",
    "as OpenDKIM writes": "mx.example.net;\n\tdkim=pass (2048-bit key; unprotected) header.d=reject.example "
                          "header.i=@reject.example header.a=rsa-sha256 header.s=key header.b=AbCd1234",
    "only header.i": "mx.example.net; dkim=pass header.i=@reject.example",
    "two signatures, the second aligned": "mx.example.net; dkim=pass header.d=esp.example; dkim=pass header.d=reject.example",
    "two signatures, the second failed": "mx.example.net; dkim=pass header.d=reject.example; dkim=fail header.d=reject.example",
    "unknown result": "mx.example.net; dkim=hardfail header.d=reject.example",
    "unknown method first": "mx.example.net; x-new=pass; dkim=pass header.d=reject.example",
    "bimi beside": "mx.example.net; bimi=pass header.d=reject.example; dkim=pass header.d=reject.example",
    "unknown property type": "mx.example.net; x=pass new.thing=1; dkim=pass header.d=reject.example",
    "other's dmarc": "mx.example.net; dmarc=pass header.from=reject.example",
    "property type arc": "mx.example.net; dkim=pass header.d=reject.example; arc=pass arc.chain=lists.example",
    "none": "mx.example.net; none",
    "none and more": "mx.example.net; none; dkim=pass header.d=reject.example",
    "method version": "mx.example.net; dkim/1=pass header.d=reject.example",
    "trailing semicolon": "mx.example.net; dkim=pass header.d=reject.example;",
    "no name": "dkim=pass header.d=reject.example",
    "no result": "mx.example.net",
    "open quote": 'mx.example.net; dkim=pass reason="open header.d=reject.example',
    "garbage behind": "mx.example.net; dkim=pass header.d=reject.example; ???",
    "quoted value": 'mx.example.net; dkim=pass header.d="reject.example"',
    "value with a comment glued": "mx.example.net; dkim=pass header.d=reject.example(.evil.example",
    "non-ASCII domain": "mx.example.net; dkim=pass header.d=b\u00fccher.example",
    "domain with an underscore": "mx.example.net; dkim=pass header.d=_x.reject.example",
    "spf of a full address": "mx.example.net; spf=pass smtp.mailfrom=b@reject.example",
    "spf of the helo name": "mx.example.net; spf=pass smtp.helo=reject.example",
    "spf of another sender": "mx.example.net; spf=pass smtp.mailfrom=other.reject.example",
    "domainkeys": "mx.example.net; domainkeys=pass header.d=reject.example",
}

# Several fields, the topmost first.
SEVERAL = {
    "genuine fail above a forged pass": (results("dkim=fail header.d=reject.example"), results("dkim=pass header.d=reject.example")),
    "pass above a fail": (results("dkim=pass header.d=reject.example"), results("dkim=fail header.d=reject.example")),
    "dkim and spf apart": (results("dkim=fail header.d=reject.example"), results("spf=pass smtp.mailfrom=reject.example")),
    "untrusted above trusted": (results("dkim=fail header.d=reject.example", "other.example.net"),
                                results("dkim=pass header.d=reject.example")),
    "spf none above spf pass": (results("spf=none smtp.mailfrom=reject.example"), results("spf=pass smtp.mailfrom=reject.example")),
    "forged dmarc": (results("dmarc=pass header.from=reject.example"),),
    "spf pass twice": (results("spf=pass smtp.mailfrom=reject.example"), results("spf=pass smtp.mailfrom=reject.example")),
}

PASS = "dkim=pass header.d=reject.example"

# What another filter reports of a message whose signature does not hold: it is about another body.
SIGNATURE = ("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=reject.example; s=key; h=from:to:subject;\n"
             "\tbh=MUVFhZAZCS9ndyWKKUsiW8ftTBbdTJ1kkQ8Idr6f7PU=; b=AbCd1234\n")
SIGNED = {
    "pass": results("dkim=pass header.d=reject.example header.s=key header.b=AbCd1234"),
    "fail": results("dkim=fail header.d=reject.example header.s=key header.b=AbCd1234"),
    "nothing": "",
}


def cases() -> Iterator[Case]:
    list_line = "PublicSuffixList {suffixes}"
    for lines, name in NAMES:
        configuration = options(*lines, base=(list_line,))
        shown = "; ".join(lines) or "no name set"
        yield case(f"authserv_ids/{shown}: field of {name}", configuration,
                   message("a@reject.example", above=results(PASS, name)))
    for lines in ((), ("TrustedAuthservIDs a.example.net",)):
        with_job = options("AuthservIDWithJobID true", *lines)
        for name in JOB_IDS:
            yield case(f"authserv_ids/job id{', trusting another' if lines else ''}: field of {name}", with_job,
                       message("a@reject.example", above=results(PASS, name)))
    yield case("authserv_ids/job id: own check", options("AuthservIDWithJobID true", SPF_SELF),
               message("a@reject.example", sender="b@reject.example"))
    yield case("authserv_ids/job id: none known", options("AuthservIDWithJobID true"), message("a@reject.example", job=False))
    for what, value in FORMS.items():
        yield case(f"authserv_ids/form: {what}", options(),
                   message("a@reject.example", sender="b@reject.example", above=f"Authentication-Results: {value}"))
    believing_any = options().with_ours("AuthResultsTrust any")
    for what in ("unknown property type", "method version"):
        yield case(f"authserv_ids/any: {what}", believing_any,
                   message("a@reject.example", sender="b@reject.example", above=f"Authentication-Results: {FORMS[what]}"))
    for what, fields in SIGNED.items():
        yield case(f"authserv_ids/signed: {what} reported", options(),
                   message("a@reject.example", sender="b@reject.example", above=fields, below=SIGNATURE))
    for what, fields in SEVERAL.items():
        yield case(f"authserv_ids/several: {what}", options(),
                   message("a@reject.example", sender="b@reject.example", above="".join(fields)))
    yield case("authserv_ids/several: forged below the author", options(),
               message("a@reject.example", below=results(PASS)))
    yield case("authserv_ids/macro j is another name", options(base=(list_line,)),
               message("a@reject.example", above=results(PASS, "mx2.example.net")), macros={"j": "mx2.example.net"})
