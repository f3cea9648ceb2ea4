"""The picture library. Migrations import these names from here."""

from .models import Picture, picture_path
from .uploads import validate_picture

__all__ = ["Picture", "picture_path", "validate_picture"]
