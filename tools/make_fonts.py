"""Make the web fonts in portal/static/fonts from the npm packages of Besley and Source Sans 3.

    npm install --prefix tools && pip install fonttools brotli
    python tools/make_fonts.py [path to node_modules]
    python tools/make_fonts.py --fallbacks [fonts of a system]

Besley is cut down to one weight, Source Sans 3 to 400-700. Each face becomes a Latin file, which
pages preload, and smaller ones that `unicode-range` loads only where a name needs them. Both are
under the SIL Open Font Licence, copied beside them. The last lines are the metrics of the
fallback faces in tokens.css: with them, text does not move when the web font arrives. With
`--fallbacks` only these are printed, and the average advance of each system font that is given:
of Debian's fonts-noto-core, fonts-roboto-unhinted, fonts-roboto-slab and fonts-dejavu-core.

The pictures for social networks are drawn with the same letters, so each face is also written
as one TTF of a single weight, in portal/fonts-for-pictures, which is not served.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "portal" / "static" / "fonts"
OUT_FOR_PICTURES = HERE.parent / "portal" / "fonts-for-pictures"

LATIN = "20-7E A0-FF 131 2013-2014 2018-201E 2022 2026 202F 2190-2193 2212"
EXTENDED = "100-130 132-17F 1A0-1A1 1AF-1B0 218-21B 2BF 1E24-1E29 1E62-1E63"
VIETNAMESE = "1EA0-1EF9"
FEATURES = ["kern", "locl", "ccmp", "tnum", "pnum", "lnum", "liga"]

BESLEY, SOURCE = "besley", "source-sans-3"
WEIGHTS: dict[str, float | tuple[float, float]] = {BESLEY: 560, SOURCE: (400, 700)}
# (package, the file in it, the name of the set, its characters); written to package-set.woff2.
FACES = (
    (BESLEY, "latin", "latin", LATIN),
    (BESLEY, "latin-ext", "extended", EXTENDED),
    (SOURCE, "latin", "latin", LATIN),
    (SOURCE, "latin-ext", "extended", EXTENDED),
    (SOURCE, "vietnamese", "vietnamese", VIETNAMESE),
)

# The one weight of each face in pictures.
PICTURE_WEIGHTS = {BESLEY: 560, SOURCE: 400}

# The faces of systems that stand in for ours, each with the average advance of its English text as
# a part of the em: Windows and macOS, Android, Linux.
FALLBACKS = {
    BESLEY: {
        "Georgia": 913 / 2048,
        "Noto Serif": 980 / 2048,
        "DejaVu Serif": 1048 / 2048,
        "Roboto Slab": 969 / 2048,
    },
    SOURCE: {
        "Arial": 904 / 2048,
        "Roboto": 906 / 2048,
        "Noto Sans": 965 / 2048,
        "DejaVu Sans": 1037 / 2048,
    },
}
# The frequency of the space and of each letter in English prose, in hundredths of a per cent.
FREQUENCY = dict(
    zip(
        " etaoinshrdlcumwfgypbvkjxqz",
        (1818, 1040, 741, 669, 614, 570, 553, 518, 499, 490, 348, 330, 228, 226, 197, 193, 182,
         165, 162, 158, 122, 80, 63, 13, 12, 8, 6),
        strict=True,
    )
)  # fmt: skip


def characters(ranges: str) -> Iterable[int]:
    """Yield the code points of ranges such as "20-7E 131"."""
    for part in ranges.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def make(
    source: Path,
    target: Path,
    weight: float | tuple[float, float],
    ranges: str,
    flavor: str | None = "woff2",
) -> TTFont:
    """Write one subset and return it; without a flavor it is a TTF."""
    font = TTFont(source)
    options = Options(
        layout_features=FEATURES,
        hinting=False,
        desubroutinize=True,
        flavor=flavor,
        name_IDs=[1, 2],
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=set(characters(ranges)))
    subsetter.subset(font)
    # After the subset: the instancer drops the empty variations that the subsetter needs.
    instantiateVariableFont(font, {"wght": weight}, inplace=True)
    font.flavor = flavor
    font.save(target)
    return font


def make_for_pictures(package: str, weight: float, modules: Path) -> Path:
    """Write one TTF of the Latin and the extended letters; Pillow needs them in one file."""
    folder = modules / "@fontsource-variable" / package
    target = OUT_FOR_PICTURES / f"{package}-{weight:g}.ttf"
    with TemporaryDirectory() as temporary:
        parts = []
        for file, ranges in (("latin", LATIN), ("latin-ext", EXTENDED)):
            part = Path(temporary, f"{file}.ttf")
            source = folder / "files" / f"{package}-{file}-wght-normal.woff2"
            make(source, part, weight, ranges, flavor=None)
            parts.append(str(part))
        Merger().merge(parts).save(target)
    shutil.copy(folder / "LICENSE", OUT_FOR_PICTURES / f"{package}-OFL.txt")
    return target


def average_advance(font: TTFont) -> float:
    """Return the average advance of English text as a part of the em."""
    cmap, hmtx = font.getBestCmap(), font["hmtx"]
    total = sum(hmtx[cmap[ord(letter)]][0] * part for letter, part in FREQUENCY.items())
    return float(total / sum(FREQUENCY.values()) / font["head"].unitsPerEm)


def print_fallbacks(systems: Iterable[str] = ()) -> None:
    """Print the metrics of the fallback faces, and the averages of system fonts."""
    for package, faces in FALLBACKS.items():
        font = TTFont(OUT / f"{package}-latin.woff2")
        print(*(fallback_metrics(font, *face) for face in faces.items()), sep="\n")
    for path in systems:
        print(f"{path}: {average_advance(TTFont(path)) * 2048:.0f} / 2048")


def fallback_metrics(font: TTFont, name: str, fallback_average: float) -> str:
    """Return the declarations that give a system face the metrics of a web font."""
    em = font["head"].unitsPerEm
    size = average_advance(font) / fallback_average
    ascent, descent = font["hhea"].ascent / em / size, -font["hhea"].descent / em / size
    return (
        f"local({name}): size-adjust: {size:.1%}; ascent-override: {ascent:.1%}; "
        f"descent-override: {descent:.1%}; line-gap-override: 0%"
    )


def main(modules: Path) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    OUT_FOR_PICTURES.mkdir(parents=True, exist_ok=True)
    for package, file, name, ranges in FACES:
        folder = modules / "@fontsource-variable" / package
        source = folder / "files" / f"{package}-{file}-wght-normal.woff2"
        target = OUT / f"{package}-{name}.woff2"
        font = make(source, target, WEIGHTS[package], ranges)
        print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size} bytes")
        if name == "latin":
            shutil.copy(folder / "LICENSE", OUT / f"{package}-OFL.txt")
    for package, weight in PICTURE_WEIGHTS.items():
        target = make_for_pictures(package, weight, modules)
        print(f"{target.name}: {target.stat().st_size} bytes")
    print_fallbacks()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fallbacks"]:
        print_fallbacks(sys.argv[2:])
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "node_modules")
