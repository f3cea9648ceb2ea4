"""What an import would do, row by row: new, changed, unchanged, or refused and why.

The way of a row is that of a form: its cells are cleaned by the form's fields, the record by
`full_clean`, so that addresses, sanitising and everything that models work out are the same.
Only what would ask the database for each row is asked for many rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy, deepcopy
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from publishing.content.publishable import EDITABLE_MOMENTS, Publishable
from publishing.content.slugs import FormerSlug, Slugged
from publishing.content.states import LIVE_STATES, State
from publishing.import_export.bulk_snapshots import load, slices, values_of
from publishing.import_export.cells import TOO_LONG, text_of, tidy
from publishing.import_export.columns import Column, understood
from publishing.import_export.constraints import BulkConstraints, missing
from publishing.import_export.exporting import learn
from publishing.import_export.models import Batch, BatchRow, Outcome
from publishing.import_export.references import (
    NaturalKeys,
    ReferenceResolver,
    handle_name,
    key_name,
    there,
)
from publishing.revisions.models import Revision
from publishing.revisions.snapshots import (
    Snapshot,
    content_fields,
    part_relation,
    row_fields,
    same,
)
from publishing.revisions.transitions import begin, visibility

Keys = dict[str, Any]


class Refused(Exception):
    """Why a row is not imported."""


class Wanted(NamedTuple):
    """A row that asks for something: the record as it would be."""

    row: BatchRow
    record: Any
    claims: dict[str, str]


class Checker:
    """Looks at rows of one import, for the person who brought it."""

    def __init__(self, desk: Any, request: HttpRequest, batch: Batch) -> None:
        self.desk, self.request, self.batch = desk, request, batch
        self.model: type[models.Model] = desk.model
        self.fields = content_fields(self.model)
        self.relations = [field for field in self.fields if field.remote_field]
        places = understood(self.model, batch.headings)
        self.key = next((p for p, c in places.items() if isinstance(c, str)), None)
        self.columns = {p: c for p, c in places.items() if not isinstance(c, str)}
        self.handle = next(
            (p for p, c in self.columns.items() if c.name == handle_name(self.model)), None
        )
        passed = {str(name) for name in desk.get_readonly_fields(request)}
        # A draft has no say in when the record is public.
        self.passed = passed if batch.is_live else passed | set(EDITABLE_MOMENTS)
        self.handles, self.targets = NaturalKeys(), ReferenceResolver(desk.admin_site, request)
        self.promises = BulkConstraints(self.model)
        rows = batch.rows.exclude(claims=[]).values_list("number", "claims")
        self.claimed = {claim: number for number, claims in rows for claim in claims}
        self.drafts: dict[str, Revision] = {}
        self.related: dict[tuple[Any, Any], Any] = {}
        # Addresses that rows of the file got just now, and those that once were others'.
        self.slugs: set[str] = set()
        self.former: set[str] = set()

    # -- A chunk of rows -------------------------------------------------------------------

    def check(self, rows: list[BatchRow]) -> None:
        """Say of each row what would become of it. Nothing is written."""
        for row in rows:
            row.outcome = Outcome.REFUSED
        readable = [row for row in rows if row.cells]
        keys = self._keys(readable)
        records, contents = load(self.model, keys.values())
        learn(self.handles, list(self.columns.values()), contents.values())
        self.drafts = self._open_drafts(records)
        self.former = self._former_slugs(readable, records)
        wanted: list[Wanted] = []
        for row in readable:
            row.outcome, row.reason, row.remark, row.claims = Outcome.REFUSED, "", "", []
            row.base = row.content = None
            try:
                key = self._key(row, keys)
                found = self._one(row, records.get(key), contents.get(key))
            except Refused as refused:
                row.reason = str(refused)
            else:
                wanted += found
        self._keep_promises(wanted)

    def _keys(self, rows: list[BatchRow]) -> Keys:
        """What rows say of which record they mean → its key, as far as the person may see it."""
        mine = there(self.desk.get_queryset(self.request)).prefetch_related(None).order_by()
        every = self.desk.get_queryset(self.request).prefetch_related(None).order_by()
        found: Keys = {}
        if self.key is not None:
            found |= self._look(every, "pk", {row.cells[self.key] for row in rows})
        name = handle_name(self.model)
        if self.handle is not None and name:
            found |= {
                f"={said}": key
                for said, key in self._look(
                    mine, name, {row.cells[self.handle].lower() for row in rows}
                ).items()
            }
        return found

    def _look(self, rows: models.QuerySet[Any], name: str, texts: set[str]) -> Keys:
        field: Any = self.model._meta.pk if name == "pk" else self.model._meta.get_field(name)
        values: dict[Any, str] = {}
        for text in texts - {""}:
            said = text.upper() if field.primary_key and key_name(self.model) != "id" else text
            try:
                values[field.to_python(said.removesuffix(".0"))] = text
            except ValidationError:
                continue
        found: Keys = {}
        for some in slices(values):
            try:
                pairs = list(rows.filter(**{f"{name}__in": some}).values_list(name, "pk"))
            except (OverflowError, models.ProtectedError):
                continue
            found |= {values[value]: key for value, key in pairs}
        return found

    def _key(self, row: BatchRow, keys: Keys) -> Any:
        """The key of the record that a row is about; None for a new one. Raises Refused."""
        said = row.cells[self.key] if self.key is not None else ""
        if said and said in keys:
            return keys[said]
        if said and key_name(self.model) == "id":
            raise Refused(
                _(
                    "There is no %(kind)s with the id “%(key)s” that you may change. "
                    "Leave the id empty to add a new one."
                )
                % {"kind": self.model._meta.verbose_name, "key": said}
            )
        if self.handle is not None:
            return keys.get(f"={row.cells[self.handle].lower()}")
        return None

    def _open_drafts(self, records: dict[Any, Any]) -> dict[str, Revision]:
        found = Revision.objects.open().filter(
            model=self.model._meta.label_lower, object_pk__in=[str(key) for key in records]
        )
        return {draft.object_pk: draft for draft in found.defer("base", "content")}

    def _former_slugs(self, rows: list[BatchRow], records: dict[Any, Any]) -> set[str]:
        """Those of the rows' addresses that any record had before."""
        asked = {getattr(record, "slug", "") for record in records.values()}
        if self.handle is not None:
            asked |= {row.cells[self.handle].lower() for row in rows}
        former = FormerSlug.objects.filter(model=self.model._meta.label_lower, slug__in=asked)
        return set(former.values_list("slug", flat=True))

    # -- One row ---------------------------------------------------------------------------

    def _one(self, row: BatchRow, record: Any, present: Snapshot | None) -> list[Wanted]:
        """Fill in what becomes of a row; gives it if it asks for something. Raises Refused."""
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
            row.outcome = Outcome.UNCHANGED
            row.claims = [f"record {row.object_pk}"]
            return []
        self._may(row, record)
        made = self._assigned(copy(record) if record else self.model(), start, content)
        if not record:
            self._begin(row, made)
        said = [*problems.values(), *self._clean(made, start, content, set(problems))]
        if said:
            raise Refused("; ".join(said))
        if isinstance(made, Slugged) and not made.slug:
            made.slug = self._free_slug(made)
        content["fields"] = values_of(made, self.fields)
        changed = {n for n, v in content["fields"].items() if v != start["fields"].get(n)}
        if said := list(self.promises.broken(made, changed if record else ())):
            raise Refused("; ".join(said))
        if present and same(present, content):
            row.outcome = Outcome.UNCHANGED
            return []
        row.outcome = Outcome.CHANGED if record else Outcome.NEW
        row.label, row.base, row.content = str(made)[:200], present, content
        if isinstance(made, Publishable) and made.state == State.SCHEDULED:
            row.remark = " ".join(filter(None, [row.remark, visibility(made)]))
        row.object_pk = str(made.pk or "")
        claims = self.promises.claims(made)
        if record:
            claims[f"record {record.pk}"] = _("This record stands in the file already")
        return [Wanted(row, made, claims)]

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
        """What the record would say, and what could not be understood, by column."""
        content, problems = deepcopy(start), {}
        for place, column in self.columns.items():
            text = row.cells[place]
            if column.name in self.passed or text == TOO_LONG:
                continue
            if self._says_nothing_new(column, text, present):
                continue
            try:
                held = start[column.kind][column.name]
                value = column.read(text, held, self.targets, self.handles)
            except ValidationError as error:
                problems[column.name] = f"{column.name}: {' '.join(error.messages)}"
            else:
                content[column.kind][column.name] = value
        return content, problems

    def _says_nothing_new(self, column: Column, text: str, present: Snapshot | None) -> bool:
        if present is None:
            # A new record begins with what its form begins with.
            return text == ""
        return tidy(text_of(column.written(present, self.handles))) == text

    def _may(self, row: BatchRow, record: Any) -> None:
        """Raises Refused if the person may not do what a row asks for."""
        if record is None:
            if not self.desk.has_add_permission(self.request):
                raise Refused(_("You may not add records of this kind."))
            return
        if getattr(record, "trashed_at", None):
            raise Refused(_("It lies in the trash. Take it out before you change it."))
        if not self.desk.has_change_permission(self.request, record):
            raise Refused(_("You may not change this record."))
        draft = self.drafts.get(str(record.pk))
        if draft is None:
            return
        who = draft.person_name or _("somebody")
        if row.as_draft:
            said = _("There is an open draft of it by %(who)s. Publish or discard that first.")
            raise Refused(said % {"who": who})
        said = _("There is an open draft of it by %(who)s, which stays and is merged later.")
        row.remark = said % {"who": who}

    def _assigned(self, record: Any, start: Snapshot, content: Snapshot) -> Any:
        """The record with what its content says, its relations at hand."""
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
        """The record that a relation points at, which `clean` and the address may ask for."""
        model = field.related_model
        if key is not None and (model, key) not in self.related:
            self.related[model, key] = model._base_manager.filter(pk=key).first()
        return self.related.get((model, key))

    def _begin(self, row: BatchRow, record: Any) -> None:
        """What a new record has besides its cells: its code, and when visitors see it."""
        if self.key is not None and key_name(self.model) != "id":
            record.pk = row.cells[self.key]
        dated = any(column.name == "published_at" for column in self.columns.values())
        if self.batch.is_live and isinstance(record, Publishable) and not dated:
            begin(record, self.batch.made_at)

    # -- Cleaning --------------------------------------------------------------------------

    def _clean(
        self, record: Any, start: Snapshot, content: Snapshot, failed: set[str]
    ) -> list[str]:
        """Clean the record and its rows as a form does; what is wrong, in words.

        What could not be understood is not told of twice.
        """
        relations = [field for field in self.relations if field.name not in failed]
        problems = list(missing(record, relations))
        passed = {field.name for field in self.relations} | failed
        slug = getattr(record, "slug", "").lower()
        if isinstance(record, Slugged) and slug not in self.former:
            # Asked for all rows at once; `clean` would ask for each.
            record.former_slugs = FormerSlug.objects.none  # type: ignore[method-assign]
        problems += _cleaned(record, passed)
        vars(record).pop("former_slugs", None)
        for part, rows in content["rows"].items():
            relation = part_relation(self.model, part)
            fields = row_fields(relation)
            links = [field for field in fields if field.remote_field]
            for key, values in rows.items():
                if start["rows"][part].get(key) == values:
                    continue
                made = relation.related_model()
                for field in fields:
                    value = values[field.name]
                    setattr(
                        made, field.attname, value if field in links else field.to_python(value)
                    )
                passed = {relation.field.name, *(field.name for field in links)}
                found = [*missing(made, links), *_cleaned(made, passed)]
                problems += [f"{part}: {said}" for said in found]
                rows[key] = values_of(made, fields)
        return problems

    def _free_slug(self, record: Any) -> str:
        """The address that saving the record would give it, were the rows before it saved."""
        for slug in record.slug_candidates():
            given = slug in self.slugs or self.promises.slug_claim(slug) in self.claimed
            if not given and record._is_free(slug):
                self.slugs.add(slug)
                return str(slug)
        raise AssertionError("slug_candidates never ends")

    def _keep_promises(self, wanted: Iterable[Wanted]) -> None:
        """Refuse the rows that ask for what another record or row has."""
        wanted = list(wanted)
        holders = self.promises.holders([want.record for want in wanted])
        for row, record, claims in wanted:
            said = self._taken(row, record, claims, holders)
            if said:
                row.outcome, row.reason = Outcome.REFUSED, said
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


def _cleaned(record: models.Model, passed: set[str]) -> Iterator[str]:
    try:
        record.full_clean(passed, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        for name, said in error.message_dict.items():
            yield " ".join(said) if name == NON_FIELD_ERRORS else f"{name}: {' '.join(said)}"
