"""Named by migrations; the code is in publishing/content/folding.py."""

from publishing.content.english import StemmedField
from publishing.content.folding import FoldedField, fold
from publishing.content.identity import IdentityField
from publishing.content.renewal import renew_texts
from publishing.content.richtext import RichTextField

__all__ = ["FoldedField", "IdentityField", "RichTextField", "StemmedField", "fold", "renew_texts"]
