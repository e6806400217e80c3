"""Failure reports (RFC 9991) by a real Postfix into a real mailbox."""

import email
import email.policy
import os
import signal
import time
import unittest

import services
from namespace import ATTACKER, HOST_NAME
from world import SEED, World, message

DESTINATION = "failures@victim.example"
OTHER = "operator@victim.example"

RECORDS = (
    'bank.example. TXT "v=spf1 -all"',
    f'_dmarc.bank.example. TXT "v=DMARC1; p=reject; ruf=mailto:{DESTINATION}"',
    'bank.example._report._dmarc.victim.example. TXT "v=DMARC1"',
    'shop.example. TXT "v=spf1 -all"',
    f'_dmarc.shop.example. TXT "v=DMARC1; p=none; ruf=mailto:{DESTINATION}"',
    'shop.example._report._dmarc.victim.example. TXT "v=DMARC1"',
    f'_dmarc.unagreed.example. TXT "v=DMARC1; p=reject; ruf=mailto:{DESTINATION}"',
)

ON = SEED + "FailureReports true\n"
FLOOD = 300  # more than the queue holds

world: World


def setUpModule() -> None:
    global world
    world = World(ON, extra_records=RECORDS)


def tearDownModule() -> None:
    world.close()


def fields(report: email.message.Message) -> dict[str, str]:
    """The middle part."""
    part = report.get_payload(1)
    assert part.get_content_type() == "message/feedback-report"
    return dict(part.get_payload(0).items())


class FailureReports(unittest.TestCase):
    def use(self, configuration: str) -> None:
        world.restart_filter(configuration)
        for path in world.postfix.mailbox():
            path.unlink()
        self.mark = world.log.mark()

    def attack(self, author: str = "ceo@bank.example", code: int = 550, **options):
        answer = world.send(message(author, extra=options.pop("extra", "")), ATTACKER, **options)
        self.assertEqual(answer.code, code, answer.text)

    def reports(self, count: int) -> list[email.message.Message]:
        """The reports in the mailbox, once there are so many."""
        waited_from = self.mark
        while True:
            seen = world.log.mark()
            mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                     for path in world.postfix.mailbox()]
            found = [mail for mail in mails if mail.get_content_type() == "multipart/report"]
            if len(found) >= count:
                self.assertEqual(len(found), count)
                return found
            world.log.wait_for("status=sent", waited_from)
            waited_from = seen

    def wait(self, pattern: str) -> None:
        world.log.wait_for(pattern, self.mark)

    def test_a_failure_leads_to_one_report_that_tells_why_and_not_to_whom(self):
        self.use(ON)
        self.attack(extra="Received: from a by b for <secret@victim.example>\r\n")
        report, = self.reports(1)
        self.assertEqual(report["To"], DESTINATION)
        self.assertEqual(report["Return-Path"], "<>")
        self.assertEqual(report["From"], f"OpenDMARC Filter <root@{HOST_NAME}>")
        self.assertEqual(report["Auto-Submitted"], "auto-generated")
        self.assertEqual([part.get_content_type() for part in report.iter_parts()],
                         ["text/plain", "message/feedback-report", "text/rfc822-headers"])
        told = fields(report)
        for name, value in {"Feedback-Type": "auth-failure", "Version": "1", "Auth-Failure": "dmarc",
                            "Identity-Alignment": "dkim, spf", "Reported-Domain": "bank.example",
                            "Source-IP": ATTACKER, "Delivery-Result": "reject"}.items():
            self.assertEqual(told[name], value, name)
        header = report.get_payload(2).get_payload(decode=True).decode()
        self.assertIn("Subject: Hello", header)
        self.assertNotIn("A line.", report.as_string())
        for name in ("secret", "ceo", "inbox@", "any@"):
            self.assertNotIn(name, report.as_string())

    def test_mail_from_programs_and_reports_are_not_reported(self):
        self.use(ON)
        self.attack(sender="")
        self.attack(extra="Auto-Submitted: auto-generated\r\n")
        self.attack(extra="Content-Type: multipart/report; boundary=x\r\n")
        self.attack(author="a@unagreed.example")
        self.attack()
        self.reports(1)
        self.wait("no failure report to mailto:failures@victim.example: it has not agreed")

    def test_the_operator_gets_copies_by_the_command_of_OpenDMARC(self):
        command = f"/usr/sbin/sendmail -C {world.postfix.config} -t"
        self.use(ON + f"ReportCommand {command}\nFailureReportsBcc {OTHER}\nFailureReportsSentBy {OTHER}\n")
        self.attack()
        reports = self.reports(2)
        self.assertEqual({report["To"] for report in reports}, {DESTINATION, OTHER})
        for report in reports:
            self.assertEqual(report["From"], OTHER)
            self.assertEqual(report["Return-Path"], "<>")

    def test_past_the_limit_reports_are_held_back(self):
        self.use(ON + "FailureReportsPerDestination 2\n")
        for _ in range(4):
            self.attack()
        self.wait("held back: the limit of an hour is reached")
        self.reports(2)

    def test_a_reload_turns_them_off_and_on(self):
        self.use(ON)
        path = world.scratch / "opendmarc.conf"
        for text, is_on in ((SEED, False), (ON, True)):
            mark = world.log.mark()
            path.write_text(text)
            os.kill(world.filter.pid, signal.SIGHUP)
            world.log.wait_for("configuration reloaded", mark)
            self.attack()
        self.reports(1)

    def test_a_command_that_hangs_holds_up_no_mail(self):
        self.use(ON + "FailureReportsOnNone true\nReportCommand /usr/bin/sleep 1000\n")
        connection = world.connect(ATTACKER)
        try:
            for _ in range(FLOOD):
                self.attack(author="a@shop.example", code=250, connection=connection)
        finally:
            connection.quit()
        self.wait("failure reports are waiting; dropping more")
        begin = time.monotonic()
        self.assertEqual(world.filter.stop(), 0)
        self.assertLess(time.monotonic() - begin, services.DEADLINE)
        self.wait(r"[0-9]+ failure reports had not left at the end")


if __name__ == "__main__":
    unittest.main()
