"""Preview an import row by row: new, changed, unchanged, or refused and why.

The way of a row is that of a form: its cells are cleaned by the form's fields, the record by
`full_clean`, so that addresses, sanitising and everything that models work out are the same.
Only what would ask the database for each row is asked for many rows at once.
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
from publishing.import_export.bulk_snapshots import load_snapshots, values_of
from publishing.import_export.cells import TOO_LONG, normalised, text_of
from publishing.import_export.cleaning import clean
from publishing.import_export.columns import TableColumn
from publishing.import_export.constraints import BulkConstraints
from publishing.import_export.exporting import learn
from publishing.import_export.headings import match_headings
from publishing.import_export.matching import RecordMatcher, RowRefused
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.import_export.references import NaturalKeys, ReferenceResolver, key_name
from publishing.revisions.models import Revision
from publishing.revisions.snapshots import Snapshot, content_fields, same
from publishing.revisions.transitions import begin, visibility


class AcceptedRow(NamedTuple):
    """A row that would be imported, with the record as it would be and its unique values."""

    row: BatchRow
    record: Any
    claims: dict[str, str]


class RowValidator:
    """The preview of an import: validates its rows for the person who uploaded them."""

    def __init__(self, desk: Any, request: HttpRequest, batch: Batch) -> None:
        self.desk, self.request, self.batch = desk, request, batch
        self.model: type[models.Model] = desk.model
        self.fields = content_fields(self.model)
        headings = match_headings(self.model, batch.headings)
        self.columns = {p: c for p, c in headings.items() if not isinstance(c, str)}
        self.matcher = RecordMatcher(desk, request, headings)
        passed = {str(name) for name in desk.get_readonly_fields(request)}
        # A draft has no say in when the record is public.
        self.passed = passed if batch.is_live else passed | set(EDITABLE_MOMENTS)
        self.natural_keys, self.resolver = (
            NaturalKeys(),
            ReferenceResolver(desk.admin_site, request),
        )
        self.constraints = BulkConstraints(self.model)
        rows = batch.rows.exclude(claims=[]).values_list("number", "claims")
        self.claimed = {claim: number for number, claims in rows for claim in claims}
        self.drafts: dict[str, Revision] = {}
        self.related: dict[tuple[Any, Any], Any] = {}
        # Addresses that rows of the file got just now, and those that once were others'.
        self.slugs: set[str] = set()
        self.former: set[str] = set()

    # -- A chunk of rows -------------------------------------------------------------------

    def check(self, rows: list[BatchRow]) -> None:
        """Give each row its outcome. Nothing is written."""
        for row in rows:
            row.outcome = RowOutcome.REFUSED
        readable = [row for row in rows if row.cells]
        keys = self.matcher.keys_of(readable)
        records, contents = load_snapshots(self.model, keys.values())
        learn(self.natural_keys, list(self.columns.values()), contents.values())
        self.drafts = self._open_drafts(records)
        self.former = self._former_slugs(readable, records)
        wanted: list[AcceptedRow] = []
        for row in readable:
            row.outcome, row.reason, row.remark, row.claims = RowOutcome.REFUSED, "", "", []
            row.base = row.content = None
            try:
                key = self.matcher.key_of(row, keys)
                found = self._one(row, records.get(key), contents.get(key))
            except RowRefused as refused:
                row.reason = str(refused)
            else:
                wanted += found
        self._refuse_taken(wanted)

    def _open_drafts(self, records: dict[Any, Any]) -> dict[str, Revision]:
        found = Revision.objects.open().filter(
            model=self.model._meta.label_lower, object_pk__in=[str(key) for key in records]
        )
        return {draft.object_pk: draft for draft in found.defer("base", "content")}

    def _former_slugs(self, rows: list[BatchRow], records: dict[Any, Any]) -> set[str]:
        """Return the slugs of these rows that any record had before."""
        asked = {getattr(record, "slug", "") for record in records.values()}
        asked |= self.matcher.slugs_of(rows)
        former = FormerSlug.objects.filter(model=self.model._meta.label_lower, slug__in=asked)
        return set(former.values_list("slug", flat=True))

    # -- One row ---------------------------------------------------------------------------

    def _one(self, row: BatchRow, record: Any, present: Snapshot | None) -> list[AcceptedRow]:
        """Set the outcome of a row; return it if it changes something. Raises RowRefused."""
        row.object_pk = str(record.pk) if record else ""
        row.label = str(record)[:200] if record else ""
        row.as_draft = bool(
            record
            and not self.batch.is_live
            and isinstance(record, Publishable)
            and record.state in LIVE_STATES
        )
        start = present or self._empty()
        content, problems = self._read(row, present, start)
        if not problems and present and content == present:
            row.outcome = RowOutcome.UNCHANGED
            row.claims = [f"record {row.object_pk}"]
            return []
        self._may(row, record)
        made = self._assigned(copy(record) if record else self.model(), start, content)
        if not record:
            self._begin(row, made)
        said = [*problems.values(), *clean(made, start, content, set(problems), self.former)]
        if said:
            raise RowRefused("; ".join(said))
        if isinstance(made, Slugged) and not made.slug:
            made.slug = self._free_slug(made)
        content["fields"] = values_of(made, self.fields)
        changed = {n for n, v in content["fields"].items() if v != start["fields"].get(n)}
        if broken := list(self.constraints.broken(made, changed if record else ())):
            raise RowRefused("; ".join(check.message for check in broken))
        if present and same(present, content):
            row.outcome = RowOutcome.UNCHANGED
            return []
        row.outcome = RowOutcome.CHANGED if record else RowOutcome.NEW
        row.label, row.base, row.content = str(made)[:200], present, content
        if isinstance(made, Publishable) and made.state == State.SCHEDULED:
            row.remark = " ".join(filter(None, [row.remark, visibility(made)]))
        row.object_pk = str(made.pk or "")
        claims = self.constraints.claims(made)
        if record:
            claims[f"record {record.pk}"] = _("This record stands in the file already")
        return [AcceptedRow(row, made, claims)]

    def _empty(self) -> Snapshot:
        fresh = self.model()
        return {
            "fields": values_of(fresh, self.fields),
            "links": {field.name: [] for field in self.model._meta.many_to_many if field.editable},
            "rows": {part: {} for part in getattr(self.model, "parts", ())},
        }

    def _read(
        self, row: BatchRow, present: Snapshot | None, start: Snapshot
    ) -> tuple[Snapshot, dict[str, str]]:
        """Return the content that the record would have, and the errors by column."""
        content, problems = deepcopy(start), {}
        for place, column in self.columns.items():
            text = row.cells[place]
            if column.name in self.passed or text == TOO_LONG:
                continue
            if self._says_nothing_new(column, text, present):
                continue
            try:
                held = start[column.kind][column.name]
                value = column.from_cell(text, held, self.resolver, self.natural_keys)
            except ValidationError as error:
                problems[column.name] = f"{column.name}: {' '.join(error.messages)}"
            else:
                content[column.kind][column.name] = value
        return content, problems

    def _says_nothing_new(self, column: TableColumn, text: str, present: Snapshot | None) -> bool:
        if present is None:
            # A new record begins with what its form begins with.
            return text == ""
        return normalised(text_of(column.to_cell(present, self.natural_keys))) == text

    def _may(self, row: BatchRow, record: Any) -> None:
        """Raise RowRefused if the person lacks the permission for a row."""
        if record is None:
            if not self.desk.has_add_permission(self.request):
                raise RowRefused(_("You may not add records of this kind."))
            return
        if getattr(record, "trashed_at", None):
            raise RowRefused(_("It lies in the trash. Take it out before you change it."))
        if not self.desk.has_change_permission(self.request, record):
            raise RowRefused(_("You may not change this record."))
        draft = self.drafts.get(str(record.pk))
        if draft is None:
            return
        who = draft.person_name or _("somebody")
        if row.as_draft:
            said = _("There is an open draft of it by %(who)s. Publish or discard that first.")
            raise RowRefused(said % {"who": who})
        said = _("There is an open draft of it by %(who)s, which stays and is merged later.")
        row.remark = said % {"who": who}

    def _assigned(self, record: Any, start: Snapshot, content: Snapshot) -> Any:
        """Return the record with the values of its content and its related records."""
        for field in self.fields:
            value = content["fields"][field.name]
            if field.remote_field:
                if value != start["fields"][field.name] or not record.pk:
                    setattr(record, field.attname, value)
                setattr(record, field.name, self._target(field, getattr(record, field.attname)))
            elif value != start["fields"][field.name]:
                setattr(record, field.attname, field.to_python(value))
        return record

    def _target(self, field: Any, key: Any) -> Any:
        """Return the record that a relation points at, for `clean` and for the slug."""
        model = field.related_model
        if key is not None and (model, key) not in self.related:
            self.related[model, key] = model._base_manager.filter(pk=key).first()
        return self.related.get((model, key))

    def _begin(self, row: BatchRow, record: Any) -> None:
        """Set the values of a new record that are not in its cells: its key and its publication."""
        if self.matcher.key is not None and key_name(self.model) != "id":
            record.pk = row.cells[self.matcher.key]
        dated = any(column.name == "published_at" for column in self.columns.values())
        if self.batch.is_live and isinstance(record, Publishable) and not dated:
            begin(record, self.batch.made_at)

    # -- What nobody else may have -----------------------------------------------------------

    def _free_slug(self, record: Any) -> str:
        """Return the slug that the record would get if the rows before it were saved."""
        for slug in record.slug_candidates():
            given = slug in self.slugs or self.constraints.slug_claim(slug) in self.claimed
            if not given and record._is_free(slug):
                self.slugs.add(slug)
                return str(slug)
        raise AssertionError("slug_candidates never ends")

    def _refuse_taken(self, wanted: Iterable[AcceptedRow]) -> None:
        """Refuse the rows with unique values of another record or row."""
        wanted = list(wanted)
        holders = self.constraints.holders([want.record for want in wanted])
        for row, record, claims in wanted:
            said = self._taken(row, record, claims, holders)
            if said:
                row.outcome, row.reason = RowOutcome.REFUSED, said
                row.base = row.content = None
                continue
            row.claims = list(claims)
            self.claimed |= dict.fromkeys(claims, row.number)

    def _taken(
        self, row: BatchRow, record: Any, claims: dict[str, str], holders: dict[str, Any]
    ) -> str:
        for claim, said in claims.items():
            if claim in holders and (not row.base or holders[claim] != record.pk):
                return said
            number = self.claimed.get(claim, row.number)
            if number != row.number:
                same_row = _("row %(number)s of the file says the same")
                return f"{said} ({same_row % {'number': number}})"
        return ""
