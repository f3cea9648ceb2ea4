"""Preview an import row by row: new, changed, unchanged, or refused with the reason.

A row is validated like a form: its cells are cleaned by form fields, the record by `full_clean`, so
that slugs, sanitising and all computed values are the same. Only checks that would query the
database for each row are done for many rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy, deepcopy
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from publishing.content.publishable import EDITABLE_MOMENTS, Publishable
from publishing.content.slugs import FormerSlug, Slugged
from publishing.content.states import LIVE_STATES, State
from publishing.import_export.bulk_snapshots import load_snapshots
from publishing.import_export.cell_text import TOO_LONG, normalise, to_text
from publishing.import_export.cleaning import clean_record
from publishing.import_export.columns import TableColumn
from publishing.import_export.constraints import BulkConstraints
from publishing.import_export.exporting import learn
from publishing.import_export.headings import match_headings
from publishing.import_export.matching import RecordMatcher, RowRefused
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.import_export.references import NaturalKeys, ReferenceResolver, key_name
from publishing.revisions.models import Revision
from publishing.revisions.snapshots import Snapshot, content_fields, same, values_of
from publishing.revisions.transitions import ensure_published_at, visibility_message


class AcceptedRow(NamedTuple):
    """A row that can be imported, with its record after the import and its unique values."""

    row: BatchRow
    record: Any
    claims: dict[str, str]


class RowValidator:
    """Validator of the rows of an import, for the user who uploaded them."""

    def __init__(self, model_admin: Any, request: HttpRequest, batch: Batch) -> None:
        self.model_admin, self.request, self.batch = model_admin, request, batch
        self.model: type[models.Model] = model_admin.model
        self.fields = content_fields(self.model)
        headings = match_headings(self.model, batch.headings, batch.options.get("columns"))
        self.columns = {p: c for p, c in headings.items() if not isinstance(c, str)}
        self.matcher = RecordMatcher(model_admin, request, headings)
        readonly = {str(name) for name in model_admin.get_readonly_fields(request)}
        # A draft cannot change the moments of its record.
        self.readonly = readonly if batch.is_live else readonly | set(EDITABLE_MOMENTS)
        self.natural_keys = NaturalKeys()
        self.resolver = ReferenceResolver(model_admin.admin_site, request)
        self.constraints = BulkConstraints(self.model)
        rows = batch.rows.exclude(claims=[]).values_list("number", "claims")
        self.claimed = {claim: number for number, claims in rows for claim in claims}
        self.drafts: dict[str, Revision] = {}
        self.related: dict[tuple[Any, Any], Any] = {}
        # Slugs generated for rows of this file, and former slugs of other records.
        self.slugs: set[str] = set()
        self.former_slugs: set[str] = set()

    # -- A chunk of rows -------------------------------------------------------------------

    def check(self, rows: list[BatchRow]) -> None:
        """Set the outcome of each row. Nothing is saved."""
        for row in rows:
            row.outcome = RowOutcome.REFUSED
        readable = [row for row in rows if row.cells]
        keys = self.matcher.keys_of(readable)
        records, contents = load_snapshots(self.model, keys.values())
        learn(self.natural_keys, list(self.columns.values()), contents.values())
        self.drafts = self._open_drafts(records)
        self.former_slugs = self._former_slugs(readable, records)
        accepted: list[AcceptedRow] = []
        for row in readable:
            row.outcome, row.reason, row.remark, row.claims = RowOutcome.REFUSED, "", "", []
            row.base = row.content = None
            try:
                key = self.matcher.key_of(row, keys)
                accepted_rows = self._validate(row, records.get(key), contents.get(key))
            except RowRefused as error:
                row.reason = str(error)
            else:
                accepted += accepted_rows
        self._refuse_taken(accepted)

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

    # -- One row ---------------------------------------------------------------------------

    def _validate(self, row: BatchRow, record: Any, present: Snapshot | None) -> list[AcceptedRow]:
        """Set the outcome of a row; return it if it changes something. Raises RowRefused."""
        row.object_pk = str(record.pk) if record else ""
        row.label = str(record)[:200] if record else ""
        row.as_draft = bool(
            record
            and not self.batch.is_live
            and isinstance(record, Publishable)
            and record.state in LIVE_STATES
        )
        base = present or self._empty()
        content, problems = self._read_cells(row, present, base)
        if not problems and present and content == present:
            row.outcome = RowOutcome.UNCHANGED
            row.claims = [f"record {row.object_pk}"]
            return []
        self._check_permission(row, record)
        record_after = self._assign(copy(record) if record else self.model(), base, content)
        if not record:
            self._initialise(row, record_after)
        errors = clean_record(record_after, base, content, set(problems), self.former_slugs)
        if problems or errors:
            raise RowRefused("; ".join([*problems.values(), *errors]))
        if isinstance(record_after, Slugged) and not record_after.slug:
            record_after.slug = self._free_slug(record_after)
        content["fields"] = values_of(record_after, self.fields)
        changed = {n for n, v in content["fields"].items() if v != base["fields"].get(n)}
        if broken := list(self.constraints.broken(record_after, changed if record else ())):
            raise RowRefused("; ".join(check.message for check in broken))
        if present and same(present, content):
            row.outcome = RowOutcome.UNCHANGED
            return []
        row.outcome = RowOutcome.CHANGED if record else RowOutcome.NEW
        row.label, row.base, row.content = str(record_after)[:200], present, content
        if isinstance(record_after, Publishable) and record_after.state == State.SCHEDULED:
            row.remark = " ".join(filter(None, [row.remark, visibility_message(record_after)]))
        row.object_pk = str(record_after.pk or "")
        claims = self.constraints.claims(record_after)
        if record:
            claims[f"record {record.pk}"] = _("This record stands in the file already")
        return [AcceptedRow(row, record_after, claims)]

    def _empty(self) -> Snapshot:
        empty = self.model()
        return {
            "fields": values_of(empty, self.fields),
            "links": {field.name: [] for field in self.model._meta.many_to_many if field.editable},
            "rows": {part: {} for part in getattr(self.model, "parts", ())},
        }

    def _read_cells(
        self, row: BatchRow, present: Snapshot | None, start: Snapshot
    ) -> tuple[Snapshot, dict[str, str]]:
        """Return the content of the record after the import, and the errors by column."""
        content, problems = deepcopy(start), {}
        for position, column in self.columns.items():
            text = row.cells[position]
            if column.name in self.readonly or text == TOO_LONG:
                continue
            if self._is_unchanged(column, text, present):
                continue
            try:
                value_before = start[column.kind][column.name]
                value = column.from_cell(text, value_before, self.resolver, self.natural_keys)
            except ValidationError as error:
                problems[column.name] = f"{column.name}: {' '.join(error.messages)}"
            else:
                content[column.kind][column.name] = value
        return content, problems

    def _is_unchanged(self, column: TableColumn, text: str, present: Snapshot | None) -> bool:
        if present is None:
            # A new record has the initial values of its form.
            return text == ""
        return normalise(to_text(column.to_cell(present, self.natural_keys))) == text

    def _check_permission(self, row: BatchRow, record: Any) -> None:
        """Raise RowRefused if the user lacks the permission for a row."""
        if record is None:
            if not self.model_admin.has_add_permission(self.request):
                raise RowRefused(_("You may not add records of this kind."))
            return
        if getattr(record, "trashed_at", None):
            raise RowRefused(_("It lies in the trash. Take it out before you change it."))
        if not self.model_admin.has_change_permission(self.request, record):
            raise RowRefused(_("You may not change this record."))
        draft = self.drafts.get(str(record.pk))
        if draft is None:
            return
        author = draft.person_name or _("somebody")
        if row.as_draft:
            message = _("There is an open draft of it by %(who)s. Publish or discard that first.")
            raise RowRefused(message % {"who": author})
        message = _("There is an open draft of it by %(who)s, which stays and is merged later.")
        row.remark = message % {"who": author}

    def _assign(self, record: Any, start: Snapshot, content: Snapshot) -> Any:
        """Return the record with the values of its content and its related records."""
        for field in self.fields:
            value = content["fields"][field.name]
            if field.remote_field:
                if value != start["fields"][field.name] or not record.pk:
                    setattr(record, field.attname, value)
                related = self._related_record(field, getattr(record, field.attname))
                setattr(record, field.name, related)
            elif value != start["fields"][field.name]:
                setattr(record, field.attname, field.to_python(value))
        return record

    def _related_record(self, field: Any, key: Any) -> Any:
        """Return the related record, for `full_clean` and for the slug."""
        model = field.related_model
        if key is not None and (model, key) not in self.related:
            self.related[model, key] = model._base_manager.filter(pk=key).first()
        return self.related.get((model, key))

    def _initialise(self, row: BatchRow, record: Any) -> None:
        """Set the values of a new record that are not in its cells: its key and its publication."""
        if self.matcher.key is not None and key_name(self.model) != "id":
            record.pk = row.cells[self.matcher.key]
        has_date = any(column.name == "published_at" for column in self.columns.values())
        if self.batch.is_live and isinstance(record, Publishable) and not has_date:
            ensure_published_at(record, self.batch.made_at)

    # -- Unique values -----------------------------------------------------------------------

    def _free_slug(self, record: Any) -> str:
        """Return the slug that the record would get if the rows before it were saved."""
        for slug in record.slug_candidates():
            is_taken = slug in self.slugs or self.constraints.slug_claim(slug) in self.claimed
            if not is_taken and record._is_free(slug):
                self.slugs.add(slug)
                return str(slug)
        raise AssertionError("slug_candidates never ends")

    def _refuse_taken(self, accepted: Iterable[AcceptedRow]) -> None:
        """Refuse the rows whose unique values belong to another record or row."""
        accepted = list(accepted)
        holders = self.constraints.holders([candidate.record for candidate in accepted])
        for row, record, claims in accepted:
            message = self._collision_message(row, record, claims, holders)
            if message:
                row.outcome, row.reason = RowOutcome.REFUSED, message
                row.base = row.content = None
                continue
            row.claims = list(claims)
            self.claimed |= dict.fromkeys(claims, row.number)

    def _collision_message(
        self, row: BatchRow, record: Any, claims: dict[str, str], holders: dict[str, Any]
    ) -> str:
        for claim, message in claims.items():
            if claim in holders and (not row.base or holders[claim] != record.pk):
                return message
            number = self.claimed.get(claim, row.number)
            if number != row.number:
                same_row = _("row %(number)s of the file says the same")
                return f"{message} ({same_row % {'number': number}})"
        return ""
