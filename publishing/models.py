"""The models of publishing, for Django and for the apps: each stands in the folder of its idea."""

from publishing.content.publishable import (
    EDITABLE_MOMENTS,
    MOMENTS,
    Publishable,
    PublishableQuerySet,
    short_moment,
    unique_unless_trashed,
)
from publishing.content.slugs import UNIQUE_SLUG, FormerSlug, Slugged, readable_slug
from publishing.content.sources import Sourced
from publishing.content.states import State
from publishing.import_export.models import Batch, BatchRow
from publishing.pictures.models import Picture
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.models import OpenDraft, Revision
from publishing.revisions.share_links import SharedDraft

__all__ = [
    "EDITABLE_MOMENTS",
    "MOMENTS",
    "UNIQUE_SLUG",
    "Batch",
    "BatchRow",
    "FormerSlug",
    "OpenDraft",
    "Picture",
    "Publishable",
    "PublishableQuerySet",
    "Revision",
    "SharedDraft",
    "Slugged",
    "Sourced",
    "State",
    "WorkingCopy",
    "readable_slug",
    "short_moment",
    "unique_unless_trashed",
]
