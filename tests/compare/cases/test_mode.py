"""The test mode: files instead of an MTA, the answers on the terminal."""

from collections.abc import Iterator

from vocabulary import ATTACKER, GENUINE, ID, Invocation, results

FORGED = b"From: a@reject.example\r\nTo: b@victim.example\r\nSubject: x\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nText.\r\n"
SIGNED = results("dkim=pass header.d=reject.example").encode().replace(b"\n", b"\r\n") + FORGED

MESSAGES = {
    "forged": FORGED,
    "signed": SIGNED,
    "forged, LF": FORGED.replace(b"\r", b""),
    "no policy": FORGED.replace(b"reject.example", b"norecord.example"),
    "unenforced": FORGED.replace(b"reject.example", b"none.example"),
    "folded": FORGED.replace(b"Subject: x", b"Subject: x\r\n y"),
    "no body": FORGED.partition(b"\r\n\r\n")[0] + b"\r\n",
    "no author": FORGED.partition(b"\r\n")[2],
    "malformed line": b"no header line\r\n" + FORGED,
    "empty": b"",
}

CLIENT = (("OPENDMARC_TEST_CLIENTIP", ATTACKER[1]), ("OPENDMARC_TEST_CLIENTHOST", ATTACKER[0]))
CONFIGURATION = f"AuthservID {ID}\nRejectFailures true\n".encode()


def invocation(name: str, *arguments: str, configuration: bytes = CONFIGURATION, environment: tuple = CLIENT, **other) -> Invocation:
    files = tuple(other.pop("files", {"message": FORGED}).items())
    return Invocation(f"test_mode/{name}", (*arguments, "-c", "{folder}/given.conf"), configuration, files, environment, **other)


def cases() -> Iterator[Invocation]:
    for what, text in MESSAGES.items():
        for verbose in ((), ("-v",), ("-v", "-v")):
            yield invocation(" ".join((what, *verbose)), "-t", "message", *verbose, files={"message": text})
    yield invocation("two files", "-t", "message,signed", "-v", "-v", files={"message": FORGED, "signed": SIGNED})
    yield invocation("standard input", "-t", "-", "-v", "-v", input=SIGNED)
    yield invocation("missing file", "-t", "nowhere", "-v", "-v")
    yield invocation("bad address", "-t", "message", "-v", environment=(("OPENDMARC_TEST_CLIENTIP", "nonsense"),))
    spf = CONFIGURATION + b"SPFSelfValidate true\nSoftwareHeader true\n"
    genuine = (("OPENDMARC_TEST_CLIENTIP", GENUINE[1]), ("OPENDMARC_TEST_CLIENTHOST", GENUINE[0]),
               ("OPENDMARC_TEST_HELOHOST", GENUINE[0]), ("OPENDMARC_TEST_ENVFROM", "<b@reject.example>"))
    yield invocation("own SPF check", "-t", "message", "-v", "-v", configuration=spf, environment=genuine)
    yield invocation("copies of failures", "-t", "message", "-v", "-v",
                     configuration=f"AuthservID {ID}\nCopyFailuresTo postmaster@example.net\n".encode())
    yield invocation("authenticated clients", "-t", "message", "-v", "-v",
                     configuration=CONFIGURATION + b"IgnoreAuthenticatedClients true\n")
    yield invocation("nothing set", "-t", "message", "-v", "-v", environment=())
