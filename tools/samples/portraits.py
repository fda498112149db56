#!/usr/bin/env python3
"""Draws the portraits of the sample members into test-vectors/samples/portraits.

    portraits.py [--force]

Pictures that exist are kept unless --force is given. Needs Python 3.11 and Pillow 11 or newer. `specimen.jpg`, a real photograph, is not drawn.
"""

import sys
import zlib
from pathlib import Path

from PIL import Image

from face import portrait
from members import OUT, entries
from roster import Row

FOLDER = OUT / "portraits"
YEAR = 2026
QUALITY = 86
ORIENTATION = 0x0112  # Exif tag
RIGHT_TOP = 6  # turn clockwise by 90 degrees to see it upright


def upright(row: Row, seed: int, size: tuple[int, int], noise: float = 0.10) -> Image.Image:
    return portrait(seed, row.sex, YEAR - int(row.birth[:4]), size, noise)


def draw(row: Row, path: Path) -> None:
    seed = zlib.crc32(path.stem.encode())
    size = (480, 640)
    match row.portrait_kind:
        case "missing" | "specimen" | "shared":
            return
        case "text":
            path.write_text("This is a list of names that somebody saved as a picture.\n1. Triệu Thị Mừng\n", "utf-8")
        case "huge":
            upright(row, seed, (3000, 4000), 0.25).save(path, quality=QUALITY)
        case "exif6":
            exif = Image.Exif()
            exif[ORIENTATION] = RIGHT_TOP
            upright(row, seed, size).transpose(Image.Transpose.ROTATE_90).save(path, quality=QUALITY, exif=exif)
        case "png":
            upright(row, seed, (300, 400), 0.01).save(path, optimize=True)
        case "landscape":
            picture = upright(row, seed, (450, 600))
            wide = Image.new("RGB", (800, 600), picture.getpixel((10, 200)))
            wide.paste(picture.resize((800, 600), box=(0, 0, 20, 600)), (0, 0))
            wide.paste(picture, (175, 0))
            wide.save(path, quality=QUALITY)
        case "tiny":
            upright(row, seed, (60, 80)).save(path, quality=QUALITY)
        case "progressive":
            upright(row, seed, size).save(path, quality=QUALITY, progressive=True)
        case "plain":
            upright(row, seed, size).save(path, quality=QUALITY)
        case other:
            raise ValueError(other)


def main(force: bool) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    drawn = set()
    for row, values in entries():
        path = FOLDER / values["portrait"]
        if path not in drawn and (force or not path.exists()):
            draw(row, path)
        drawn.add(path)
    total = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"{len(list(FOLDER.iterdir()))} portraits, {total / 1e6:.1f} MB")


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--force"]):
        sys.exit("usage: portraits.py [--force]")
    main(bool(sys.argv[1:]))
