"""The models of publishing, re-exported for Django and the apps; each is defined with its idea."""

from publishing.content.limits import (
    LARGEST_COUNT,
    LARGEST_NUMBER,
    LARGEST_PLACE,
    LARGEST_POPULATION,
)
from publishing.content.moments import DayField, MomentField, format_moment
from publishing.content.publishable import (
    EDITABLE_MOMENTS,
    MOMENTS,
    Publishable,
    PublishableQuerySet,
    unique_unless_trashed,
)
from publishing.content.slugs import UNIQUE_SLUG, FormerSlug, Slugged, readable_slug
from publishing.content.sources import Sourced
from publishing.content.states import State
from publishing.content.websites import WebsiteField
from publishing.import_export.models import Batch, BatchRow, HeadingChoice
from publishing.pictures.models import Picture
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.comments import Comment, CommentThread
from publishing.revisions.models import OpenDraft, Revision
from publishing.revisions.share_links import SharedDraft

__all__ = [
    "EDITABLE_MOMENTS",
    "LARGEST_COUNT",
    "LARGEST_NUMBER",
    "LARGEST_PLACE",
    "LARGEST_POPULATION",
    "MOMENTS",
    "UNIQUE_SLUG",
    "Batch",
    "BatchRow",
    "Comment",
    "CommentThread",
    "DayField",
    "FormerSlug",
    "HeadingChoice",
    "MomentField",
    "OpenDraft",
    "Picture",
    "Publishable",
    "PublishableQuerySet",
    "Revision",
    "SharedDraft",
    "Slugged",
    "Sourced",
    "State",
    "WebsiteField",
    "WorkingCopy",
    "format_moment",
    "readable_slug",
    "unique_unless_trashed",
]
