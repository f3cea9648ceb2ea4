"""Find the rows whose unique values belong to another record, or to another row of the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.content.identity import IdentityField, label_of, name_of
from publishing.import_export.cell_text import to_text
from publishing.import_export.cleaning import Problems
from publishing.import_export.constraints import BulkConstraints, UniqueRule
from publishing.import_export.models import Batch, BatchRow, RowOutcome


class AcceptedRow(NamedTuple):
    """A row that can be imported unless it collides, with its record after the import."""

    row: BatchRow
    record: Any
    is_new: bool


class Collisions:
    """The unique values that the rows of an import claim.

    A refused row keeps its claims if another row of the file has one of them, so that it is checked
    again when that row is corrected.
    """

    def __init__(self, constraints: BulkConstraints, batch: Batch) -> None:
        self.constraints = constraints
        rows = batch.rows.exclude(claims=[]).exclude(outcome=RowOutcome.REFUSED)
        pairs = rows.order_by().values_list("number", "claims")
        # Claim → number of the row that has it.
        self._claimed = {claim: number for number, claims in pairs for claim in claims}
        # Slugs made for rows of this chunk, which claim them later.
        self._made: set[str] = set()

    def release(self, rows: Collection[BatchRow]) -> None:
        """Free what rows claimed that are checked again."""
        numbers = {row.number for row in rows}
        self._claimed = {c: number for c, number in self._claimed.items() if number not in numbers}

    # -- Slugs -----------------------------------------------------------------------------

    @cached_property
    def _taken_slugs(self) -> set[str]:
        model: Any = self.constraints.model
        in_use = model._addressed().values_list("slug", flat=True)
        return {*in_use, *model.former_slugs().values_list("slug", flat=True)}

    def free_slug(self, record: Any) -> str:
        """Return the slug that the record would get if the rows before it were saved."""
        for slug in record.slug_candidates():
            is_taken = slug in self._taken_slugs or slug in self._made
            is_claimed = self.constraints.slug_claim(slug) in self._claimed
            if not (is_taken or is_claimed or slug in record.reserved_slugs):
                self._made.add(slug)
                return str(slug)
        raise AssertionError("slug_candidates never ends")

    # -- Refusals --------------------------------------------------------------------------

    def claim(self, row: BatchRow, claims: list[str]) -> None:
        """Let a row have these values."""
        row.claims = claims
        self._claimed |= dict.fromkeys(claims, row.number)

    def taken(self, accepted: Collection[AcceptedRow]) -> Iterator[tuple[BatchRow, Problems]]:
        """Yield the rows that collide, with their problems; let the others have their values."""
        self._made.clear()
        holders = self.constraints.holders([row.record for row in accepted])
        for row, record, is_new in accepted:
            rules = self.constraints.claims(record)
            claims = [*rules] if is_new else [*rules, record_claim(record.pk)]
            numbers = {self._claimed[claim]: claim for claim in claims if claim in self._claimed}
            held = [
                rule
                for claim, rule in rules.items()
                if claim in holders and (is_new or holders[claim] != record.pk)
            ]
            if held:
                yield row, {_column(rule): _held_message(record, rule) for rule in held}
            elif numbers:
                row.claims = claims
                # The first of the rows has the value.
                yield row, _same_as_row(record, rules.get(numbers[min(numbers)]), min(numbers))
            else:
                self.claim(row, claims)


def record_claim(key: Any) -> str:
    """Return the claim of a row that changes this record."""
    return f"record {key}"


def _column(rule: UniqueRule) -> str:
    """Return the column with the value that has to be another one."""
    field = rule.fields[-1]
    return name_of(field.model) if isinstance(field, IdentityField) else field.name


def _held_message(record: Any, rule: UniqueRule) -> str:
    """Return the sentence about a value that another record has."""
    is_identity = isinstance(rule.fields[-1], IdentityField)
    hint = f" {record.double_hint}" if is_identity and record.double_hint else ""
    return f"{_value(record, rule)}: {rule.message}{hint}"


def _same_as_row(record: Any, rule: UniqueRule | None, number: int) -> Problems:
    """Return the problem of a row that has the same as another row of the file."""
    if rule is None:
        message = _("Row %(number)s of the file is for the same record.")
        return {"": message % {"number": number}}
    message = _("%(value)s: Row %(number)s of the file has the same.")
    return {_column(rule): message % {"value": _value(record, rule), "number": number}}


def _value(record: Any, rule: UniqueRule) -> str:
    """Return the values about which a rule is: "“Derby (United Kingdom)”", "Address “derby”"."""
    [*others, field] = rule.fields
    if isinstance(field, IdentityField):
        return f"“{label_of(record)}”"
    texts = [to_text(getattr(record, field.name)) for field in rule.fields]
    value = f"“{', '.join(texts)}”"
    return value if others else f"{capfirst(str(field.verbose_name))} {value}"
