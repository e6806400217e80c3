"""From mail to a report in a mailbox: two days of mail through Postfix, three hosts that import it into one database and
report from it at the same time."""

import datetime
import email
import email.policy
import gzip
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import services
from database import Database
from namespace import ATTACKER, GENUINE
from world import BIN, SEED, World, message

SCHEMA = Path(__file__).parent.parent / "data" / "aggregate-report.xsd"
DOMAIN = "bank.example"
RUA = "inbox@victim.example"  # the one mailbox there is; it lies with another organization, which agrees
RECORDS = (
    f'{DOMAIN}. TXT "v=spf1 ip4:{GENUINE} -all"',
    f'_dmarc.{DOMAIN}. TXT "v=DMARC1; p=reject; rua=mailto:{RUA},mailto:x@elsewhere.example"',
    f'{DOMAIN}._report._dmarc.victim.example. TXT "v=DMARC1"',
)
HOSTS = ("mx1", "mx2", "mx3")
NAMESPACE = {"d": "urn:ietf:params:xml:ns:dmarc-2.0"}
TODAY = int(datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
DAY = 86_400
DAYS = (TODAY - 2 * DAY, TODAY - DAY)

world: World
database: Database


def setUpModule() -> None:
    global world, database
    database = Database("postgresql")
    world = World(SEED, extra_records=RECORDS, history=True)


def tearDownModule() -> None:
    world.close()
    database.stop()


def day_text(begin: int) -> str:
    return datetime.datetime.fromtimestamp(begin, datetime.timezone.utc).date().isoformat()


def dmarcctl(*arguments: str, host: str) -> subprocess.Popen:
    configuration = world.scratch / f"{host}.conf"
    configuration.write_text(
        f"ReportDatabase {database.address}\nReportEmail dmarc@{host}.victim.example\nReportOrgName {host}\nNameservers 127.0.0.1\n")
    return subprocess.Popen([BIN / "dmarcctl", *arguments, "--config", configuration], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def reports() -> list[email.message.Message]:
    """The report mail in the mailbox."""
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in world.postfix.mailbox()]
    return [mail for mail in found if mail["Subject"].startswith("Report Domain:")]


def attachment(mail: email.message.Message) -> tuple[str, ElementTree.Element]:
    """The name of the attached file, and the report in it, which the schema allows."""
    part = next(mail.iter_attachments())
    assert part.get_content_type() == "application/gzip"
    report = gzip.decompress(part.get_content())
    subprocess.run(["xmllint", "--noout", "--nonet", "--schema", SCHEMA, "-"], input=report, check=True)
    return part.get_filename(), ElementTree.fromstring(report)


def text(element: ElementTree.Element, path: str) -> str:
    return element.findtext("/".join(f"d:{name}" for name in path.split("/")), namespaces=NAMESPACE)


class Reports(unittest.TestCase):
    maxDiff = None

    def test_two_days_of_mail_become_two_reports(self):
        """What is in the reports is what was sent, to the message, and each arrives once."""
        expected = self.send_mail()
        self.import_history()
        self.report_from_all_hosts()
        for mail in self.arrived(len(DAYS)):
            self.check_mail(mail)
            name, report = attachment(mail)
            begin = int(text(report, "report_metadata/date_range/begin"))
            host = mail["From"].addresses[0].domain
            report_id = text(report, "report_metadata/report_id")
            self.assertEqual(name, f"{host}!{DOMAIN}!{begin}!{begin + DAY}!{report_id}.xml.gz")
            self.assertEqual(mail["Subject"], f"Report Domain: {DOMAIN} Submitter: {host} Report-ID: <{report_id}>")
            self.assertEqual(self.rows(report), expected[begin])
        self.report_from_all_hosts()
        self.assertEqual(len(reports()), len(DAYS), "a report was sent twice")
        listed = dmarcctl("reports", "list", host=HOSTS[0]).communicate()[0]
        self.assertEqual(listed.count("1 sent, 1 refused"), len(DAYS), listed)

    def send_mail(self) -> dict[int, Counter]:
        """Sends mail, moves its records to the two days and to three hosts; what a day's report has to say, as (source,
        disposition, DKIM, SPF) -> messages."""
        expected = {day: Counter() for day in DAYS}
        for number in range(12):
            genuine = number % 3 != 0
            answer = world.send(message(f"a@{DOMAIN}"), GENUINE if genuine else ATTACKER, sender=f"a@{DOMAIN}")
            self.assertEqual(answer.code, 250 if genuine else 550, answer.text)
            row = (GENUINE, "pass", "fail", "pass") if genuine else (ATTACKER, "reject", "fail", "fail")
            expected[DAYS[number % 2]][row] += 1
        records = world.history_path.read_text().split("job ")[1:]
        self.assertEqual(len(records), 12)
        for number, host in enumerate(HOSTS):
            lines = [self.moved(f"job {record}", DAYS[index % 2], host)
                     for index, record in enumerate(records) if index % len(HOSTS) == number]
            (world.scratch / f"{host}.dat").write_text("".join(lines))
        return expected

    @staticmethod
    def moved(record: str, day: int, host: str) -> str:
        lines = [f"received {day + 3600}" if line.startswith("received ") else
                 f"reporter {host}.victim.example" if line.startswith("reporter ") else line
                 for line in record.splitlines()]
        return "\n".join(lines) + "\n"

    def import_history(self) -> None:
        first = dmarcctl("db", "init", host=HOSTS[0])
        self.assertEqual(first.wait(), 0, first.communicate()[0])
        running = [dmarcctl("import", str(world.scratch / f"{host}.dat"), host=host) for host in HOSTS]
        for process in running:
            output = process.communicate()[0]
            self.assertIn("4 records imported", output)
            self.assertEqual(process.returncode, 0, output)

    def report_from_all_hosts(self) -> None:
        running = [dmarcctl("report", "--since", day_text(DAYS[0]), "--until", day_text(DAYS[1]), host=host) for host in HOSTS]
        outputs = [process.communicate()[0] for process in running]
        self.assertEqual([process.returncode for process in running], [0] * len(HOSTS), outputs)

    def arrived(self, count: int) -> list[email.message.Message]:
        services.wait_until(lambda: len(reports()) >= count, f"{count} reports in the mailbox")
        found = reports()
        self.assertEqual(len(found), count)
        return found

    def check_mail(self, mail: email.message.Message) -> None:
        self.assertEqual(mail["Return-Path"], "<>")
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual(mail["To"], RUA)
        for field in ("Date", "Message-ID", "MIME-Version"):
            self.assertEqual(len(mail.get_all(field, [])), 1, field)

    def rows(self, report: ElementTree.Element) -> Counter:
        found: Counter = Counter()
        for record in report.findall("d:record", NAMESPACE):
            row = (text(record, "row/source_ip"), text(record, "row/policy_evaluated/disposition"),
                   text(record, "row/policy_evaluated/dkim"), text(record, "row/policy_evaluated/spf"))
            self.assertEqual(text(record, "identifiers/header_from"), DOMAIN)
            self.assertEqual(text(record, "auth_results/spf/result"), "pass" if row[0] == GENUINE else "fail")
            found[row] += int(text(record, "row/count"))
        return found


if __name__ == "__main__":
    unittest.main()
