"""What Postfix makes of malformed messages before a filter sees them (it strips, folds, cuts and splits), and that no forgery gets
through that way. The client's own SPF passes throughout, for attack.example."""

import contextlib
import smtplib
import unittest

import services
from namespace import ATTACKER, FORWARDER, GENUINE, SERVER
from world import SEED, World, auth_results

VICTIM = b"<admin@reject.example>"  # its record says p=reject
OWN = b"<any@attack.example>"
REST = (b"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@attack.example>\r\nTo: inbox@victim.example\r\n"
        b"Subject: Hello\r\n")
END = b"\r\nA line.\r\n"

# Name, the octets sent in DATA. The filter sees the victim's address, among others or alone.
FORGERIES = (
    ("a space before the colon", REST + b"From : " + VICTIM + b"\r\n" + END),
    ("a tab before the colon", REST + b"From\t: " + VICTIM + b"\r\n" + END),
    ("a quoted mailbox line first", b">From any@attack.example Mon Nov 23\r\nFrom: " + VICTIM + b"\r\n" + REST + END),
    ("folded with a blank line", REST + b"From:\r\n \r\n " + VICTIM + b"\r\n" + END),
    ("a bare CR between two addresses", REST + b"From: " + OWN + b"\r " + VICTIM + b"\r\n" + END),
    ("a bare LF makes a second field", REST + b"From: " + OWN + b"\nFrom: " + VICTIM + b"\r\n" + END),
    ("NUL cuts the value", REST + b"From: <admin@reject.example\0>\r\n" + END),
    ("the last of many fields", REST + b"".join(b"X-%d: %s\r\n" % (i, b"x" * 900) for i in range(130)) +
     b"From: " + VICTIM + b"\r\n" + END),
    ("octets that are no UTF-8", REST + b"From: \xff\xfe " + VICTIM + b"\r\n" + END),
    ("UTF-8 without SMTPUTF8", REST + "From: <admin@b\u00fccher.example>\r\n".encode() + END),
    ("upper case", REST + b"FROM: " + VICTIM + b"\r\n" + END),
    ("two fields", REST + b"From: " + OWN + b"\r\nFrom: " + VICTIM + b"\r\n" + END),
    ("two fields, one with a space", REST + b"From: " + OWN + b"\r\nFrom : " + VICTIM + b"\r\n" + END),
)

# The filter sees no From field.
NO_AUTHOR = (
    ("the first line with a space before the colon", b"From : " + VICTIM + b"\r\n" + REST + END),
    ("the first line begins with a space", b" From: " + VICTIM + b"\r\n" + REST + END),
    ("the colon on the next line", REST + b"From\r\n : " + VICTIM + b"\r\n" + END),
    ("a line that is no field ends the header", REST + b"no field\r\nFrom: " + VICTIM + b"\r\n" + END),
    ("NUL in the name ends the header", REST + b"Fr\0om: " + VICTIM + b"\r\n" + END),
    ("no From, but a Sender", REST + b"Sender: " + VICTIM + b"\r\n" + END),
)

# Postfix cuts a field at 60,000 octets without a word.
CUT_OFF = (
    ("a folded value that is cut off", REST + b"From:" + b" (" + b"\r\n ".join([b"x" * 900] * 70) + b") " + VICTIM + b"\r\n" + END),
    ("a long line that is cut off", REST + b"From: (" + b"x" * 63000 + b") " + VICTIM + b"\r\n" + END),
)

# Arguments of MAIL that Postfix takes, by the rows of the catalogue. They must authenticate nothing for the victim.
ENVELOPES = (
    ("ENV-01", "<any@attack.example>"),
    ("ENV-02", "<any@nowhere.reject.example>"),
    ("ENV-03", "<(any@reject.example>"),
    ("ENV-04", "<any@reject.example(a.attack.example>"),
    ("ENV-05", "<any@reject.example'@attack.example>"),
    ("ENV-07", '<"any@reject.example"@attack.example>'),
    ("ENV-11", "<any@reject.example@attack.example>"),
    ("ENV-11", "<any@attack.example@reject.example>"),
    ("ENV-12", '<"any@reject.example>"@attack.example>'),
    ("ENV-13", "<>"),
    ("ENV-17", f"<any@[{ATTACKER}]>"),
    ("ENV-17", "<any@attack.example.>"),
    ("ENV-17", "<any>"),
    ("ENV-17", "any@attack.example"),
    ("ENV-17", "<any@attack.example(reject.example)>"),
    ("ENV-17", "<any\\@reject.example@attack.example>"),
)

# Those that it may refuse itself.
ENVELOPES_FOR_OTHERS = (
    ("ENV-08", '<any@reject.example"a.attack.example>'),
    ("ENV-10", "<any@reject.example a.attack.example>"),
    ("ENV-10", "<any@reject.example;a.attack.example>"),
    ("ENV-10", "<any@reject.example>a.attack.example>"),
)

