"""Colours and tones: any image that a file holds becomes sRGB of eight bits, with its alpha."""

from io import BytesIO

from PIL import Image, ImageCms

PLAIN = ("L", "LA", "RGB", "RGBA", "CMYK")
# The modes of Pillow by the colour space that a profile names.
MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
DEEPEST = 65_535


def plain(image: Image.Image) -> Image.Image:
    """Return the image in L, LA, RGB, RGBA or CMYK: eight bits, no palette, no transparent colour.

    Pillow cuts 16 bits of grey off at 255, and compares a transparent colour after that.
    """
    key = image.info.pop("transparency", None)
    if key is None and image.mode in PLAIN:
        return image
    if image.mode.startswith("I"):
        return _of_sixteen_bits(image.convert("I"), key)
    if image.mode in ("1", "L"):
        grey = image.convert("L")
        if isinstance(key, int):
            grey.putalpha(grey.point([0 if tone == key else 255 for tone in range(256)]))
        return grey
    if key is not None:
        image.info["transparency"] = key
        return image.convert("RGBA")
    if image.mode == "La":
        return image.convert("LA")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _of_sixteen_bits(image: Image.Image, key: object) -> Image.Image:
    """Return grey of 16 bits in eight: 65,535 is the white that 255 is."""
    levels = range(DEEPEST + 1)
    grey = image.point([round(level / 257) for level in levels], "L")
    if isinstance(key, int):
        grey.putalpha(image.point([0 if level == key else 255 for level in levels], "L"))
    return grey


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return a plain image in RGB or RGBA; without a profile it is taken as sRGB.

    A profile that is broken, or of another kind than the image, is ignored.
    """
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert(image.mode.removesuffix("A"))
    converted = _converted(colours, profile) if profile else None
    result = converted or colours.convert("RGB")
    if alpha:
        result.putalpha(alpha)
    return result


def _converted(colours: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = MODES.get(source.profile.xcolor_space)
        if mode == "RGB" and colours.mode == "L":
            colours = colours.convert("RGB")
        if mode != colours.mode:
            return None
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(colours, source, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
