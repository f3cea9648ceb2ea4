"""Named by migrations; the code is in publishing/content/folding.py."""

from publishing.content.english import StemmedField
from publishing.content.folding import FoldedField, fold
from publishing.content.identity import IdentityField
from publishing.content.renewal import renew_texts
from publishing.content.rich_text_renewal import renew_rich_text
from publishing.content.richtext import RichTextField
from publishing.content.text_index import TextIndexField, fill_indexes

__all__ = [
    "FoldedField",
    "IdentityField",
    "RichTextField",
    "StemmedField",
    "TextIndexField",
    "fill_indexes",
    "fold",
    "renew_rich_text",
    "renew_texts",
]
