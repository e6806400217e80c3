"""Each result of our own SPF check through Postfix: the header field, the log line, the reply, the history record."""

import unittest
from dataclasses import dataclass

from namespace import ATTACKER, GENUINE, GENUINE_V6
from world import SEED, World, auth_results, message

ENDLESS = "loop.example"

RECORDS = (
    f'strict.example. TXT "v=spf1 ip4:{GENUINE} ip6:{GENUINE_V6} -all"',
    '_dmarc.strict.example. TXT "v=DMARC1; p=reject"',
    f'soft.example. TXT "v=spf1 ip4:{GENUINE} ~all"',
    '_dmarc.soft.example. TXT "v=DMARC1; p=quarantine"',
    f'unsure.example. TXT "v=spf1 ip4:{GENUINE} ?all"',
    'failing.example. TXT "v=spf1 include:refused.example -all"',
    '_dmarc.failing.example. TXT "v=DMARC1; p=reject"',
    f'{ENDLESS}. TXT "v=spf1 include:{ENDLESS} -all"',
    f'_dmarc.{ENDLESS}. TXT "v=DMARC1; p=reject"',
    '_dmarc.unsure.example. TXT "v=DMARC1; p=none"',
    'mistyped.example. TXT "v=spf1 ipv4:203.0.113.5 -all"',
    'silent.example. A 192.0.2.80',
)

world: World


def setUpModule() -> None:
    global world
    world = World(SEED, history=True, extra_records=RECORDS, refused=("refused.example",))


def tearDownModule() -> None:
    world.close()


@dataclass
class Case:
    """A message whose author is in the domain of its sender."""

    domain: str
    client: str
    spf: str
    dmarc: str  # the result as logged
    code: int = 250

    @property
    def history_code(self) -> str:
        return {"pass": "0", "softfail": "2", "neutral": "3", "temperror": "4", "permerror": "5", "none": "6", "fail": "7"}[self.spf]


CASES = (
    Case("strict.example", GENUINE, "pass", "pass"),
    Case("strict.example", GENUINE_V6, "pass", "pass"),
    Case("strict.example", ATTACKER, "fail", "fail", 550),
    Case("soft.example", ATTACKER, "softfail", "fail"),
    Case("unsure.example", ATTACKER, "neutral", "fail"),
    Case("failing.example", ATTACKER, "temperror", "temperror", 451),  # it could still pass: its owner wants others refused
    Case(ENDLESS, ATTACKER, "permerror", "fail", 550),
    Case("mistyped.example", GENUINE, "permerror", "none"),
    Case("silent.example", ATTACKER, "none", "none"),
)


class Spf(unittest.TestCase):
    def test_each_result_through_postfix(self):
        for case in CASES:
            with self.subTest(domain=case.domain, client=case.client):
                mark = world.log.mark()
                answer = self.send(case)
                self.assertEqual(answer.code, case.code, answer.text)
                world.log.wait_for(rf"dmarcd\[\d+\]: \w+: SPF\(mailfrom\): {case.domain} {case.spf}$", mark)
                world.log.wait_for(rf"dmarcd\[\d+\]: \w+: {case.domain} {case.dmarc}$", mark)
                if case.dmarc in ("pass", "fail"):
                    record = world.history()[-1]
                    self.assertEqual((record["from"], record["spf"], record["spf_scope"]), (case.domain, case.history_code, "1"))
                if case.code == 250:
                    fields = auth_results(world.delivered(answer))
                    self.assertIn(f"OpenDMARC; spf={case.spf} smtp.mailfrom={case.domain}", fields[1])
                    self.assertIn(f"OpenDMARC; dmarc={case.dmarc} ", fields[0])

    def send(self, case: Case):
        with world.connect(case.client) as connection:
            return world.send(message(f"a@{case.domain}"), case.client, sender=f"b@{case.domain}", connection=connection)


if __name__ == "__main__":
    unittest.main()
