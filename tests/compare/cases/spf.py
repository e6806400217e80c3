"""SPF: our own check, Received-SPF, and which of them counts."""

from collections.abc import Iterator

from vocabulary import ATTACKER, ATTACKER_V6, GENUINE, GENUINE_V6, Case, case, message, options, results

SELF = options("SPFSelfValidate true")

# The domains of zone.txt, from the host that they permit and from one that they don't.
DOMAINS = ("reject.example", "soft.example", "unsure.example", "nospf.example", "badspf.example", "twospf.example",
           "brokenspf.example", "mechanisms.example", "redirect.example", "macro.example", "norecord.example",
           "missing.example")

# More of zone.txt, about the mechanisms.
MECHANISMS = ("a-net", "a-host", "mx-net", "ip4-net", "ip4-all", "capitals", "minus-first", "soft-first", "neutral-first", "no-all",
              "only-version", "unknown-modifier", "explained", "include-pass", "include-none", "include-loop", "redirect-none",
              "redirect-after-all", "local-part", "reversed", "helo-macro", "second-string", "other-text", "ten-lookups",
              "eleven-lookups", "alias-spf")

# A Received-SPF field for the sender b@reject.example.
RECEIVED = {
    "pass": 'pass identity=mailfrom; envelope-from="b@reject.example"',
    "pass with comment": "pass (mail.genuine.example: domain of b@reject.example designates 203.0.113.5 as permitted sender) "
                         "identity=mailfrom; client-ip=203.0.113.5; helo=mail.genuine.example; "
                         "envelope-from=b@reject.example; receiver=inbox@victim.example",
    "pass with brackets": "Pass (mailfrom) identity=mailfrom; client-ip=203.0.113.5; helo=mail.genuine.example; "
                          "envelope-from=<b@reject.example>; receiver=<UNKNOWN>",
    "pass for a domain": "pass identity=mailfrom; envelope-from=reject.example",
    "pass, upper case": 'PASS IDENTITY=MAILFROM; ENVELOPE-FROM="b@REJECT.example"',
    "pass without identity": "pass envelope-from=b@reject.example",
    "pass for helo": "pass identity=helo; helo=reject.example; envelope-from=b@reject.example",
    "pass for another sender": 'pass identity=mailfrom; envelope-from="b@attack.example"',
    "bare pass": "pass",
    "fail": 'fail identity=mailfrom; envelope-from="b@reject.example"',
    "softfail": 'softfail identity=mailfrom; envelope-from="b@reject.example"',
    "neutral": 'neutral identity=mailfrom; envelope-from="b@reject.example"',
    "none": 'none identity=mailfrom; envelope-from="b@reject.example"',
    "temperror": 'temperror identity=mailfrom; envelope-from="b@reject.example"',
    "permerror": 'permerror identity=mailfrom; envelope-from="b@reject.example"',
    "unknown word": 'maybe identity=mailfrom; envelope-from="b@reject.example"',
    "empty": "",
}

SOURCES = {
    "ignoring, checking": ("SPFIgnoreResults true", "SPFSelfValidate true"),
    "ignoring": ("SPFIgnoreResults true",),
    "checking": ("SPFSelfValidate true",),
    "neither": (),
}

REPORTED = {
    "pass": results("spf=pass smtp.mailfrom=reject.example"),
    "fail": results("spf=fail smtp.mailfrom=reject.example"),
    "softfail": results("spf=softfail smtp.mailfrom=reject.example"),
    "nothing": "",
    "received pass": f"Received-SPF: {RECEIVED['pass']}\n",
    "received fail": f"Received-SPF: {RECEIVED['fail']}\n",
    "fail and received pass": results("spf=fail smtp.mailfrom=reject.example") + f"Received-SPF: {RECEIVED['pass']}\n",
}


def cases() -> Iterator[Case]:
    for domain in DOMAINS:
        for where, client in (("permitted", GENUINE), ("foreign", ATTACKER)):
            yield case(f"spf/own check: {domain} from the {where} host", SELF,
                       message(f"a@{domain}", sender=f"b@{domain}"), client=client)
    for name in MECHANISMS:
        for where, client in (("permitted", GENUINE), ("foreign", ATTACKER)):
            yield case(f"spf/mechanisms: {name} from the {where} host", SELF,
                       message("a@none.example", sender=f"b@{name}.example"), client=client)
    for where, client in (("permitted", GENUINE_V6), ("foreign", ATTACKER_V6)):
        yield case(f"spf/own check: IPv6, {where}", SELF, message("a@reject.example", sender="b@reject.example"), client=client)
    for what, sender in (("sub-domain", "b@sub.reject.example"), ("other domain", "b@attack.example"),
                         ("null", ""), ("no domain", "root"), ("upper case", "B@REJECT.EXAMPLE"),
                         ("two at signs", "b@c@reject.example"), ("quoted", '"b c"@reject.example'),
                         ("address literal", "b@[203.0.113.5]")):
        yield case(f"spf/own check: sender {what}", SELF, message("a@reject.example", sender=sender), client=GENUINE)
    for path in ("b@reject.example", "<<b@reject.example>>", "< b@reject.example >", "<@relay.example:b@reject.example>", "<b@reject.example", ""):
        yield case(f"spf/own check: MAIL {path or 'without argument'}", SELF, message("a@reject.example", path=path), client=GENUINE)
        yield case(f"spf/reported pass, MAIL {path or 'without argument'}", options(),
                   message("a@reject.example", path=path, above=REPORTED["pass"]))
    for helo in ("helo.reject.example", "reject.example", "mail.genuine.example", "attack.example", "[203.0.113.5]", "localhost"):
        for where, client in (("permitted", GENUINE), ("foreign", ATTACKER)):
            yield case(f"spf/null sender, HELO {helo} from the {where} host", SELF,
                       message("a@reject.example", sender=""), client=client, helo=helo)
    for what, value in RECEIVED.items():
        yield case(f"spf/Received-SPF: {what}", options(),
                   message("a@reject.example", sender="b@reject.example", above=f"Received-SPF: {value}"))
    yield case("spf/Received-SPF: fail above pass", options(),
               message("a@reject.example", sender="b@reject.example",
                       above=f"Received-SPF: {RECEIVED['fail']}\nReceived-SPF: {RECEIVED['pass']}"))
    yield case("spf/Received-SPF: pass above fail", options(),
               message("a@reject.example", sender="b@reject.example",
                       above=f"Received-SPF: {RECEIVED['pass']}\nReceived-SPF: {RECEIVED['fail']}"))
    for how, lines in SOURCES.items():
        for what, fields in REPORTED.items():
            for where, client in (("permitted", GENUINE), ("foreign", ATTACKER)):
                if where == "foreign" or "checking" in how:
                    yield case(f"spf/{how}: reported {what}, {where} host", options(*lines),
                               message("a@reject.example", sender="b@reject.example", above=fields), client=client)
