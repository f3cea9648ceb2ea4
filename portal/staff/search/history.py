"""Open drafts, by the texts that they change, and the reasons that people gave for changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.search.highlighting import excerpt, highlight
from portal.staff.search.hits import (
    SHOWN,
    DeskGroup,
    DeskHit,
    Question,
    Text,
    first_rows,
    found_text,
)
from publishing.content.english import stem
from publishing.content.moments import format_moment
from publishing.content.richtext import RichTextField
from publishing.content.search_words import Word
from publishing.content.text_index import plain_text
from publishing.revisions import snapshots
from publishing.revisions.models import Revision
from publishing.staff.audit_log import record_url

MOST_DRAFTS = 200
MOST_NOTES = 5000
"""The latest drafts and reasons that are searched."""


class DraftKind:
    """Open drafts of records that the user may view."""

    slug = "drafts"

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.label = request, _("Drafts")

    def rows(self, question: Question) -> list[Revision]:
        drafts = Revision.objects.open().visible_to(self.request.user).select_related("author")
        latest = drafts.order_by("-made_at", "-pk")[:MOST_DRAFTS]
        return [draft for draft in latest if self.is_found(question, draft)]

    def group(self, question: Question) -> DeskGroup:
        rows = self.rows(question)
        return DeskGroup(self.slug, self.label, len(rows), self.hits(rows[:SHOWN], question))

    def hits(self, rows: list[Revision], question: Question) -> list[DeskHit]:
        return [self._hit(draft, question) for draft in rows]

    @staticmethod
    def _hit(draft: Revision, question: Question) -> DeskHit:
        place, text = found_text(question, draft.label, changed_texts(draft))
        author = _("in a draft by %(person)s") % {"person": draft.author_name or _("somebody")}
        return DeskHit(
            highlight(draft.label, *question.sought),
            record_url(draft, "draft"),
            "draft",
            str(draft.get_stage_display()),
            _("%(draft)s, %(place)s") % {"draft": author, "place": place} if place else author,
            text,
        )

    @staticmethod
    def is_found(question: Question, draft: Revision) -> bool:
        """Return whether the draft has every word, and one of them in what it changes."""
        texts = [text.text for text in changed_texts(draft)]
        return question.is_in(draft.label, *texts) and question.is_partly_in(" ".join(texts))


def changed_texts(draft: Revision) -> Iterator[Text]:
    """Yield the texts that a draft changes, and the reason given for it."""
    yield Text(_("reason"), draft.note)
    model, base, content = draft.model_class, draft.base or {}, draft.content or {}
    if model is None:
        return
    fields = {field.name: field for field in snapshots.content_fields(model)}
    before = base.get("fields", {})
    for name, value in content.get("fields", {}).items():
        if name in fields and isinstance(value, str) and value != before.get(name):
            is_rich = isinstance(fields[name], RichTextField)
            yield Text(fields[name].verbose_name, plain_text(value) if is_rich else value)
    for part, rows in content.get("rows", {}).items():
        yield from _changed_rows(model, part, base.get("rows", {}).get(part, {}), rows)


def _changed_rows(model: Any, part: str, before: Any, rows: Any) -> Iterator[Text]:
    if part not in getattr(model, "parts", ()):
        return
    label = snapshots.part_relation(model, part).related_model._meta.verbose_name
    for key, row in rows.items():
        if row != before.get(key):
            yield Text(label, " ".join(value for value in row.values() if isinstance(value, str)))


class NoteKind:
    """The reasons for changes of records that the user may view, the latest first."""

    slug = "notes"

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.label = request, _("Reasons for changes")

    def rows(self, question: Question) -> Any:
        noted = Revision.objects.exclude(note="").filter(batch__isnull=True)
        latest = noted.order_by("-made_at").values("pk")[:MOST_NOTES]
        visible = Revision.objects.visible_to(self.request.user)
        rows = visible.filter(*map(has_note, question.words), pk__in=latest)
        return rows.defer("base", "content").order_by("-made_at", "-pk")

    def group(self, question: Question) -> DeskGroup:
        rows, count = first_rows(self.rows(question))
        return DeskGroup(self.slug, self.label, count, self.hits(rows, question))

    def hits(self, rows: list[Revision], question: Question) -> list[DeskHit]:
        return [self._hit(revision, question) for revision in rows]

    @staticmethod
    def _hit(revision: Revision, question: Question) -> DeskHit:
        place = _("%(action)s by %(person)s on %(moment)s") % {
            "action": revision.get_action_display(),
            "person": revision.person_name or _("the portal"),
            "moment": format_moment(revision.made_at),
        }
        return DeskHit(
            highlight(revision.label, *question.sought),
            record_url(revision, "revision", revision.pk)
            or reverse("admin:publishing_revision_change", args=[revision.pk]),
            place=place,
            text=highlight(excerpt(revision.note, *question.sought), *question.sought),
        )


def has_note(word: Word) -> Q:
    """Return the condition that a reason has the word; accents count here."""
    forms = {*word.spellings, stem(word.fold)} if not word.is_whole else {word.fold}
    return reduce(or_, (Q(note__icontains=form) for form in sorted(forms)))
