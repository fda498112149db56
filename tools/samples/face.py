"""A drawn portrait: head and shoulders before a plain background, a little different for every seed."""

import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SKINS = ((236, 198, 166), (224, 180, 144), (205, 158, 120), (188, 140, 104), (168, 120, 88))
HAIRS = ((28, 24, 22), (44, 34, 30), (60, 46, 38), (120, 118, 116), (196, 194, 190))
CLOTHES = ((62, 78, 110), (88, 60, 60), (52, 92, 78), (120, 124, 130), (238, 238, 236), (40, 44, 52), (150, 112, 64))
BACKGROUNDS = ((178, 204, 226), (222, 228, 232), (196, 214, 206), (160, 190, 220))
DRAWN = (480, 640)


def shade(colour: tuple[int, int, int], factor: float) -> tuple[int, int, int]:
    return tuple(max(0, min(255, round(c * factor))) for c in colour)


def grain(size: tuple[int, int], amount: float, seed: int) -> Image.Image:
    """Sensor noise, centred on middle grey; the generator is seeded, so a picture is the same on every run."""
    source = random.Random(seed)
    tile = Image.frombytes("L", (256, 256), source.randbytes(256 * 256)).resize((257, 257))
    noise = Image.new("L", size)
    for x in range(0, size[0], 257):
        for y in range(0, size[1], 257):
            noise.paste(tile.rotate(90 * source.randrange(4)), (x, y))
    return noise.point([round(128 + (v - 128) * amount) for v in range(256)])


def portrait(seed: int, sex: str, age: int, size: tuple[int, int] = DRAWN, noise: float = 0.10) -> Image.Image:
    """The face keeps to the middle: eyes at 45 % of the height, crown below 12 %, chin above 75 %."""
    pick = random.Random(seed)
    width, height = DRAWN
    background, skin = pick.choice(BACKGROUNDS), pick.choice(SKINS)
    hair = HAIRS[4] if age > 68 else HAIRS[3] if age > 56 else pick.choice(HAIRS[:3])
    cloth = pick.choice(CLOTHES)
    image = Image.new("RGB", DRAWN)
    draw = ImageDraw.Draw(image)
    for y in range(height):
        draw.line((0, y, width, y), fill=shade(background, 1.04 - 0.12 * y / height))

    middle = width // 2 + pick.randint(-6, 6)
    half, top, chin = pick.randint(98, 112), pick.randint(126, 140), pick.randint(430, 452)
    eyes = top + round((chin - top) * 0.48)
    long_hair = sex == "F" and pick.random() < 0.75
    if long_hair:
        draw.ellipse((middle - half - 38, top - 44, middle + half + 38, chin + 110), fill=shade(hair, 0.92))
    draw.ellipse((middle - 240, 500, middle + 240, 900), fill=shade(cloth, 0.8))
    draw.ellipse((middle - 232, 506, middle + 232, 900), fill=cloth)
    draw.rounded_rectangle((middle - 52, chin - 60, middle + 52, 560), 40, fill=shade(skin, 0.86))
    for side in (-1, 1):
        draw.polygon([(middle, 590), (middle + side * 60, 508), (middle + side * 96, 560)], fill=shade(cloth, 1.25))
        ear = middle + side * (half - 2)
        draw.ellipse((ear - 16, eyes - 26, ear + 16, eyes + 40), fill=shade(skin, 0.9))
    draw.ellipse((middle - half, top, middle + half, chin), fill=skin)

    draw.chord((middle - half - 8, top - 34, middle + half + 8, top + 190), 186, 354, fill=hair)
    parting = pick.randint(-60, 60)
    draw.polygon([(middle + parting, top + 8), (middle - half, top + 112), (middle - half + 20, top + 30)], fill=hair)
    draw.polygon([(middle + parting, top + 8), (middle + half, top + 112), (middle + half - 20, top + 30)], fill=hair)
    face_features(draw, pick, middle, eyes, chin, half, skin, hair, age)
    image = image.filter(ImageFilter.GaussianBlur(1.6))
    light = Image.new("L", DRAWN, 128)
    ImageDraw.Draw(light).ellipse((middle - 260, top - 90, middle + 90, chin + 40), fill=142)
    light = light.filter(ImageFilter.GaussianBlur(70))
    image = ImageChops.overlay(image, Image.merge("RGB", (light,) * 3))
    if size != DRAWN:
        image = image.resize(size, Image.Resampling.BICUBIC)
    film = Image.merge("RGB", [grain(size, noise, seed * 3 + i) for i in range(3)])
    return ImageChops.add(image, film, 1, -128)


def face_features(draw, pick, middle, eyes, chin, half, skin, hair, age) -> None:
    span, iris = round(half * 0.46), pick.choice(((40, 26, 18), (58, 38, 24), (30, 24, 22)))
    open_ = pick.randint(9, 13)
    for side in (-1, 1):
        x = middle + side * span
        draw.ellipse((x - 25, eyes - open_, x + 25, eyes + open_), fill=(246, 244, 240))
        draw.ellipse((x - 11, eyes - 11, x + 11, eyes + 11), fill=iris)
        draw.ellipse((x - 3, eyes - 6, x + 3, eyes), fill=(250, 250, 250))
        draw.arc((x - 27, eyes - open_ - 3, x + 27, eyes + open_ + 6), 190, 350, fill=shade(hair, 0.7), width=4)
        tilt = pick.randint(0, 5)
        draw.line((x - side * 30, eyes - 26, x + side * 30, eyes - 30 + tilt), fill=shade(hair, 0.9), width=9)
        if age > 50:
            draw.arc((x - 28, eyes + 4, x + 28, eyes + 30), 20, 160, fill=shade(skin, 0.82), width=2)
    nose = eyes + round((chin - eyes) * 0.42)
    draw.line((middle + 6, eyes + 10, middle + 14, nose), fill=shade(skin, 0.88), width=5)
    draw.arc((middle - 22, nose - 18, middle + 22, nose + 14), 20, 160, fill=shade(skin, 0.72), width=5)
    mouth, smile = eyes + round((chin - eyes) * 0.68), pick.randint(6, 16)
    draw.chord((middle - 40, mouth - smile, middle + 40, mouth + smile), 0, 180, fill=(170, 92, 88))
    draw.line((middle - 40, mouth, middle + 40, mouth), fill=(130, 66, 64), width=3)
    if age > 60:
        for side in (-1, 1):
            draw.line((middle + side * 30, nose, middle + side * 52, mouth + 6), fill=shade(skin, 0.86), width=2)
    if pick.random() < 0.25:
        for side in (-1, 1):
            x = middle + side * span
            draw.ellipse((x - 36, eyes - 30, x + 36, eyes + 32), outline=(36, 36, 40), width=4)
        draw.line((middle - span + 34, eyes, middle + span - 34, eyes), fill=(36, 36, 40), width=4)
