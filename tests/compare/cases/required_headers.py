"""RequiredHeaders: fields that are missing or that come twice."""

from collections.abc import Iterator

from vocabulary import Case, case, message, options

COMPLETE = {
    "From": "a@none.example", "Date": "Mon, 23 Nov 2026 10:00:00 +0000", "Reply-To": "a@none.example",
    "To": "inbox@victim.example", "Cc": "c@victim.example", "Bcc": "d@victim.example", "Message-Id": "<1@none.example>",
    "In-Reply-To": "<0@none.example>", "References": "<0@none.example>", "Subject": "Hello", "Sender": "s@none.example",
}


def header(fields: list[tuple[str, str]]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in fields)


def cases() -> Iterator[Case]:
    for how, lines in (("on", ("RequiredHeaders true",)), ("off", ())):
        configuration = options(*lines)
        yield case(f"required_headers/{how}: complete", configuration, message(fields=header([*COMPLETE.items()])))
        for name, value in COMPLETE.items():
            others = [(other, text) for other, text in COMPLETE.items() if other != name]
            if how == "on" or name in ("From", "Date"):
                yield case(f"required_headers/{how}: no {name}", configuration, message(fields=header(others)))
            if how == "on" or name in ("From", "Subject"):
                yield case(f"required_headers/{how}: two {name}", configuration,
                           message(fields=header([*COMPLETE.items(), (name, value)])))
    on = options("RequiredHeaders true")
    yield case("required_headers/on: two To in different case", on,
               message(fields=header([*COMPLETE.items(), ("tO", "x@victim.example")])))
    yield case("required_headers/on: neither From nor Date", on, message(fields="Subject: Hello\n"))
    yield case("required_headers/on: no Date and two Subject", on,
               message(fields="From: a@none.example\nSubject: a\nSubject: b\n"))
    yield case("required_headers/on: empty Date", on, message(fields="From: a@none.example\nDate:\n"))
    yield case("required_headers/on: a bounce of nobody", on,
               message(fields="From: Mail Delivery Subsystem <MAILER-DAEMON>\nDate: x\n", sender=""))
    yield case("required_headers/on: no field at all", on, message(fields=""))
