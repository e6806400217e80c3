"""What becomes of each result: policies, evidence, and the options that enforce."""

from collections.abc import Iterator

from vocabulary import Case, case, message, options, results

POLICIES = ("none", "quarantine", "reject")

OPTIONS = {
    "marked": (),
    "rejecting": ("RejectFailures true",),
    "holding": ("HoldQuarantinedMessages true",),
    "rejecting and holding": ("RejectFailures true", "HoldQuarantinedMessages true"),
}

# What a filter in front found out about a message with author a@DOMAIN and sender b@DOMAIN.
EVIDENCE = {
    "nothing": "",
    "SPF pass": results("spf=pass smtp.mailfrom={domain}"),
    "SPF fail": results("spf=fail smtp.mailfrom={domain}"),
    "DKIM pass": results("dkim=pass header.d={domain} header.s=key"),
    "DKIM fail": results("dkim=fail header.d={domain} header.s=key"),
    "foreign DKIM pass": results("dkim=pass header.d=esp.example header.s=key"),
    "both pass": results("spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain} header.s=key"),
    "SPF fail, DKIM pass": results("spf=fail smtp.mailfrom={domain}; dkim=pass header.d={domain} header.s=key"),
}


def cases() -> Iterator[Case]:
    for how, lines in OPTIONS.items():
        configuration = options(*lines)
        for policy in (*POLICIES, "norecord"):
            domain = f"{policy}.example"
            for evidence, field in EVIDENCE.items():
                if how == "marked" or evidence in ("nothing", "DKIM pass"):
                    yield case(f"enforcement/{how}: {policy}, {evidence}", configuration,
                               message(f"a@{domain}", sender=f"b@{domain}", above=field.format(domain=domain)))
        for policy in POLICIES:
            yield case(f"enforcement/{how}: sub-domain of {policy}", configuration,
                       message(f"a@sub.{policy}.example", sender="b@attack.example"))
