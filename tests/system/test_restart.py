"""Restarts and reloads while mail flows: no message is deferred, refused or let through unjudged."""

import os
import signal
import socket
import threading
import unittest

import services
from namespace import ATTACKER
from world import SEED, World, message

# Anything that the filter does not answer becomes visible as a 4xx.
MILTERS = services.Postfix.MILTERS.replace("milter_default_action = accept", "milter_default_action = tempfail")
CLIENTS = 4
MESSAGES = 60  # for each client
RESTARTS = 4

world: World


def setUpModule() -> None:
    global world
    world = World(SEED, MILTERS)


def tearDownModule() -> None:
    world.close()


class Traffic:
    """Clients that send genuine and spoofed mail in turns and keep every answer that is not the right one."""

    def __init__(self):
        self.wrong: list[str] = []
        self.sent = 0
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        texts = {250: world.sign(message("a@reject.example"), "reject.example"), 550: message("a@reject.example")}
        for number in range(MESSAGES):
            expected = 250 if number % 2 else 550
            try:
                answer = world.send(texts[expected], ATTACKER)
                outcome = f"{answer.code} {answer.text}"
            except Exception as error:  # whatever it is belongs into the list, a thread can't fail a test
                outcome = repr(error)
            with self._lock:
                self.sent += 1
                if not outcome.startswith(str(expected)):
                    self.wrong.append(f"expected {expected}, got {outcome}")

    def running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def wait_until_sent(self, count: int) -> None:
        while self.running() and self.sent < count:
            self._threads[0].join(0.05)

    def finish(self) -> list[str]:
        for thread in self._threads:
            thread.join()
        return self.wrong


def socket_activation(listener: socket.socket) -> dict:
    """Options of World.start_filter that hand over `listener` as systemd does (sd_listen_fds(3))."""
    script = f'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@" 3<&{listener.fileno()}'
    return {"pass_fds": (listener.fileno(),), "prefix": ["sh", "-c", script]}


class Restart(unittest.TestCase):
    def test_restart_under_load_with_socket_activation_defers_nothing(self):
        world.filter.stop()
        with socket.create_server(("127.0.0.1", 8893)) as listener:
            options = socket_activation(listener)
            world.start_filter(SEED, **options)
            traffic = Traffic()
            for restart in range(1, RESTARTS + 1):
                traffic.wait_until_sent(restart * CLIENTS * MESSAGES // (RESTARTS + 2))
                self.assertEqual(world.filter.stop(), 0)
                world.start_filter(SEED, **options)
            self.assertTrue(traffic.running(), "the restarts came too late to meet any mail")
            self.assertEqual(traffic.finish(), [])
            self.assertEqual(traffic.sent, CLIENTS * MESSAGES)
            world.filter.stop()
        world.start_filter(SEED)

    def test_hup_and_usr1_storm_under_load_disturbs_nothing(self):
        traffic = Traffic()
        signals = 0
        while traffic.running():
            os.kill(world.filter.pid, signal.SIGHUP if signals % 2 else signal.SIGUSR1)
            signals += 1
            traffic.wait_until_sent(traffic.sent + 1)
        self.assertGreater(signals, CLIENTS)
        self.assertEqual(traffic.finish(), [])

    def test_stop_finishes_the_message_in_progress(self):
        with world.connect(ATTACKER) as smtp:
            smtp.ehlo_or_helo_if_needed()
            smtp.mail("any@attack.example")
            smtp.rcpt("inbox@victim.example")
            stopping = threading.Thread(target=world.filter.stop)
            stopping.start()
            world.log.wait_for(r"dmarcd\[\d+\]: stopping")
            code, reply = smtp.data(message("a@reject.example"))
        self.assertEqual(code, 550, reply)
        stopping.join()
        world.start_filter(SEED)


if __name__ == "__main__":
    unittest.main()
