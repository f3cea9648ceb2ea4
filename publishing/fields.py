"""Named by migrations; the code is in publishing/content/fields.py."""

from publishing.content.fields import FoldedField, RichTextField, fold

__all__ = ["FoldedField", "RichTextField", "fold"]
