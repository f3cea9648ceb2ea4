"""Make the icons in portal/static/icons: the mark, three by three interlaced bars.

    pip install pillow
    python tools/make_icons.py

The same rectangles are the mark in templates/base.html.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

OUT = Path(__file__).resolve().parent.parent / "portal" / "static" / "icons"
PAPER, INK = "#FBFBF8", "#1A2427"

# (x, y, width, height) on a square of 20: where one bar passes under another it stops 1 short.
BARS = (
    (0, 1.5, 7, 4), (13, 1.5, 7, 4), (0, 14.5, 7, 4), (13, 14.5, 7, 4),
    (8, 0, 4, 7), (8, 13, 4, 7), (1.5, 6.5, 4, 7), (14.5, 6.5, 4, 7), (6.5, 8, 7, 4),
)  # fmt: skip


def svg() -> str:
    """Return the favicon, on paper of its own: the browser's bar may be light or dark."""
    path = "".join(f"M{x:g} {y:g}h{w:g}v{h:g}h-{w:g}z" for x, y, w, h in BARS)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 24 24">'
        f'<path fill="{PAPER}" d="M-2-2h24v24H-2z"/><path fill="{INK}" d="{path}"/></svg>\n'
    )


def picture(size: int, margin: float) -> Image.Image:
    """Draw the mark in ink on paper, large, and scale it down for smooth edges."""
    scale = 8
    large = Image.new("RGB", (size * scale, size * scale), PAPER)
    pen, unit = ImageDraw.Draw(large), size * scale * (1 - 2 * margin) / 20
    for x, y, width, height in BARS:
        start = [size * scale * margin + place * unit for place in (x, y)]
        end = [start[0] + width * unit - 1, start[1] + height * unit - 1]
        pen.rectangle([*start, *end], fill=INK)
    return large.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "favicon.svg").write_text(svg(), encoding="utf-8")
    small = [picture(size, 0.06) for size in (16, 32, 48)]
    small[-1].save(OUT / "favicon.ico", sizes=[(16, 16), (32, 32), (48, 48)], append_images=small)
    picture(180, 0.2).save(OUT / "apple-touch-icon.png", optimize=True)
    # For the web app manifest; the mark is within the circle that no mask cuts.
    for size in (192, 512):
        picture(size, 0.2).save(OUT / f"icon-{size}.png", optimize=True)
    for path in sorted(OUT.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
