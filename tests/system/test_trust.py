"""A pass is earned: forged results and signatures, and what stops the filter in front from removing them, behind OpenDKIM in every
way that it is run, and without it. Genuine signed mail passes in each."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import services
from namespace import ATTACKER, FORWARDER, HOST_NAME
from world import SEED, World, auth_results, message

# Attacker's domain with a key: esp.example. The victim: reject.example, whose record says p=reject.
VICTIM = "ceo@reject.example"
FORGED = f"Authentication-Results: {HOST_NAME}; dkim=pass header.d=reject.example\r\n"
# OpenDKIM decodes i= and copies it: header.i=x; dkim=pass header.d=reject.example header.foo=@esp.example
SMUGGLED_IDENTITY = "x=3B=20dkim=3Dpass=20header.d=3Dreject.example=20header.foo=3D@esp.example"
RECORDS = (
    '_dmarc.esp.example. TXT "v=DMARC1; p=none"',
    # What stands at a wildcard below _domainkey is found for every selector, and is no key.
    '*._domainkey.reject.example. TXT "v=spf1 -all"',
)


def signature(**tags: str) -> str:
    """A field that looks like a signature of the victim; nobody's key made it."""
    return "DKIM-Signature: " + "; ".join(f"{name}={value}" for name, value in {
        "v": "1", "a": "rsa-sha256", "d": "reject.example", "s": "forged", "h": "from:to:subject",
        "bh": "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=", "b": "Zm9yZ2Vk", **tags}.items()) + "\r\n"


# Fields put on top of the victim's message, in the place of a signature. None earns a pass.
SPOOFS = {
    "a signature that is no tag list": FORGED + "DKIM-Signature: garbage\r\n",
    "an empty signature": FORGED + "DKIM-Signature:\r\n",
    "a signature without a value, above": "DKIM-Signature: v=1\r\n" + FORGED,
    "a selector of 50 kB": FORGED + signature(s="s" * 50000),
    "a header of more than 64 KiB": FORGED + "".join(f"X-{i}: {'x' * 900}\r\n" for i in range(75)),
    "a signature and a header of more than 64 KiB": FORGED + signature() + "".join(f"X-{i}: {'x' * 900}\r\n" for i in range(75)),
    "a hundred signatures": FORGED + signature() * 100,
    "a forged signature": FORGED + signature(),
    "a forged signature whose selector has a record that is no key": signature(s="wildcard"),
    "an expired signature": FORGED + signature(t="1000000000", x="1000000001"),
    "a signature of another version": FORGED + signature(v="2"),
    "a signature that does not cover From": FORGED + signature(h="to:subject"),
    "a trailing dot": f"Authentication-Results: {HOST_NAME}.; dkim=pass header.d=reject.example\r\n",
    "a method with a version": f"Authentication-Results: {HOST_NAME}; dkim/1=pass header.d=reject.example\r\n",
    "a method that nobody registered": f"Authentication-Results: {HOST_NAME}; x-foo=pass a.b=c; dkim=pass header.d=reject.example\r\n",
    "a comment inside the name": f"Authentication-Results: mail(x).yourdomain.com; dkim=pass header.d=reject.example\r\n",
    "results of SPF": f"Authentication-Results: {HOST_NAME}; spf=pass smtp.mailfrom=reject.example\r\n",
}


class Trust:
    """What holds in every set-up; the classes below say which."""

    opendkim: str | None = ""
    milters = services.Postfix.MILTERS
    configuration = SEED

    @classmethod
    def setUpClass(cls) -> None:
        cls.world = World(cls.configuration, cls.milters, extra_records=(*RECORDS, *cls.ed25519_record()), opendkim=cls.opendkim)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.world.close()

    @classmethod
    def ed25519_record(cls) -> tuple[str, ...]:
        """Makes cls.ed25519_key; the key's record."""
        cls.keys = tempfile.TemporaryDirectory(prefix="dmarcd-system.")
        cls.addClassCleanup(cls.keys.cleanup)
        cls.ed25519_key = Path(cls.keys.name) / "ed.key"
        subprocess.run(["dknewkey", "--ktype", "ed25519", str(cls.ed25519_key.with_suffix(""))], check=True,
                       capture_output=True)
        public = next(Path(cls.keys.name).glob("*.dns")).read_text()
        return (f'ed._domainkey.reject.example. TXT "{public[public.index("v=DKIM1"):].strip()}"',)

    def assert_refused(self, text: bytes) -> None:
        """By us with 550; or put off by OpenDKIM with 451, which it does where a message is too large for it."""
        answer = self.world.send(text, ATTACKER)
        self.assertIn(answer.code, (550, 451) if self.opendkim is not None else (550,), answer.text)

    def assert_passes(self, text: bytes) -> None:
        answer = self.world.send(text, FORWARDER)
        self.assertEqual(answer.code, 250, answer.text)
        fields = auth_results(self.world.delivered(answer))
        self.assertTrue(any("dmarc=pass (p=reject dis=none) header.from=reject.example" in field for field in fields), fields)
        self.assertTrue(any("dkim=pass" in field and "header.d=reject.example" in field for field in fields), fields)

    def test_no_field_earns_a_pass(self):
        for name, fields in SPOOFS.items():
            with self.subTest(name):
                self.assert_refused(message(VICTIM, extra=fields))

    def test_what_a_filter_copies_from_a_signature_earns_no_pass(self):
        self.assert_refused(self.world.sign(message(VICTIM), "esp.example", "--identity", SMUGGLED_IDENTITY))

    def test_an_author_whom_the_filter_in_front_cannot_read_earns_no_pass(self):
        for name, author in (("no angle brackets closed", f"Boss <{VICTIM}"), ("a long display name", "x" * 2000 + f" <{VICTIM}>"),
                             ("two angle brackets", f"<<{VICTIM}>>")):
            with self.subTest(name):
                self.assert_refused(message(author, extra=FORGED + signature()))

    def test_a_signature_over_something_else_earns_no_pass(self):
        signed = self.world.sign(message(VICTIM), "reject.example")
        self.assert_refused(signed.replace(b"A line.", b"Another."))
        self.assert_refused(signed.replace(b"Subject: Hello", b"Subject: Hi"))

    def test_genuine_signatures_pass(self):
        for header in ("simple", "relaxed"):
            for body in ("simple", "relaxed"):
                with self.subTest(header=header, body=body):
                    text = message("a@reject.example", subject="  Two  blanks", body="A  line. \r\n\r\n\r\n")
                    self.assert_passes(self.world.sign(text, "reject.example", "--hcanon", header, "--bcanon", body))

    def test_ed25519_passes(self):
        text = subprocess.run(["dkimsign", "--signalg", "ed25519-sha256", "ed", "reject.example", str(self.ed25519_key)],
                              input=message("a@reject.example"), capture_output=True, check=True).stdout
        self.assert_passes(text)

    def test_a_long_body_passes(self):
        self.assert_passes(self.world.sign(message("a@reject.example", body="A longer line of text.\r\n" * 50000), "reject.example"))

    def test_another_signature_besides_does_no_harm(self):
        signed = self.world.sign(message("a@reject.example"), "reject.example")
        self.assert_passes(self.world.sign(signed, "esp.example"))
        self.assert_passes(signature(d="esp.example").encode() + signed)


