"""What Postfix makes of malformed messages before a filter sees them (it strips, folds, cuts and splits), and that no forgery gets
through that way. The client's own SPF passes throughout, for attack.example."""

import smtplib
import unittest

import services
from namespace import ATTACKER, SERVER
from world import SEED, World, auth_results

VICTIM = b"<admin@reject.example>"  # its record says p=reject
OWN = b"<any@attack.example>"
REST = (b"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@attack.example>\r\nTo: inbox@victim.example\r\n"
        b"Subject: Hello\r\n")
END = b"\r\nA line.\r\n"

# Name, the octets sent in DATA. They must be refused.
FORGERIES = (
    ("a space before the colon", REST + b"From : " + VICTIM + b"\r\n" + END),
    ("a tab before the colon", REST + b"From\t: " + VICTIM + b"\r\n" + END),
    ("the first line with a space before the colon", b"From : " + VICTIM + b"\r\n" + REST + END),
    ("a quoted mailbox line first", b">From any@attack.example Mon Nov 23\r\nFrom: " + VICTIM + b"\r\n" + REST + END),
    ("the first line begins with a space", b" From: " + VICTIM + b"\r\n" + REST + END),
    ("the colon on the next line", REST + b"From\r\n : " + VICTIM + b"\r\n" + END),
    ("folded with a blank line", REST + b"From:\r\n \r\n " + VICTIM + b"\r\n" + END),
    ("a bare CR between two addresses", REST + b"From: " + OWN + b"\r " + VICTIM + b"\r\n" + END),
    ("a bare LF makes a second field", REST + b"From: " + OWN + b"\nFrom: " + VICTIM + b"\r\n" + END),
    ("NUL cuts the value", REST + b"From: <admin@reject.example\0>\r\n" + END),
    ("NUL in the name ends the header", REST + b"Fr\0om: " + VICTIM + b"\r\n" + END),
    ("a value that is cut off", REST + b"From:" + b" (" + b"\r\n ".join([b"x" * 900] * 70) + b") " + VICTIM + b"\r\n" + END),
    ("the last of many fields", REST + b"".join(b"X-%d: %s\r\n" % (i, b"x" * 900) for i in range(130)) +
     b"From: " + VICTIM + b"\r\n" + END),
    ("octets that are no UTF-8", REST + b"From: \xff\xfe " + VICTIM + b"\r\n" + END),
    ("upper case", REST + b"FROM: " + VICTIM + b"\r\n" + END),
    ("two fields", REST + b"From: " + OWN + b"\r\nFrom: " + VICTIM + b"\r\n" + END),
    ("two fields, one with a space", REST + b"From: " + OWN + b"\r\nFrom : " + VICTIM + b"\r\n" + END),
    ("no From, but a Sender", REST + b"Sender: " + VICTIM + b"\r\n" + END),
)

# These are the sender's own: he is the author, whatever else there is.
OWN_MAIL = (
    ("a mailbox line first", b"From admin@reject.example Mon Nov 23\r\nFrom: " + OWN + b"\r\n" + REST + END),
    ("a From field folded into the one before", REST + b"From: " + OWN + b"\r\nX-A: b\r\n From: " + VICTIM + b"\r\n" + END),
    ("a line that is no field ends the header", REST + b"From: " + OWN + b"\r\nno field\r\nFrom: " + VICTIM + b"\r\n" + END),
    ("LF and an empty line end the header", REST + b"From: " + OWN + b"\n\r\nFrom: " + VICTIM + b"\r\n"),
)

world: World


def setUpModule() -> None:
    global world
    # Without OpenDKIM, which takes at most 64 kB of header.
    milters = services.Postfix.MILTERS.replace("inet:127.0.0.1:8891, ", "")
    world = World(SEED, milters, extra_records=('_dmarc.attack.example. TXT "v=DMARC1; p=none"',))


def tearDownModule() -> None:
    world.close()


class RawConnection(smtplib.SMTP):
    """Sends the octets of a message as they are."""

    def data(self, msg: bytes) -> tuple[int, bytes]:
        code, reply = self.docmd("DATA")
        if code != 354:
            raise AssertionError(f"DATA: {code} {reply}")
        self.send(msg + b".\r\n")
        return self.getreply()


class Attacks(unittest.TestCase):
    def send(self, octets: bytes):
        with RawConnection(SERVER, 25, local_hostname="client.attack.example", timeout=60,
                           source_address=(ATTACKER, 0)) as connection:
            return world.send(octets, ATTACKER, connection=connection)

    def test_no_forgery_gets_through(self):
        for name, octets in FORGERIES:
            with self.subTest(name):
                answer = self.send(octets)
                self.assertEqual(answer.code, 550, answer.text)

    def test_the_senders_own_mail_passes_in_his_own_name(self):
        for name, octets in OWN_MAIL:
            with self.subTest(name):
                answer = self.send(octets)
                self.assertEqual(answer.code, 250, answer.text)
                results = [value for value in auth_results(world.delivered(answer)) if "dmarc=" in value]
                self.assertEqual(len(results), 1)
                self.assertIn("dmarc=pass", results[0])
                self.assertIn("header.from=attack.example", results[0])

    def test_forged_results_are_removed_however_the_field_is_spelled(self):
        forged = b"OpenDMARC; dmarc=pass header.from=reject.example\r\n"
        answer = self.send(b"AUTHENTICATION-RESULTS : " + forged + b"authentication-results\t: " + forged + b"From: " + OWN +
                           b"\r\n" + REST + END)
        # Postfix renames a first line with a space before its colon.
        self.assertEqual(answer.code, 250, answer.text)
        self.assertNotIn("header.from=reject.example", " ".join(auth_results(world.delivered(answer))))
        answer = self.send(b"From: " + OWN + b"\r\n" + REST + b"AUTHENTICATION-RESULTS : " + forged + END)
        self.assertEqual(answer.code, 250, answer.text)
        self.assertNotIn("header.from=reject.example", " ".join(auth_results(world.delivered(answer))))


if __name__ == "__main__":
    unittest.main()
