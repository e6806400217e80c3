"""The header fields that are added, and configuration that changes them."""

from collections.abc import Iterator

from vocabulary import GENUINE, Case, case, genuine, message, options


def cases() -> Iterator[Case]:
    software = options("SoftwareHeader true", "SPFSelfValidate true")
    yield case("headers/software", software, genuine(), client=GENUINE)
    yield case("headers/software, fail", software, message("a@none.example"))
    yield case("headers/software, no record", software, message("a@norecord.example"))
    yield case("headers/software, permerror", software, message("a@p-bad.records.example"))
    yield case("headers/software, no author", software, message(None))
    yield case("headers/software, other MTA name", software, message("a@none.example"), macros={"j": "mx2.example.net"})
    yield case("headers/software, MTA name in other case", software, message("a@none.example"),
               macros={"j": "MAIL.yourdomain.com"})
    yield case("headers/software, no queue id", software, message("a@none.example", job=False))
    yield case("headers/software, rejected", options("SoftwareHeader true", "RejectFailures true"), message())
    yield case("headers/software, held", options("SoftwareHeader true", "HoldQuarantinedMessages true", "RejectFailures true"),
               message("a@quarantine.example"))
    yield case("headers/long name", options("AuthservID " + "x" * 60 + ".example.net"), message("a@none.example"))
    yield case("headers/name with blanks", options("AuthservID a name"), message("a@none.example"))
    for value in ("true", "false", "yes", "No", "1", "0", "T", "f"):
        yield case(f"headers/RejectFailures {value}", options(f"RejectFailures {value}"), message())
