"""What docs/postfix.md says, with a real Postfix."""

import grp
import os
import pwd
import smtplib
import unittest

from namespace import ATTACKER, GENUINE, SERVER
from services import Process, wait_for_port
from world import BIN, EXTRA, SEED, Answer, World, auth_results, message

PER_FILTER = "smtpd_milters = { inet:127.0.0.1:8893, default_action=tempfail }"

world: World


def setUpModule() -> None:
    global world
    world = World(SEED, milters="smtpd_milters = inet:127.0.0.1:8893\nmilter_default_action = accept\n", opendkim=None)


def tearDownModule() -> None:
    world.close()


def spoof() -> bytes:
    return message("ceo@reject.example")


class PostfixGuide(unittest.TestCase):
    def tearDown(self) -> None:
        world.postfix.set("smtpd_milters = inet:127.0.0.1:8893", "smtpd_milter_maps =")

    def send_to_port(self, port: int, client: str) -> Answer:
        with smtplib.SMTP("127.0.0.1" if client == "127.0.0.1" else SERVER, port, local_hostname="client.example", timeout=60,
                          source_address=(client, 0)) as smtp:
            smtp.ehlo()
            smtp.mail("any@attack.example")
            smtp.rcpt("inbox@victim.example")
            code, reply = smtp.data(spoof())
            return Answer(code, reply.decode())

    def assert_not_judged(self, answer: Answer) -> None:
        self.assertEqual(answer.code, 250, answer.text)
        self.assertEqual(auth_results(world.delivered(answer)), [])

    def test_while_the_filter_is_down_its_own_default_action_decides(self):
        world.filter.stop()
        self.assert_not_judged(world.send(spoof(), ATTACKER))  # accept lets it in
        world.postfix.set(PER_FILTER)
        with self.assertRaisesRegex(AssertionError, "451"):
            world.send(spoof(), ATTACKER)
        world.start_filter(SEED)
        self.assertEqual(world.send(spoof(), ATTACKER).code, 550)
        self.assertEqual(world.send(message("a@reject.example"), GENUINE, sender="a@reject.example").code, 250)

    def test_a_socket_in_the_queue_folder(self):
        folder = world.postfix.root / "queue" / "opendmarc"
        folder.mkdir()
        os.chown(folder, pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid)
        folder.chmod(0o2750)  # the socket's group is the folder's
        socket = folder / "opendmarc.sock"
        configuration = world.scratch / "unix.conf"
        configuration.write_text(SEED.replace("inet:8893@127.0.0.1", f"local:{socket}") + "UMask 007\n" + EXTRA)
        world.filter.stop()
        filter_on_unix = Process(str(BIN / "dmarcd"), "-f", "-l", "-c", str(configuration), log=world.scratch / "unix.log",
                                 ready=socket)
        try:
            world.postfix.set("smtpd_milters = unix:opendmarc/opendmarc.sock")
            self.assertEqual(world.send(spoof(), ATTACKER).code, 550)
        finally:
            filter_on_unix.stop()
            world.start_filter(SEED)

    def test_ports_without_the_filter(self):
        world.postfix.add_service("587 inet n - n - - smtpd\n  -o smtpd_milters=")
        world.postfix.add_service("127.0.0.1:10025 inet n - n - - smtpd\n  -o smtpd_milters=\n  -o receive_override_options=no_milters")
        world.postfix.set("smtpd_milters = inet:127.0.0.1:8893")
        wait_for_port(SERVER, 587)
        wait_for_port("127.0.0.1", 10025)
        self.assert_not_judged(self.send_to_port(587, ATTACKER))
        self.assert_not_judged(self.send_to_port(10025, "127.0.0.1"))
        self.assertEqual(self.send_to_port(25, ATTACKER).code, 550)

    def test_hosts_that_no_filter_is_asked_for(self):
        table = world.postfix.config / "milter_maps"
        table.write_text(f"{ATTACKER}/32 DISABLE\n")
        world.postfix.set(f"smtpd_milter_maps = cidr:{table}")
        self.assert_not_judged(world.send(spoof(), ATTACKER))

    def test_hosts_that_the_filter_ignores(self):
        listed = world.scratch / "relays"
        listed.write_text(ATTACKER + "\n")
        world.restart_filter(SEED + f"IgnoreHosts {listed}\n")
        self.assert_not_judged(world.send(spoof(), ATTACKER))
        world.restart_filter(SEED)
        self.assertEqual(world.send(spoof(), ATTACKER).code, 550)
