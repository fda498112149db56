#!/usr/bin/env python3
"""Test vectors that no standard prints, and a second opinion on those that are printed.

    compute.py write   writes the computed and the negative vectors below test-vectors/
    compute.py check   fails when a committed file differs from what is computed here, when one is missing or left
                       over, or when a published vector disagrees with the formulas

Needs Python 3.11 and the `cryptography` package, of which it uses AES and CMAC, and for legacy cards triple DES.
"""

import json
import sys
from pathlib import Path

import chip_authentication
import general_authentication
import mrz_vectors
import negative_vectors
import pace_cam
import pace_vectors
import published
import scp02_vectors
import scp03_vectors
import secure_messaging_vectors

ROOT = Path(__file__).resolve().parents[2] / "test-vectors"
FOLDERS = ("scp03", "pace", "pace-cam", "chip-authentication", "general-authentication", "secure-messaging", "mrz", "scp02", "diversification")


def computed() -> dict[str, dict]:
    positive = scp03_vectors.vectors() | pace_vectors.vectors() | secure_messaging_vectors.vectors()
    others = pace_cam.vectors() | chip_authentication.vectors() | mrz_vectors.vectors()
    others |= general_authentication.vectors() | scp02_vectors.vectors()
    return positive | negative_vectors.vectors(ROOT, positive) | others


def text(vector: dict) -> str:
    return json.dumps(vector, indent=2, ensure_ascii=False) + "\n"


def is_ours(path: Path) -> bool:
    return path.parent.name == "mrz" or path.name.startswith(("computed-", "negative-"))


def write() -> int:
    files = computed()
    for name, vector in files.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(vector), "utf-8")
    print(f"wrote {len(files)} vectors")
    return 0


def check() -> int:
    files, faults, agreed = computed(), [], 0
    for name, vector in files.items():
        path = ROOT / name
        if not path.exists():
            faults.append(f"{name}: missing; run compute.py write")
        elif path.read_text("utf-8") != text(vector):
            faults.append(f"{name}: differs from what is computed; run compute.py write and look at the change")
    for path in sorted(p for folder in FOLDERS for p in (ROOT / folder).glob("*.json")):
        name = path.relative_to(ROOT).as_posix()
        if is_ours(path) and name not in files:
            faults.append(f"{name}: nothing here computes it any more; delete it")
        vector = json.loads(path.read_text("utf-8"))
        if vector["kind"].startswith("mrz-") or vector["expect"] != "pass":
            continue
        try:
            published.check(vector)
            agreed += 1
        except published.Difference as fault:
            faults.append(f"{name}: {fault}")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(files)} vectors compared, {agreed} recomputed, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    modes = {"write": write, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in modes:
        sys.exit("usage: compute.py write | check")
    sys.exit(modes[sys.argv[1]]())
