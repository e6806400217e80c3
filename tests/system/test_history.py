"""The history file when things go wrong: a killed filter, a full disk, rotation under load."""

import os
import signal
import subprocess
import threading
import unittest

import services
from namespace import GENUINE
from world import SEED, World, message

SENDERS = 4

world: World


def setUpModule() -> None:
    global world
    world = World(SEED, history=True)


def tearDownModule() -> None:
    world.close()


class Load:
    """Keeps sending genuine messages on a few connections; remembers the queue id of each that was accepted."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, count: int) -> None:
        services.wait_until(lambda: len(self.accepted) >= count, f"{count} messages accepted")

    def _send(self) -> None:
        while not self._stopping.is_set():
            answer = world.send(message("a@reject.example"), GENUINE, sender="a@reject.example")
            if answer.code == 250:
                self.accepted.append(answer.queue_id)


class History(unittest.TestCase):
    def setUp(self) -> None:
        self.mark = world.log.mark()

    def restart_filter(self) -> None:
        world.filter.stop()
        world.start_filter(SEED + f"HistoryFile {world.history_path}\n")

    def judged(self) -> set[str]:
        """The jobs that the filter has judged, by its log: Postfix accepts mail while there is no filter."""
        return {line.split()[1].rstrip(":") for line in world.log.since(self.mark)
                if "dmarcd[" in line and line.endswith(": reject.example pass")}

    def recorded(self) -> list[str]:
        return [record["job"] for record in world.history()]

    def test_a_killed_filter_loses_no_record_of_an_answered_message(self):
        with Load() as load:
            for _ in range(5):
                load.wait_for(len(load.accepted) + 10)
                os.kill(world.filter.pid, signal.SIGKILL)
                self.restart_filter()
        answered = self.judged() & set(load.accepted)
        self.assertGreater(len(answered), 20)
        self.assertEqual(answered - set(self.recorded()), set())

    def test_a_full_disk_refuses_no_mail_and_the_records_arrive_when_space_does(self):
        folder = world.history_path.parent
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)], check=True)
        self.restart_filter()  # it has confined itself to the folder that is hidden now
        try:
            with Load() as load:
                world.log.wait_for("No space left on device; records wait in memory", self.mark)
                load.wait_for(len(load.accepted) + 20)
            subprocess.run(["mount", "-o", "remount,size=1m", str(folder)], check=True)
            world.log.wait_for("writable again", self.mark)
            self.assertEqual(sorted(self.recorded()), sorted(load.accepted))
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
            self.restart_filter()

    def test_rotation_under_load_loses_nothing(self):
        parts = []
        with Load() as load:
            for number in range(10):
                load.wait_for(len(load.accepted) + 5)
                parts.append(world.history_path.with_suffix(f".{number}"))
                world.history_path.rename(parts[-1])
                load.wait_for(len(load.accepted) + SENDERS)
        lines = [line for path in [*parts, world.history_path] for line in path.read_text().splitlines()]
        recorded = {line.removeprefix("job ") for line in lines if line.startswith("job ")}
        self.assertEqual(set(load.accepted) - recorded, set())


if __name__ == "__main__":
    unittest.main()