# These are the sender's own: he is the author, whatever else there is.
OWN_MAIL = (
    ("a mailbox line first", b"From admin@reject.example Mon Nov 23\r\nFrom: " + OWN + b"\r\n" + REST + END),
    ("a From field folded into the one before", REST + b"From: " + OWN + b"\r\nX-A: b\r\n From: " + VICTIM + b"\r\n" + END),
    ("a line that is no field ends the header", REST + b"From: " + OWN + b"\r\nno field\r\nFrom: " + VICTIM + b"\r\n" + END),
    ("and so does a mailbox line", REST + b"From: " + OWN + b"\r\nFrom admin@reject.example\r\nFrom: " + VICTIM + b"\r\n" + END),
    ("LF and an empty line end the header", REST + b"From: " + OWN + b"\n\r\nFrom: " + VICTIM + b"\r\n"),
)

world: World


def setUpModule() -> None:
    global world
    # Without OpenDKIM, which takes at most 64 kB of header.
    milters = services.Postfix.MILTERS.replace("inet:127.0.0.1:8891, ", "")
    # Postfix completes the header of mail from its own clients, of whom there is one.
    milters += f"local_header_rewrite_clients = check_address_map inline:{{{FORWARDER}=OK}}\n"
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


@contextlib.contextmanager
def without_required_headers():
    world.restart_filter(SEED.replace("RequiredHeaders    true\n", ""))
    try:
        yield
    finally:
        world.restart_filter(SEED)


class Attacks(unittest.TestCase):
    def send(self, octets: bytes, sender: str = "any@attack.example", client: str = ATTACKER):
        with RawConnection(SERVER, 25, local_hostname="client.attack.example", timeout=60,
                           source_address=(client, 0)) as connection:
            return world.send(octets, client, sender=sender, connection=connection)

    def send_from(self, argument: str, client: str = ATTACKER, helo: str = "attack.example") -> tuple[int, bytes]:
        """The victim's message with this argument of MAIL; the first refusal, or the reply to the message."""
        with RawConnection(SERVER, 25, local_hostname=helo, timeout=60, source_address=(client, 0)) as connection:
            connection.ehlo()
            for command in (f"MAIL FROM:{argument}", "RCPT TO:<inbox@victim.example>"):
                code, text = connection.docmd(command)
                if code != 250:
                    return code, text
            return connection.data(REST + b"From: " + VICTIM + b"\r\n" + END)

    def result(self, answer) -> str:
        """The one Authentication-Results value with a DMARC result."""
        results = [value for value in auth_results(world.delivered(answer)) if "dmarc=" in value]
        self.assertEqual(len(results), 1, results)
        return results[0]

    def test_no_forgery_gets_through(self):
        for name, octets in FORGERIES + NO_AUTHOR + CUT_OFF:
            with self.subTest(name):
                answer = self.send(octets)
                self.assertEqual(answer.code, 550, answer.text)

    def test_without_required_headers_the_policy_still_holds(self):
        with without_required_headers():
            for name, octets in FORGERIES:
                with self.subTest(name):
                    answer = self.send(octets)
                    self.assertEqual(answer.code, 550, answer.text)
                    self.assertRegex(answer.text, r"rejected by DMARC policy for (reject|xn--bcher-kva)\.example")

    def test_without_required_headers_a_message_without_author_is_marked(self):
        with without_required_headers():
            for name, octets in NO_AUTHOR:
                with self.subTest(name):
                    answer = self.send(octets)
                    self.assertEqual(answer.code, 250, answer.text)
                    self.assertIn("dmarc=permerror", self.result(answer))

    def test_without_required_headers_a_field_that_is_cut_off_is_refused(self):
        with without_required_headers():
            for name, octets in CUT_OFF:
                with self.subTest(name):
                    answer = self.send(octets)
                    self.assertEqual(answer.code, 550, answer.text)
                    self.assertIn("From field is too long", answer.text)

    def test_no_envelope_authenticates_the_victim(self):
        for row, argument in ENVELOPES:
            with self.subTest(row, argument=argument):
                code, text = self.send_from(argument)
                self.assertEqual(code, 550, text)
                self.assertIn(b"rejected by DMARC policy for reject.example", text)

    def test_nor_does_one_that_postfix_may_refuse(self):
        for row, argument in ENVELOPES_FOR_OTHERS:
            with self.subTest(row, argument=argument):
                code, text = self.send_from(argument)
                self.assertIn(code, (501, 550), text)

    # ENV-15
    def test_the_victims_own_host_may_send_with_a_null_sender(self):
        code, text = self.send_from("<>", client=GENUINE, helo="helo.reject.example")
        self.assertEqual(code, 250, text)

    def test_results_stand_above_what_postfix_adds(self):
        fields = world.delivered(self.send(OWN_MAIL[0][1])).keys()
        self.assertLess(fields.index("Authentication-Results"), fields.index("Received"), fields)

    def test_the_author_whom_postfix_supplies_for_its_own_clients_is_judged(self):
        answer = self.send(REST + END, sender="any@reject.example", client=FORWARDER)
        self.assertEqual(answer.code, 550, answer.text)
        self.assertIn("rejected by DMARC policy for reject.example", answer.text)

    def test_the_senders_own_mail_passes_in_his_own_name(self):
        for name, octets in OWN_MAIL:
            with self.subTest(name):
                answer = self.send(octets)
                self.assertEqual(answer.code, 250, answer.text)
                result = self.result(answer)
                self.assertIn("dmarc=pass", result)
                self.assertIn("header.from=attack.example", result)

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
