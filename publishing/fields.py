"""Named by migrations; the code is in publishing/content/folding.py."""

from publishing.content.folding import FoldedField, fold
from publishing.content.richtext import RichTextField

__all__ = ["FoldedField", "RichTextField", "fold"]
