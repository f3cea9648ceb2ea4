"""Colour profiles (ICC.1:2010) made by bytes: three primaries, grey, and tables."""

import struct

# XYZ of red, green and blue under D50, and the gamma.
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
PROPHOTO = ((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491))
D50 = (0.9642, 1.0, 0.8249)
# The curve of sRGB: gamma, then a, b, c and d of the linear part.
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def fixed(*numbers):
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def xyz(numbers):
    return b"XYZ \0\0\0\0" + fixed(*numbers)


def curve(gamma):
    if isinstance(gamma, tuple):
        return b"para\0\0\0\0\0\3\0\0" + fixed(*gamma)
    return b"curv\0\0\0\0\0\0\0\1" + struct.pack(">H", round(gamma * 256))


def profile(space, tags, connection=b"XYZ ", device=b"mntr"):
    """Return a profile of a colour space with the named tags."""
    tags = {b"desc": b"desc\0\0\0\0\0\0\0\5Test\0" + bytes(79), b"wtpt": xyz(D50)} | tags
    table, data, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += name + struct.pack(">II", start + len(data), len(tag))
        data += tag + bytes(-len(tag) % 4)
    header = struct.pack(
        ">I4sI4s4s4s", start + len(data), b"", 0x02400000, device, space, connection
    )
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + fixed(*D50)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def of_primaries(primaries, gamma):
    names = (b"rXYZ", b"gXYZ", b"bXYZ")
    tags = {name: xyz(numbers) for name, numbers in zip(names, primaries, strict=True)}
    return profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve(gamma)))


def of_grey(gamma):
    return profile(b"GRAY", {b"kTRC": curve(gamma)})


def of_table(space, channels, lab):
    """Return a profile with a table of two points for each channel; `lab` gives their colours.

    It gets the channels from 0 to 1, and returns L from 0 to 100, and a and b from -128 to 127.
    """
    straight = bytes(range(256))
    points = b""
    for number in range(2**channels):
        values = [number >> (channels - 1 - channel) & 1 for channel in range(channels)]
        lightness, a, b = lab(*values)
        points += bytes((round(lightness * 2.55), a + 128, b + 128))
    table = b"mft1\0\0\0\0" + bytes((channels, 3, 2, 0)) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += straight * channels + points + straight * 3
    return profile(space, {b"A2B0": table}, b"Lab ", b"prtr")


adobe_rgb = of_primaries(ADOBE_RGB, 563 / 256)
display_p3 = of_primaries(DISPLAY_P3, SRGB_CURVE)
prophoto = of_primaries(PROPHOTO, 1.8)
# Everything becomes a grey that is as light as its red.
red_as_grey = of_table(b"RGB ", 3, lambda red, _green, _blue: (red * 100, 0, 0))
# A printing press that is all black with black, and white without.
black_alone = of_table(b"CMYK", 4, lambda _c, _m, _y, black: (100 - black * 100, 0, 0))
