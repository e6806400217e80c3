"""The seed configuration, word for word, behind real OpenDKIM in a real Postfix."""

import unittest

from namespace import ATTACKER, FORWARDER, GENUINE, HOST_NAME
from world import SEED, World, auth_results, message

world: World


def setUpModule() -> None:
    global world
    world = World(SEED)


def tearDownModule() -> None:
    world.close()


class SeedConfiguration(unittest.TestCase):
    def setUp(self) -> None:
        self.mark = world.log.mark()

    def assert_accepted(self, answer, *expected: str) -> list[str]:
        """Accepted, and every expected text is in one of the Authentication-Results fields."""
        self.assertEqual(answer.code, 250, answer.text)
        fields = auth_results(world.delivered(answer))
        for text in expected:
            self.assertTrue(any(text in field for field in fields), f"{text!r} in {fields}")
        return fields

    def assert_rejected(self, answer, domain: str) -> None:
        self.assertEqual(answer.code, 550, answer.text)
        self.assertIn(f"5.7.1 rejected by DMARC policy for {domain}", answer.text)
        world.log.wait_for(rf"dmarcd\[\d+\]: \w+: \S+ fail$", self.mark)

    def test_spoofed_reject_domain_gets_550_while_the_client_waits(self):
        self.assert_rejected(world.send(message("ceo@reject.example"), ATTACKER), "reject.example")
        line = world.log.wait_for(r"dmarcd\[\d+\]: \w+: fail; p=reject of reject.example", self.mark)
        self.assertIn("attack.example pass, relaxed alignment: not aligned", line)

    def test_genuine_dkim_passes_from_anywhere(self):
        text = world.sign(message("a@reject.example"), "reject.example")
        self.assert_accepted(world.send(text, FORWARDER),
                             f"{HOST_NAME}; dkim=pass",
                             "OpenDMARC; dmarc=pass (p=reject dis=none) header.from=reject.example")
        world.log.wait_for(r": reject.example pass$", self.mark)

    def test_genuine_spf_alone_passes(self):
        self.assert_accepted(world.send(message("a@reject.example"), GENUINE, sender="a@reject.example"),
                             "OpenDMARC; spf=pass smtp.mailfrom=reject.example",
                             "OpenDMARC; dmarc=pass (p=reject dis=none) header.from=reject.example")

    def test_spf_of_a_subdomain_aligns(self):
        answer = world.send(message("a@reject.example"), GENUINE, sender="b@helo.reject.example")
        self.assert_accepted(answer, "dmarc=pass")

    def test_spoofed_subdomain_is_covered_by_the_organizations_policy(self):
        self.assert_rejected(world.send(message("a@sub.reject.example"), ATTACKER), "reject.example")

    def test_spoofed_quarantine_domain_is_marked(self):
        self.assert_accepted(world.send(message("a@quarantine.example"), ATTACKER),
                             "OpenDMARC; dmarc=fail (p=quarantine dis=none) header.from=quarantine.example")

    def test_spoofed_none_domain_is_marked(self):
        self.assert_accepted(world.send(message("a@none.example"), ATTACKER),
                             "OpenDMARC; dmarc=fail (p=none dis=none) header.from=none.example")

    def test_domain_without_record_is_none(self):
        self.assert_accepted(world.send(message("a@norecord.example"), ATTACKER),
                             "OpenDMARC; dmarc=none (p=none dis=none) header.from=norecord.example")

    def test_forged_results_under_the_dkim_filters_name_do_not_help(self):
        forged = f"Authentication-Results: {HOST_NAME}; dkim=pass header.d=reject.example\r\n"
        self.assert_rejected(world.send(message("a@reject.example", extra=forged), ATTACKER), "reject.example")

    def test_forged_results_under_our_own_name_are_removed(self):
        forged = "Authentication-Results: OpenDMARC; dmarc=pass header.from=bank.example\r\n"
        text = world.sign(message("a@none.example"), "none.example")
        fields = self.assert_accepted(world.send(forged.encode() + text, ATTACKER), "OpenDMARC; dmarc=pass")
        self.assertFalse(any("bank.example" in field for field in fields), fields)

    def test_authenticated_client_is_not_judged(self):
        answer = world.send(message("a@reject.example"), ATTACKER, login=True)
        fields = self.assert_accepted(answer)
        self.assertFalse(any("dmarc=" in field for field in fields), fields)
        world.log.wait_for(r"dmarcd\[\d+\]: ignoring authenticated client, mailfrom=<any@attack.example>$", self.mark)

    def test_null_sender_is_checked_by_helo(self):
        answer = world.send(message("postmaster@reject.example"), GENUINE, sender="", helo="helo.reject.example")
        self.assert_accepted(answer, "OpenDMARC; spf=pass smtp.helo=helo.reject.example", "dmarc=pass")

    def test_null_sender_with_a_foreign_helo_is_rejected(self):
        answer = world.send(message("postmaster@reject.example"), ATTACKER, sender="", helo="attack.example")
        self.assert_rejected(answer, "reject.example")

    def test_mailing_list_that_changes_the_subject_breaks_the_signature(self):
        text = world.sign(message("a@quarantine.example", subject="Hello"), "quarantine.example")
        text = text.replace(b"Subject: Hello", b"Subject: [list] Hello")
        self.assert_accepted(world.send(text, FORWARDER, sender="list-bounces@list.example"),
                             "dkim=fail", "dmarc=fail (p=quarantine dis=none) header.from=quarantine.example")

    def test_third_party_signature_does_not_align(self):
        """DK-14"""
        text = world.sign(message("a@reject.example"), "esp.example")
        self.assert_rejected(world.send(text, ATTACKER), "reject.example")

    def test_several_messages_on_one_connection_are_judged_apart(self):
        genuine = world.sign(message("a@reject.example"), "reject.example")
        with world.connect(ATTACKER) as connection:
            results = [world.send(text, ATTACKER, connection=connection).code
                       for text in (genuine, message("a@reject.example"), genuine, message("a@none.example"),
                                    message("a@reject.example"))]
        self.assertEqual(results, [250, 550, 250, 250, 550])

    def test_eight_bit_message_passes(self):
        text = world.sign(message("a@reject.example", body="Gr\u00fc\u00dfe\r\n"), "reject.example")
        self.assert_accepted(world.send(text, ATTACKER, options=("BODY=8BITMIME",)), "dmarc=pass")

    def test_smtputf8_author_is_judged_by_its_a_labels(self):
        text = message("x@b\u00fccher.example")
        spoofed = world.send(text, ATTACKER, options=("SMTPUTF8", "BODY=8BITMIME"))
        self.assert_rejected(spoofed, "xn--bcher-kva.example")
        genuine = world.send(text, GENUINE, sender="x@xn--bcher-kva.example",
                             options=("SMTPUTF8", "BODY=8BITMIME"))
        self.assert_accepted(genuine, "dmarc=pass")

    def test_message_that_breaks_header_rules_is_rejected(self):
        text = b"From: a@none.example\r\nSubject: no date\r\n\r\nx\r\n"
        answer = world.send(text, ATTACKER)
        self.assertEqual(answer.code, 550)
        self.assertIn("missing Date field", answer.text)

    def test_two_authors_cannot_hide_the_protected_one(self):
        answer = world.send(message("a@none.example, ceo@reject.example"), ATTACKER)
        self.assert_rejected(answer, "reject.example")


if __name__ == "__main__":
    unittest.main()
