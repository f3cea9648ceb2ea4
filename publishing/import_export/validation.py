"""Preview an import row by row: new, changed, unchanged, or refused with the reason.

A row is validated like a form: its cells are cleaned by form fields, the record by `full_clean`, so
that slugs, sanitising and all computed values are the same. Only checks that would query the
database for each row are done for many rows at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from publishing.content.doubles import NearDoubles
from publishing.content.publishable import EDITABLE_MOMENTS, Publishable
from publishing.content.slugs import FormerSlug, Slugged
from publishing.content.states import LIVE_STATES, State
from publishing.import_export.bulk_snapshots import load_snapshots
from publishing.import_export.cleaning import Problems, clean_record
from publishing.import_export.collisions import AcceptedRow, Collisions, record_claim
from publishing.import_export.constraints import BulkConstraints
from publishing.import_export.exporting import learn
from publishing.import_export.headings import match_headings
from publishing.import_export.matching import RecordMatcher, RowRefused
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.import_export.references import ReferenceResolver, key_name
from publishing.import_export.row_reading import RowContent, RowReader
from publishing.revisions.models import Revision
from publishing.revisions.snapshots import content_fields, same, values_of
from publishing.revisions.transitions import ensure_published_at, visibility_message


class RowValidator:
    """Validator of the rows of an import, for the user who uploaded them."""

    def __init__(self, model_admin: Any, request: HttpRequest, batch: Batch) -> None:
        self.model_admin, self.request, self.batch = model_admin, request, batch
        self.model: type[models.Model] = model_admin.model
        self.fields = content_fields(self.model)
        headings = match_headings(self.model, batch.headings, batch.options.get("columns"))
        self.columns = {p: c for p, c in headings.items() if not isinstance(c, str)}
        self.resolver = ReferenceResolver(model_admin.admin_site, request)
        self.matcher = RecordMatcher(model_admin, request, headings, self.resolver, batch)
        readonly = {str(name) for name in model_admin.get_readonly_fields(request)}
        # A draft cannot change the moments of its record.
        readonly |= set() if batch.is_live else set(EDITABLE_MOMENTS)
        columns = {p: c for p, c in self.columns.items() if c.name not in readonly}
        self.reader = RowReader(self.model, batch, columns, self.resolver)
        self.constraints = BulkConstraints(self.model)
        self.collisions = Collisions(self.constraints, batch)
        self.doubles = NearDoubles(model_admin.get_queryset(request))
        self.drafts: dict[str, Revision] = {}
        self.related: dict[tuple[Any, Any], Any] = {}
        self.former_slugs: set[str] = set()

    # -- A chunk of rows -------------------------------------------------------------------

    def check(self, rows: list[BatchRow]) -> None:
        """Set the outcome of each row. Nothing is saved."""
        self.collisions.release(rows)
        for row in rows:
            row.outcome = RowOutcome.REFUSED
        readable = [row for row in rows if row.cells]
        contents = self._read(readable)
        self._load_related(contents)
        accepted: list[AcceptedRow] = []
        for content in contents:
            try:
                accepted += self._validate(content)
            except RowRefused as error:
                refuse(content.row, {error.column: str(error)})
        for row, problems in self.collisions.taken(accepted):
            refuse(row, problems)

    def _read(self, rows: list[BatchRow]) -> list[RowContent]:
        """Match the rows with their records and read their cells; refuse those without a match."""
        keys = self.matcher.keys_of(rows)
        matches = {}
        for row in rows:
            reset(row)
            try:
                matches[row.number] = self.matcher.match(row, keys)
            except RowRefused as error:
                refuse(row, {error.column: str(error)})
        found = {match.key for match in matches.values() if match.key is not None}
        records, contents = load_snapshots(self.model, found)
        learn(self.reader.natural_keys, list(self.columns.values()), contents.values())
        self.drafts = self._open_drafts(records)
        self.former_slugs = self._former_slugs(rows, records)
        return [
            self.reader.read(row, records.get(match.key), contents.get(match.key), match.is_by_name)
            for row in rows
            if (match := matches.get(row.number))
        ]

    def _open_drafts(self, records: dict[Any, Any]) -> dict[str, Revision]:
        drafts = Revision.objects.open().filter(
            model=self.model._meta.label_lower, object_pk__in=[str(key) for key in records]
        )
        return {draft.object_pk: draft for draft in drafts.defer("base", "content")}

    def _former_slugs(self, rows: list[BatchRow], records: dict[Any, Any]) -> set[str]:
        """Return the slugs of these rows that any record had before."""
        slugs = {getattr(record, "slug", "") for record in records.values()}
        slugs |= self.matcher.slugs_of(rows)
        former_slugs = FormerSlug.objects.filter(model=self.model._meta.label_lower, slug__in=slugs)
        return set(former_slugs.values_list("slug", flat=True))

    def _load_related(self, contents: Iterable[RowContent]) -> None:
        """Load the records to which the rows point, for `full_clean` and for the slugs."""
        wanted: defaultdict[Any, set[Any]] = defaultdict(set)
        for field in self.fields:
            if field.remote_field:
                keys = {read.content["fields"][field.name] for read in contents} - {None}
                wanted[field.related_model] |= keys
        for model, keys in wanted.items():
            missing = [key for key in keys if (model, key) not in self.related]
            found = model._base_manager.in_bulk(missing) if missing else {}
            self.related |= {(model, key): found.get(key) for key in missing}

    # -- One row ---------------------------------------------------------------------------

    def _validate(self, read: RowContent) -> list[AcceptedRow]:
        """Set the outcome of a row; return it if it changes something. Raises RowRefused."""
        row, record, content = read.row, read.record, read.content
        row.object_pk = str(record.pk) if record else ""
        row.label = str(record)[:200] if record else ""
        is_live = isinstance(record, Publishable) and record.state in LIVE_STATES
        row.as_draft = is_live and not self.batch.is_live
        if not read.problems and content == read.present:
            self._leave_unchanged(row)
            return []
        self._check_permission(row, record)
        record_after, problems = self._clean(read)
        if problems:
            refuse(row, problems)
            return []
        if read.present and same(read.present, content):
            self._leave_unchanged(row)
            return []
        row.outcome = RowOutcome.CHANGED if record else RowOutcome.NEW
        row.label, row.base, row.content = str(record_after)[:200], read.present, content
        row.remark = " ".join(filter(None, [row.remark, *self._hints(record_after, record)]))
        row.object_pk = str(record_after.pk or "")
        return [AcceptedRow(row, record_after, is_new=record is None)]

    def _leave_unchanged(self, row: BatchRow) -> None:
        row.outcome = RowOutcome.UNCHANGED
        self.collisions.claim(row, [record_claim(row.object_pk)])

    def _clean(self, read: RowContent) -> tuple[Any, Problems]:
        """Return the record after the import, with its values in the content, and its problems."""
        record, content = read.record, read.content
        after = self._assign(copy(record) if record else self.model(), read)
        if not record:
            self._initialise(read.row, after)
        errors = clean_record(after, read.base, content, set(read.problems), self.former_slugs)
        if problems := errors | read.problems:
            return after, problems
        if isinstance(after, Slugged) and not after.slug:
            after.slug = self.collisions.free_slug(after)
        content["fields"] = values_of(after, self.fields)
        changed = {n for n, v in content["fields"].items() if v != read.base["fields"].get(n)}
        names = [column.name for column in self.columns.values()]
        for check in self.constraints.broken(after, changed if record else ()):
            column = next((name for name in names if name in check.fields), "")
            problems[column] = " ".join(filter(None, [problems.get(column), check.message]))
        return after, problems

    def _hints(self, after: Any, record: Any) -> Iterator[str]:
        """Yield what the user should know about a row before it is imported."""
        if isinstance(after, Publishable) and after.state == State.SCHEDULED:
            yield visibility_message(after)
        if record is None and (doubles := self.doubles.of(after)):
            message = _("There is %(records)s already. Import this row only if it is another one.")
            yield message % {"records": ", ".join(double.label for double in doubles[:3])}

    def _check_permission(self, row: BatchRow, record: Any) -> None:
        """Raise RowRefused if the user lacks the permission for a row."""
        if record is None:
            if not self.model_admin.has_add_permission(self.request):
                raise RowRefused(_("You cannot add records of this kind."))
            return
        if getattr(record, "trashed_at", None):
            raise RowRefused(_("It is in the trash. Take it out before you change it."))
        if not self.model_admin.has_change_permission(self.request, record):
            raise RowRefused(_("You cannot change this record."))
        draft = self.drafts.get(str(record.pk))
        if draft is None:
            return
        author = draft.person_name or _("somebody")
        if row.as_draft:
            message = _("%(who)s has an open draft of it. Publish or discard the draft first.")
            raise RowRefused(message % {"who": author})
        message = _(
            "%(who)s has an open draft of it, which stays and will be combined with this later."
        )
        row.remark = message % {"who": author}

    def _assign(self, record: Any, read: RowContent) -> Any:
        """Return the record with the values of its content and its related records."""
        for field in self.fields:
            value, before = (c["fields"][field.name] for c in (read.content, read.base))
            if field.remote_field:
                if value != before or not record.pk:
                    setattr(record, field.attname, value)
                related = self.related.get((field.related_model, getattr(record, field.attname)))
                setattr(record, field.name, related)
            elif value != before:
                setattr(record, field.attname, field.to_python(value))
        return record

    def _initialise(self, row: BatchRow, record: Any) -> None:
        """Set the values of a new record that are not in its cells: its key and its publication."""
        if self.matcher.key is not None and key_name(self.model) != "id":
            record.pk = row.cells[self.matcher.key]
        has_date = any(column.name == "published_at" for column in self.columns.values())
        if self.batch.is_live and isinstance(record, Publishable) and not has_date:
            ensure_published_at(record, self.batch.made_at)


def reset(row: BatchRow) -> None:
    """Empty what an earlier check found out about a row."""
    row.reason, row.remark, row.problems, row.readings, row.claims = "", "", {}, {}, []
    row.base = row.content = None


def refuse(row: BatchRow, problems: Problems) -> None:
    """Refuse a row, with its problems by column."""
    row.outcome, row.problems = RowOutcome.REFUSED, problems
    row.reason = " ".join(dict.fromkeys(problems.values()))
    row.base = row.content = None