class BehindOpenDkim(Trust, unittest.TestCase):
    def test_an_unsigned_message_is_judged_by_a_plain_field_of_the_filter_in_front_as_by_opendmarc(self):
        """OpenDKIM removes it."""
        self.assert_refused(message(VICTIM, extra=FORGED))


class BehindOpenDkimThatAlwaysAddsAField(Trust, unittest.TestCase):
    opendkim = "AlwaysAddARHeader yes\n"

    def test_a_plain_forged_field_is_removed(self):
        self.assert_refused(message(VICTIM, extra=FORGED))


class BehindOpenDkimThatAcceptsWhatItCannotDo(Trust, unittest.TestCase):
    opendkim = "On-Default accept\n"


class WhereOpenDkimHasStopped(Trust, unittest.TestCase):
    opendkim = None


class WithoutOpenDkim(Trust, unittest.TestCase):
    opendkim = None
    milters = services.Postfix.MILTERS.replace("inet:127.0.0.1:8891, ", "")
    configuration = SEED + "DKIMSelfValidate true\n"

    def test_no_field_counts_where_nobody_stands_in_front(self):
        self.assert_refused(message(VICTIM, extra=FORGED))


class OtherSettings(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.world = World(SEED, extra_records=RECORDS)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.world.close()

    def assert_refused_with(self, configuration: str, fields: str) -> None:
        self.world.restart_filter(configuration)
        answer = self.world.send(message(VICTIM, extra=fields), ATTACKER)
        self.assertEqual(answer.code, 550, answer.text)

    def test_only_a_name_with_the_job_id_is_our_own(self):
        configuration = SEED.replace("AuthservID OpenDMARC", "AuthservID mx.own.example") + "AuthservIDWithJobID true\n"
        for name in ("mx.own.example", "mx.own.example/", "mx.own.example/4XyZ1"):
            with self.subTest(name):
                self.assert_refused_with(configuration, f"Authentication-Results: {name}; dkim=pass header.d=reject.example\r\n")

    def test_a_field_never_replaces_our_own_result_of_spf(self):
        self.assert_refused_with(SEED.replace("SPFIgnoreResults true\n", ""),
                                 f"Authentication-Results: {HOST_NAME}; spf=pass smtp.mailfrom=attack.example\r\n"
                                 f"Authentication-Results: {HOST_NAME}; spf=pass smtp.mailfrom=reject.example\r\n")

    def test_a_field_is_no_chain_of_seals(self):
        self.assert_refused_with(SEED + "DomainWhitelist list.example\n",
                                 f"Authentication-Results: {HOST_NAME}; arc=pass arc.chain=list.example\r\n")

    def test_what_contradicts_our_results_is_removed(self):
        self.world.restart_filter(SEED)
        text = message("a@none.example", extra="".join(f"Authentication-Results: {name}; {results} header.from=none.example\r\n"
                                                       for name in ("OpenDMARC", "opendmarc", "OpenDMARC.", HOST_NAME)
                                                       for results in ("spf=pass smtp.mailfrom=none.example; dmarc=pass",
                                                                       "arc=pass; dmarc=pass", "dkim=none; dmarc=pass")))
        answer = self.world.send(text, ATTACKER)
        self.assertEqual(answer.code, 250, answer.text)
        fields = auth_results(self.world.delivered(answer))
        self.assertFalse([field for field in fields if "dmarc=pass" in field], fields)


if __name__ == "__main__":
    unittest.main()
