"""The server that is to die, on a directory of its own.

Kill -9: `dying_call` is preloaded and counts the calls by which anything leaves the process; `arm`
says at which of them it is killed, and how. Power loss: `almanacd_faults` loses what is not synced
after so many changes of its disk. Nothing here waits for time to pass.
"""
import json
import mmap
import os
import pathlib
import shutil
import signal
import struct
import subprocess

import house

WAYS = ["before", "torn", "after", "hanging"]
NUMBERS = struct.Struct("=qqq")
# For a directory to be copied quickly; the next start makes it again.
NOT_COPIED = shutil.ignore_patterns("ballast", "lock", "LOG*")


class Template:
    """A directory with a salon that has some history, made once and copied for every point."""

    def __init__(self, root, program):
        self.root, self.program = pathlib.Path(root), program
        self.root.mkdir(parents=True, exist_ok=True)
        self.data = self.root / "data"
        made = subprocess.run([program, "init", "--data", str(self.data), "--json"],
                              capture_output=True, text=True, check=True)
        self.key = json.loads(made.stdout)["admin_api_key"]
        self.salon, self.services = None, []
        self.views = frozenset()  # names of those that are compared after each crash

    def fill(self, chairs, history):
        """Chairs with a service each; `history` bookings, in two runs of the server."""
        first = Victim(self, self.data, self.root / "template.err")
        first.must_start()
        self.salon = house.Salon(first, chairs=chairs, services=0, clients=4)
        api = first.client("salon")
        self.services = [house.Salon.add_service(api, f"Cut {n}", [chair])
                         for n, chair in enumerate(self.salon.chairs)]
        for n in range(history):
            if n == history // 2:
                api.close()
                first.stop()
                first.must_start()
                api = first.client("salon")
            api.made("appointments", {
                "service_id": self.services[n % chairs], "client_id": self.salon.clients[n % 4],
                "start": house.instant(2 + n // chairs // 24, n // chairs % 24),
                "client_notes": f"note {n}"})
        api.close()
        first.stop()
        return self


class Victim(house.House):
    def __init__(self, template, data, stderr_path, power_seed=None):
        self.root, self.data, self.stderr_path = pathlib.Path(data).parent, pathlib.Path(data), \
            pathlib.Path(stderr_path)
        self.program, self.key = template.program, template.key
        self.power_seed = power_seed  # nothing: it is killed
        self.process = self.address = self.refusal = None
        self.may_lose_power = False
        order = self.root / "dying_call"
        order.write_bytes(bytes(NUMBERS.size))
        with open(order, "r+b") as file:
            self.order = mmap.mmap(file.fileno(), NUMBERS.size)
        self.order_path = order

    @classmethod
    def copied(cls, template, root, power_seed=None):
        root = pathlib.Path(root)
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(template.data, root / "data", ignore=NOT_COPIED)
        (root / "data" / "lock").touch()
        return cls(template, root / "data", root / "server.err", power_seed)

    def arm(self, call, way):
        NUMBERS.pack_into(self.order, 0, call, WAYS.index(way), 0)
        if self.may_lose_power and self.process is not None:
            self.process.send_signal(signal.SIGUSR1)

    def disarm(self):
        self.arm(0, "before")

    def start_to_die(self):
        """As it dies later, or already now: then the answer is False. A seeded bug is had here
        only, not by the server that is asked afterwards."""
        bug = os.environ.get("ALMANAC_SEEDED_BUG", "")
        if self.power_seed is None:
            return self.try_start(self.program, {
                "ALMANAC_SEEDED_BUG": bug, "LD_PRELOAD": os.environ["DYING_CALL"],
                "ALMANAC_DYING_CALL": str(self.order_path)})
        self.may_lose_power = True
        return self.try_start(os.environ["ALMANACD_FAULTS"], {
            "ALMANAC_SEEDED_BUG": bug, "ALMANAC_POWER_ROOT": str(self.data),
            "ALMANAC_POWER_LOSS": str(self.order_path), "ALMANAC_FAULT_SEED": str(self.power_seed)})

    def try_start(self, program, environment):
        house.ALMANACD = program
        try:
            self.start(["--io-threads", "1"], environment)
        except AssertionError:
            self.refusal = self.process.returncode
            self.process.stdout.close()
            self.process = None
            return False
        return True

    def must_start(self):
        self.may_lose_power = False
        self.disarm()
        if not self.try_start(self.program, {"ALMANAC_SEEDED_BUG": ""}):
            raise AssertionError(f"no start (exit {self.refusal}): {self.stderr()[-1500:]}")
        return self
