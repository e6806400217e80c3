"""DMARC records: usual, odd and broken ones."""

from collections.abc import Iterator

from vocabulary import Case, case, message, options

# The domain NAME.records.example has the record; each message is unauthenticated.
RECORDS = {
    "minimal": "v=DMARC1; p=reject",
    "no-blanks": "v=DMARC1;p=reject",
    "semicolon-at-end": "v=DMARC1; p=reject;",
    "two-semicolons": "v=DMARC1;; p=reject",
    "blanks": "v = DMARC1 ; p = reject",
    "upper-case-tags": "v=DMARC1; P=reject",
    "upper-case-value": "v=DMARC1; p=REJECT",
    "unknown-tags": "v=DMARC1; p=reject; x=y; z=",
    "newer-tags": "v=DMARC1; p=reject; np=none; psd=n",
    "testing": "v=DMARC1; p=reject; t=y",
    "testing-quarantine": "v=DMARC1; p=quarantine; t=y",
    "pct-100": "v=DMARC1; p=reject; pct=100",
    "pct-0": "v=DMARC1; p=reject; pct=0",
    "pct-0-quarantine": "v=DMARC1; p=quarantine; pct=0",
    "pct-bad": "v=DMARC1; p=reject; pct=abc",
    "pct-200": "v=DMARC1; p=reject; pct=200",
    "rf-afrf": "v=DMARC1; p=reject; rf=afrf",
    "rf-iodef": "v=DMARC1; p=reject; rf=iodef",
    "rf-bad": "v=DMARC1; p=reject; rf=xml",
    "ri": "v=DMARC1; p=reject; ri=3600",
    "ri-bad": "v=DMARC1; p=reject; ri=daily",
    "fo-1": "v=DMARC1; p=reject; fo=1; ruf=mailto:f@records.example",
    "fo-bad": "v=DMARC1; p=reject; fo=x",
    "adkim-bad": "v=DMARC1; p=reject; adkim=x",
    "adkim-word": "v=DMARC1; p=reject; adkim=strict",
    "aspf-bad": "v=DMARC1; p=reject; aspf=x",
    "sp-bad": "v=DMARC1; p=reject; sp=x",
    "p-prefix": "v=DMARC1; p=r",
    "p-bad": "v=DMARC1; p=block",
    "p-bad-rua": "v=DMARC1; p=block; rua=mailto:d@records.example",
    "p-missing": "v=DMARC1; adkim=r",
    "p-missing-rua": "v=DMARC1; rua=mailto:d@records.example",
    "p-twice": "v=DMARC1; p=none; p=reject",
    "rua-twice": "v=DMARC1; p=reject; rua=mailto:a@records.example; rua=mailto:b@records.example",
    "rua-size": "v=DMARC1; p=reject; rua=mailto:a@records.example!10m",
    "rua-list": "v=DMARC1; p=reject; rua=mailto:a@records.example, mailto:b@records.example",
    "rua-empty-element": "v=DMARC1; p=reject; rua=mailto:a@records.example,,mailto:b@records.example",
    "rua-not-mail": "v=DMARC1; p=reject; rua=https://records.example/d",
    "rua-bare": "v=DMARC1; p=reject; rua=a@records.example",
    "v-not-first": "p=reject; v=DMARC1",
    "v-lower-case": "v=dmarc1; p=reject",
    "v-2": "v=DMARC2; p=reject",
    "v-longer": "v=DMARC1.5; p=reject",
    "other-text": "google-site-verification=xyz",
    "only-version": "v=DMARC1",
    "empty-p": "v=DMARC1; p=",
    "comma": "v=DMARC1, p=reject",
    "quoted-value": "v=DMARC1; p=\\\"reject\\\"",
}

# What zone.txt lists below records.example besides.
NAMES = ("two-records", "two-records-one-other", "other-record-first", "split-record", "alias", "alias-chain", "dangling",
         "nodata", "nonexistent", "wildcard.any", "servfail", "refused", "timeout", "sub.servfail", "below.servfail-parent")


def zone() -> str:
    """The records above, as lines of a zone."""
    return "".join(f'{name}.records.example A 203.0.113.5\n_dmarc.{name}.records.example TXT "{text}"\n'
                   for name, text in RECORDS.items())


def cases() -> Iterator[Case]:
    enforcing = options("RejectFailures true", "HoldQuarantinedMessages true")
    for name in (*RECORDS, *NAMES):
        yield case(f"records/{name}", enforcing, message(f"a@{name}.records.example"))
    for name in ("p-prefix", "pct-0", "rf-iodef", "two-records", "alias", "servfail", "timeout"):
        yield case(f"records/{name}, authenticated", enforcing,
                   message(f"a@{name}.records.example",
                           above=f"Authentication-Results: mx.example.net; dkim=pass header.d={name}.records.example"))
