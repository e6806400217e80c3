"""From fields: usual, odd and broken ones, several domains, none."""

from collections.abc import Iterator

from vocabulary import Case, case, message, options, results

ONE_AUTHOR = {
    "plain address": "a@reject.example",
    "angle brackets": "<a@reject.example>",
    "display name": "A Person <a@reject.example>",
    "quoted display name with comma": '"Doe, J" <a@reject.example>',
    "encoded display name": "=?utf-8?q?J=C3=B6rg?= <a@reject.example>",
    "other address in quotes": '"a@other.example" <a@reject.example>',
    "other address in a comment": "(c@other.example) a@reject.example",
    "comment behind": "a@reject.example (A Person)",
    "nested comments": "a@reject.example (A (the) Person)",
    "quoted local part": '"a b"@reject.example',
    "local part with at sign in quotes": '"a@b"@reject.example',
    "dotted local part": "a.b.c@reject.example",
    "plus address": "a+tag@reject.example",
    "upper case": "A@REJECT.EXAMPLE",
    "folded": "A Person\n <a@reject.example>",
    "tab": "A Person\t<a@reject.example>",
    "two addresses of one domain": "a@reject.example, b@reject.example",
    "two addresses of one domain in other case": "<a@reject.example>, <b@REJECT.EXAMPLE>",
    "trailing comma": "a@reject.example,",
}

# Odd, and yet one author for both filters.
ODD = {
    "name with colon": "Foo:bar <a@reject.example>",
    "name with dot": "J. Doe <a@reject.example>",
    "name with at sign": "a@other.example <a@reject.example>",
    "group of one": "Group: a@reject.example;",
    "underscore": "a@_x.reject.example",
    "single label": "a@localhost",
    "Latin-1 name": b"J\xf6rg <a@reject.example>",
    "A-label": "a@xn--bcher-kva.example",
}

# A domain that OpenDMARC does not see.
HIDDEN = {
    "source route": "<@relay.example:a@reject.example>",
    "open parenthesis in quotes": '"(" <a@reject.example>, x@other.example',
}

# No clean address list, but both find the same author.
DEFECTIVE = {
    "final dot": "a@reject.example.",
    "missing bracket": "<a@reject.example",
    "two at signs": "a@b@reject.example",
    "blank in the local part": "a b@reject.example",
    "comment inside the domain": "a@rej(c)ect.example",
    "address and a word": "a@reject.example, b",
    "address behind a semicolon": "a@reject.example; b@other.example",
    "two angle addresses": "<a@reject.example> <c@other.example>",
    "leading dot": "a@.reject.example",
    "label of 64": f"a@{'x' * 64}.reject.example",
    "domain alone": "<@reject.example>",
    "three addresses, one without domain": "a@reject.example, b, c@reject.example",
}

# OpenDMARC looks up a name that nobody can have, or gives up.
MISREAD = {
    "stray bracket": "a@reject.example>",
    "word and an address": "a, b@reject.example",
    "quoted domain": 'a@"reject.example"',
    "double dot": "a@reject..example",
    "open comment": "a@reject.example (comment",
    "open quote": '"unterminated <a@reject.example>',
    "very long name": f"a@{'x.' * 130}reject.example",
    "comment alone": "(a@reject.example)",
}

UNUSABLE = {
    "address literal": "a@[192.0.2.1]",
    "two words as the domain": "a@reject example",
}

NO_AUTHOR = {
    "empty brackets": "<>",
    "empty": "",
    "blank": " ",
    "only a name": "A Person",
    "local part alone": "<a>",
    "undisclosed": "undisclosed-recipients:;",
}

SEVERAL_DOMAINS = {
    "two": "a@reject.example, b@other.example",
    "two, the second protected": "a@other.example, b@reject.example",
    "two in brackets": "A <a@reject.example>, B <b@other.example>",
    "group of two": "Group: a@reject.example, b@other.example;",
    "sub-domain and domain": "a@reject.example, b@sub.reject.example",
}

CLASSES = {"clean": ONE_AUTHOR, "odd": ODD, "hidden domain": HIDDEN, "defective": DEFECTIVE, "misread": MISREAD,
           "blanks": {"around the signs": "a @ reject . example"}, "U-label": {"author": "a@b\u00fccher.example"},
           "unusable": UNUSABLE, "no author": NO_AUTHOR, "empty domain": {"after the at sign": "a@"},
           "several domains": SEVERAL_DOMAINS}

SIGNED = "dkim=pass header.d=reject.example"

OPTIONS = {
    "accepting": ("RejectFailures true",),
    "RequiredHeaders": ("RejectFailures true", "RequiredHeaders true"),
}


def cases() -> Iterator[Case]:
    for how, lines in OPTIONS.items():
        for kind, table in CLASSES.items():
            for what, value in table.items():
                yield case(f"from_field/{how}: {kind}: {what}", options(*lines), message(value))
    for kind in ("clean", "odd", "defective", "blanks"):
        for what, value in CLASSES[kind].items():
            yield case(f"from_field/authenticated: {kind}: {what}", options(), message(value, above=results(SIGNED)))
    for what, value in SEVERAL_DOMAINS.items():
        yield case(f"from_field/RejectMultiValueFrom: {what}", options("RejectMultiValueFrom true"), message(value))
    marking = options()
    yield case("from_field/no field", marking, message(None))
    yield case("from_field/two fields", marking, message("a@reject.example", below="From: b@none.example"))
    yield case("from_field/two fields of one domain", marking, message("a@reject.example", below="From: b@reject.example"))
    yield case("from_field/unusual case of the name", marking, message(None, above="FROM: a@reject.example"))
    yield case("from_field/at the end of the header", marking, message(None, below="From: a@reject.example"))
