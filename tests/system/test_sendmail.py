"""Behind Sendmail, whose macros mean other things than Postfix's: {mail_addr} is the sender's address after rule set 0, without the
domain when that is Sendmail's own, and with the canonical name of what is an alias."""

import email
import email.policy
import unittest

from namespace import ATTACKER, FORWARDER, GENUINE
from sendmail import ROOT, Sendmail
from world import SEED, World, auth_results, message

RECORDS = (
    '_dmarc.yourdomain.com. TXT "v=DMARC1; p=reject"',
    f'yourdomain.com. TXT "v=spf1 ip4:{GENUINE} -all"',
    # A sender's service takes bounces at a name in its customer's domain.
    'bounces.reject.example. CNAME u1.service.example.',
    f'u1.service.example. TXT "v=spf1 ip4:{GENUINE} -all"',
    'u1.service.example. MX 10 u1.service.example.',
    f'u1.service.example. A {GENUINE}',
)


@unittest.skipUnless(ROOT.is_dir(), "no Sendmail: tests/system/unpack-sendmail fetches it")
class BehindSendmail(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.world = World(SEED, milters=None, extra_records=RECORDS, opendkim=None)
        cls.addClassCleanup(cls.world.close)
        cls.sendmail = Sendmail(cls.world.scratch)
        cls.addClassCleanup(cls.sendmail.stop)

    def send(self, text: bytes, client: str, **options):
        before = len(self.sendmail.sink.messages)
        answer = self.world.send(text, client, **options)
        arrived = self.sendmail.sink.messages[before:]
        return answer, [email.message_from_bytes(each, policy=email.policy.compat32) for each in arrived]

    def assert_passes(self, text: bytes, client: str, domain: str, **options) -> None:
        answer, arrived = self.send(text, client, **options)
        self.assertEqual(answer.code, 250, answer.text)
        self.assertEqual(len(arrived), 1)
        fields = auth_results(arrived[0])
        self.assertIn(f"OpenDMARC; dmarc=pass (p=reject dis=none) header.from={domain}", " ".join(fields))

    def assert_refused(self, text: bytes, **options) -> None:
        answer, arrived = self.send(text, ATTACKER, **options)
        self.assertEqual((answer.code, arrived), (550, []), answer.text)
        self.assertIn("rejected by DMARC policy for ", answer.text)

    def test_a_spoof_is_refused(self):
        self.assert_refused(message("ceo@reject.example"))
        self.assert_refused(message("ceo@yourdomain.com"), sender="ceo@yourdomain.com")

    def test_genuine_mail_passes_by_spf(self):
        self.assert_passes(message("a@reject.example"), GENUINE, "reject.example", sender="a@reject.example")

    def test_so_does_mail_of_sendmails_own_domain(self):
        self.assert_passes(message("ann@yourdomain.com"), GENUINE, "yourdomain.com", sender="ann@yourdomain.com")

    def test_and_mail_whose_senders_domain_is_an_alias(self):
        self.assert_passes(message("a@reject.example"), GENUINE, "reject.example", sender="b@bounces.reject.example")

    def test_genuine_signatures_pass(self):
        for header in ("simple", "relaxed"):
            for body in ("simple", "relaxed"):
                with self.subTest(header=header, body=body):
                    text = self.world.sign(message("a@reject.example", subject=" Two  blanks"), "reject.example", "--hcanon", header,
                                           "--bcanon", body)
                    self.assert_passes(text, FORWARDER, "reject.example")

    def test_a_changed_body_is_noticed(self):
        signed = self.world.sign(message("a@reject.example"), "reject.example")
        self.assert_refused(signed.replace(b"A line.", b"Another."))

    def test_what_we_insert_stands_at_the_top_and_is_spelled_as_everywhere(self):
        _, arrived = self.send(message("a@none.example"), ATTACKER)
        self.assertEqual(arrived[0].keys()[0], "Authentication-Results")
        self.assertIn("OpenDMARC; dmarc=fail", arrived[0]["Authentication-Results"])


if __name__ == "__main__":
    unittest.main()
