"""Make portal/static/icons/cover.png, what social networks show for pages without a picture.

    .venv/bin/python -m tools.make_cover

It is painted by the code that paints the pictures of cities, and so wants the whole portal.
"""

import os
from pathlib import Path

import django

TARGET = Path(__file__).resolve().parent.parent / "portal" / "static" / "icons" / "cover.png"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    # Only now: models cannot be imported before the apps are ready.
    from cities.social import Cover, cloths_of, paint

    cover = Cover(
        cloths=cloths_of([]),
        heading="Cities that keep learning",
        under="",
        foot="Their networks, partners and news",
    )
    TARGET.write_bytes(paint(cover))
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
