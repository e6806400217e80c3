"""Whose authentication counts for whom, and which policy covers a sub-domain."""

from collections.abc import Iterator

from vocabulary import Case, case, message, options, results

# Author's domain, the domain that a filter in front authenticated.
PAIRS = (
    ("reject.example", "reject.example"),
    ("reject.example", "REJECT.example"),
    ("Reject.Example", "reject.example"),
    ("reject.example", "sub.reject.example"),
    ("sub.reject.example", "reject.example"),
    ("sub.reject.example", "other.reject.example"),
    ("a.b.reject.example", "c.d.reject.example"),
    ("reject.example", "quarantine.example"),
    ("reject.example", "notreject.example"),
    ("reject.example", "reject.example.net"),
    ("reject.example", "example"),
    ("reject.co.example", "reject.co.example"),
    ("reject.co.example", "sub.reject.co.example"),
    ("reject.co.example", "other.co.example"),
    ("reject.co.example", "co.example"),
    ("strict.example", "strict.example"),
    ("strict.example", "sub.strict.example"),
    ("sub.strict.example", "strict.example"),
    ("sub.strict.example", "sub.strict.example"),
    ("strictdkim.example", "strictdkim.example"),
    ("strictdkim.example", "sub.strictdkim.example"),
    ("x.example", "x.example"),
    ("x.example", "evil.example"),
    ("q.reject.example", "reject.example"),
)

# A domain, its nearest record being that of the domain above.
SUB_DOMAINS = (
    "spnone.example", "sub.spnone.example",
    "spquarantine.example", "sub.spquarantine.example",
    "spreject.example", "sub.spreject.example", "a.b.c.spreject.example", "missing.spreject.example",
    "own.spreject.example", "sub.own.spreject.example",
    "np.example", "sub.np.example", "missing.np.example",
    "nothing.at.all.example", "reject.co.example", "sub.reject.co.example", "other.co.example", "example",
)


def cases() -> Iterator[Case]:
    rejecting = options("RejectFailures true")
    for author, identity in PAIRS:
        yield case(f"alignment/DKIM of {identity} for {author}", rejecting,
                   message(f"a@{author}", above=results(f"dkim=pass header.d={identity}")))
        yield case(f"alignment/SPF of {identity} for {author}", rejecting,
                   message(f"a@{author}", sender=f"b@{identity}", above=results(f"spf=pass smtp.mailfrom={identity}")))
    enforcing = options("RejectFailures true", "HoldQuarantinedMessages true")
    for domain in SUB_DOMAINS:
        yield case(f"alignment/policy for {domain}", enforcing, message(f"a@{domain}"))
    without_list = options("RejectFailures true", base=("AuthservID mx.example.net",))
    for author, identity in (("sub.reject.example", "reject.example"), ("reject.example", "sub.reject.example"),
                             ("sub.reject.example", "other.reject.example")):
        yield case(f"alignment/no suffix list: {identity} for {author}", without_list,
                   message(f"a@{author}", above=results(f"dkim=pass header.d={identity}")))
