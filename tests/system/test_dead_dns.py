"""DNS that refuses or stays silent: mail is delayed by DNSTimeout at most, and a failure is never taken for "no policy"."""

import socket
import time
import unittest

from namespace import ATTACKER
from world import SEED, World, auth_results, message

# Far above DNSTimeout and what Postfix needs, far below what a filter without a deadline takes (a minute and more).
PATIENCE = 15

world: World


def setUpModule() -> None:
    global world
    world = World(SEED + "DNSTimeout 2\n")
    world.stop_dns()


def tearDownModule() -> None:
    world.close()


class DeadDns(unittest.TestCase):
    def check(self) -> None:
        begin = time.monotonic()
        answer = world.send(message("a@reject.example"), ATTACKER)
        self.assertLess(time.monotonic() - begin, PATIENCE)
        self.assertEqual(answer.code, 250, answer.text)
        fields = auth_results(world.delivered(answer))
        self.assertTrue(any("OpenDMARC; dmarc=temperror" in field for field in fields), fields)

    def test_refused_connections_give_temperror(self):
        self.check()

    def test_silent_server_gives_temperror_within_the_deadline(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 53))
            self.check()

    def test_temp_error_action_tempfail_defers(self):
        world.restart_filter(SEED + "DNSTimeout 2\nTempErrorAction tempfail\n")
        answer = world.send(message("a@reject.example"), ATTACKER)
        self.assertEqual(answer.code, 451, answer.text)
        self.assertIn("4.7.1", answer.text)
        world.restart_filter(SEED + "DNSTimeout 2\n")


if __name__ == "__main__":
    unittest.main()
