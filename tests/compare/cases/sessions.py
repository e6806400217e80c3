"""Connections: several messages, clients that give up at every stage, odd clients."""

from collections.abc import Iterator

from vocabulary import ATTACKER_V6, GENUINE, GENUINE_V6, Case, case, genuine, message, options, results

STAGES = ("mail", "rcpt", "data", "header", "end of header", "body")

# What other MTAs offer: milter version, actions, steps.
OFFERS = {
    "Postfix without changes of the envelope": (6, 0x1FF & ~0xCC, 0x1FFFFF),
    "Sendmail 8.14": (6, 0x1FF, 0x1FFFFF),
    "version 4": (4, 0x3F, 0xFF),
    "version 2": (2, 0x3F, 0x7F),
    "no quarantine": (6, 0x1FF & ~0x20, 0x1FFFFF),
    "no new fields": (6, 0x1FF & ~0x01, 0x1FFFFF),
    "no removal of fields": (6, 0x1FF & ~0x10, 0x1FFFFF),
    "no choice of macros": (6, 0x1FF & ~0x100, 0x1FFFFF),
    "nothing": (6, 0, 0),
}


def cases() -> Iterator[Case]:
    rejecting = options("RejectFailures true", "SPFSelfValidate true")
    spoof, good = message("a@reject.example"), genuine("a@reject.example")
    for stage in STAGES:
        given_up = message("a@quarantine.example", above=results("dkim=pass header.d=reject.example"), stop=stage)
        yield case(f"sessions/given up after {stage}, then another message", rejecting, given_up, spoof, client=GENUINE)
        yield case(f"sessions/given up after {stage}", rejecting, given_up)
        yield case(f"sessions/broken off after {stage}", rejecting, given_up, drop=True)
    yield case("sessions/no message", rejecting)
    yield case("sessions/no message, broken off", rejecting, drop=True)
    yield case("sessions/three messages", rejecting, good, spoof, good, client=GENUINE)
    yield case("sessions/five authors", rejecting, *(message(f"a@{name}.example") for name in
                                                      ("none", "quarantine", "reject", "norecord", "none")))
    yield case("sessions/results of one message do not count for the next", rejecting,
               message("a@reject.example", above=results("dkim=pass header.d=reject.example")), spoof)
    yield case("sessions/the same sender twice", rejecting, good, good, client=GENUINE)
    yield case("sessions/null sender between two others", rejecting, good, message("a@reject.example", sender=""), good,
               client=GENUINE, helo="helo.reject.example")
    yield case("sessions/IPv6", rejecting, good, spoof, client=GENUINE_V6)
    yield case("sessions/IPv6 attacker", rejecting, genuine("a@reject.example"), client=ATTACKER_V6)
    yield case("sessions/IPv4 in IPv6", rejecting, good, client=("mail.genuine.example", "::ffff:203.0.113.5"))
    yield case("sessions/client without an address", rejecting, spoof, client=("unknown", None))
    yield case("sessions/no queue id", rejecting, message("a@none.example", job=False))
    yield case("sessions/no macro j", rejecting, message("a@none.example"), macros={"j": ""})
    yield case("sessions/no recipient", rejecting, message("a@none.example", recipients=()))
    yield case("sessions/many recipients", rejecting,
               message("a@none.example", recipients=tuple(f"u{n}@victim.example" for n in range(50))))
    yield case("sessions/no body", rejecting, message("a@none.example", body=b""))
    yield case("sessions/large header", rejecting,
               message("a@none.example", above="".join(f"X-Filler-{n}: {'x' * 70}\n" for n in range(200))))
    for what, offer in OFFERS.items():
        yield case(f"sessions/offer: {what}", rejecting,
                   message("a@none.example", above=results("dkim=pass header.d=none.example")), spoof, offer=offer)
