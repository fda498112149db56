"""An issuer's home of the judges, and the software cards in it, shown to PC/SC by `chipwright emulator serve`."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CHIPWRIGHT = ROOT / "target" / "debug" / "chipwright"
SAMPLES = ROOT / "test-vectors" / "samples"
READERS = ("Virtual PCD 00 00", "Virtual PCD 00 01")


class Fault(Exception):
    """What the judges need did not come about."""


def wait_until(holds, what: str) -> None:
    for _ in range(400):
        if holds():
            return
        time.sleep(0.02)
    raise Fault(f"not within 8 s: {what}")


class Home:
    def __init__(self, folder: Path, application: str, aes: int, *options: str, **configuration: bool | str) -> None:
        """`options` of `init`; `configuration`: values of config.toml that differ from what it writes."""
        self.folder, self.application, self.server = folder, application, None
        self.run("init", "--test", str(folder), "--aid", application, "--aes", str(aes), *options)
        file = folder / "config.toml"
        text = file.read_text()
        for name, value in configuration.items():
            text, found = re.subn(rf"^{name} = .*$", f"{name} = {json.dumps(value)}", text, flags=re.MULTILINE)
            if found != 1:
                raise Fault(f"{file} has {name} {found} times")
        file.write_text(text)

    def call(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
        environment = {**os.environ, "CHIPWRIGHT_HOME": str(self.folder), "LC_ALL": "C"}
        return subprocess.run([CHIPWRIGHT, *arguments], input=stdin, capture_output=True, text=True, env=environment,
                              check=False)

    def run(self, *arguments: str) -> str:
        done = self.call(*arguments)
        if done.returncode != 0:
            raise Fault(f"chipwright {arguments[0]}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def blanks(self, count: int) -> None:
        self.run("emulator", "create", "--count", str(count))

    def serve(self, *arguments: str) -> None:
        environment = {**os.environ, "CHIPWRIGHT_HOME": str(self.folder)}
        self.server = subprocess.Popen([CHIPWRIGHT, "emulator", "serve", *arguments], env=environment,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.call("emulator", "slots").returncode == 0, "emulator serve answers")

    def stop(self) -> None:
        if self.server is not None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(timeout=10)
            self.server = None
            wait_until(lambda: not any(in_readers().values()), "the readers are empty")

    def issue(self, count: int) -> None:
        """Cards for so many members, from the magazine in slot 0. Bad rows of the sample are refused, exit code 3."""
        files = ("--members", str(SAMPLES / "members.csv"), "--portraits", str(SAMPLES / "portraits"))
        batch = self.folder / "members.batch"
        if not batch.exists():
            # two registrars; 3 for the bad rows of the sample
            prepared = self.call("batch", "prepare", *files, "--registrar", "lan", "--out", str(batch))
            if prepared.returncode not in (0, 3):
                raise Fault(f"chipwright batch prepare: exit code {prepared.returncode}\n{prepared.stderr}")
            self.run("batch", "approve", str(batch), *files, "--registrar", "minh")
        done = self.call("issue", *files, "--batch", str(batch),
                         "--reader", f"pcsc:{READERS[0]}", "--limit", str(count), "--wait", "10")
        issued = sum(line.startswith("issued ") for line in done.stdout.splitlines())
        if done.returncode not in (0, 3) or issued != count:
            raise Fault(f"chipwright issue: exit code {done.returncode}, {issued} issued\n{done.stdout}{done.stderr}")
        # the last card of a magazine stays where it is
        self.call("emulator", "pull", "--slot", "0")
        wait_until(lambda: not in_readers()[READERS[0]], "the magazine's slot is empty")

    def put_in(self, name: str, slot: int) -> None:
        # a card that was just issued may still be in the magazine's slot
        wait_until(lambda: self.call("emulator", "insert", name, "--slot", str(slot)).returncode == 0, f"{name} is free")
        wait_until(lambda: in_readers()[READERS[slot]], f"{name} is in the reader")

    def take_out(self, slot: int) -> None:
        self.run("emulator", "pull", "--slot", str(slot))
        wait_until(lambda: not in_readers()[READERS[slot]], "the reader is empty")

    def chips(self) -> list[tuple[str, str]]:
        """Names of the software cards that the registry counts as issued, with the chip's identifier."""
        issued = {card["chip"] for card in self.lines("list") if card["status"] == "issued"}
        return [(card["name"], card["chip"]) for card in self.lines("emulator", "list") if card["chip"] in issued]

    def lines(self, *arguments: str) -> list[dict]:
        return [json.loads(line) for line in self.run(*arguments, "--json").splitlines()]

    def password(self, chip: str) -> str:
        """The card access number that stands on the card, as the registry knows it."""
        with sqlite3.connect(self.folder / "registry.sqlite") as registry:
            (number,) = registry.execute("SELECT can FROM cards WHERE chip = ? AND status = 'issued'", (chip,)).fetchone()
        return number


def in_readers() -> dict[str, bool]:
    listed = subprocess.run([CHIPWRIGHT, "readers", "--json"], capture_output=True, text=True, check=False).stdout
    return {reader["name"]: reader["state"] != "empty" for reader in map(json.loads, listed.splitlines())}
