"""Query expressions that several models share: counts, orders and reverse relations."""

from datetime import datetime
from string import ascii_uppercase
from typing import Any

from django.db import models
from django.db.models import F, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import Exact, IsNull


@models.DateField.register_lookup
class CalendarYear(models.Transform):
    """`day__calendar_year`: the year of a date, in SQL that each database knows by itself.

    Django's `__year` calls a function that SQLite has only within Django, so other programs could
    neither check nor load a database file with such a constraint.
    """

    lookup_name = "calendar_year"
    output_field = models.IntegerField()
    template = "EXTRACT(YEAR FROM %(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # SQLite has dates as text, 2015-09-28, and takes the number at its start.
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS integer)")


def is_capitals(field: str, length: int) -> Q:
    """Return the condition that a text consists of so many letters from A to Z.

    Every database knows its functions; SQLite has a regular expression only within Django.
    """
    rest = Func(F(field), Value(ascii_uppercase), function="RTRIM", output_field=models.CharField())
    return Q(Exact(Length(field), length)) & Q(Exact(rest, Value("")))


def known_first(field: str, *, falling: bool = True) -> tuple[Any, Any]:
    """Return an order from high to low, or low to high, with rows without a value last.

    It has two keys, because SQLite has no NULLS LAST in an index.
    """
    return IsNull(F(field), True), F(field).desc() if falling else F(field).asc()


def count_of(rows: models.QuerySet[Any], link: str, to: str = "pk") -> Coalesce:
    """Return a subquery that counts the rows whose foreign key `link` points at the outer row.

    With `to`, it counts the rows whose `link` equals that field of the outer row.
    """
    grouped = (
        rows.order_by()
        .filter(**{link: OuterRef(to)})
        .values(link)
        .annotate(number=models.Count("pk"))
        .values("number")
    )
    return Coalesce(models.Subquery(grouped), 0)


def related_rows(model: type[models.Model], relation: str) -> Any:
    """Return the manager of a reverse relation's model, whose module this one cannot import."""
    related: Any = model._meta.get_field(relation).related_model
    return related._default_manager


def published_rows(model: type[models.Model], relation: str, moment: datetime | None = None) -> Any:
    """Return the published rows of a relation's model; see `related_rows`."""
    return related_rows(model, relation).published(moment)
