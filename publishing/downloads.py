"""Downloads of the rows of a list: CSV, JSON, and XLSX.

They use the list's finder, so an address with `?country=gb` gives the same rows as the page. A part
of the address that the page would mention in a notice is an error here, because programs do not
read notices. Rows are streamed: memory does not grow with their number.

A slow client keeps a thread of the server busy. So few downloads run at once in a process, which
leaves the other threads for pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from publishing.content.csv import stream_csv
from publishing.finder.finder import Finder
from publishing.import_export.exporting import write_workbook
from publishing.slow_clients import HeldResponse, downloads

# The rows that are in memory at once.
CHUNK = 200
BUSY_SECONDS = 60

# The address of the downloads beside a list.
TABLES = r"^export\.(?P<kind>csv|json|xlsx)$"

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Row = dict[str, Any]


class Column(NamedTuple):
    """A column of a download: what it says, in a sentence, and its value of a record."""

    about: Any
    read: Callable[[Any], Any]


def field(name: str, about: Any) -> Column:
    """Return a column with the value of a field."""
    return Column(about, lambda record: getattr(record, name))


def label(name: str, about: Any) -> Column:
    """Return a column with the label of a field's choice."""
    return Column(about, lambda record: getattr(record, f"get_{name}_display")())


NAME = gettext_lazy("Name, as the portal shows it.")
SOURCED: dict[str, Column] = {
    "source": field("source", gettext_lazy("Who says so.")),
    "source_url": field("source_url", gettext_lazy("Where they say so.")),
    "checked_on": field("checked_on", gettext_lazy("Day on which the source was last read.")),
}
CHANGED: dict[str, Column] = {
    "changed_at": field("updated_at", gettext_lazy("Moment of the last change here, in UTC.")),
}
URL = Column(
    gettext_lazy("Address of the page about it."), lambda record: record.get_absolute_url()
)


def cell(value: Any) -> Any:
    """Return a value as a cell of a table: lists joined, unknown facts empty."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case list():
            return "; ".join(str(item) for item in value)
    return value


def json_pieces(opening: dict[str, Any], key: str, items: Iterable[Any]) -> Iterator[str]:
    """Give a JSON object piece by piece: the members of `opening`, then the long list `key`."""
    encoder = DjangoJSONEncoder(ensure_ascii=False)
    yield f"{encoder.encode(opening)[:-1]}, {json.dumps(key)}: ["
    for number, item in enumerate(items):
        yield ("," if number else "") + "\n" + encoder.encode(item)
    yield "\n]}\n"


class Download(View):
    """The rows of a list in the format that the extension of the address names.

    A subclass names its finder, which has no pages, its columns, the title and the route of the
    list, and the plural of its records in addresses, and gives the published rows.
    """

    http_method_names = ["get", "head", "options"]
    filterset_class: type[Finder]
    columns: dict[str, Column]
    formats = {"csv": "CSV", "xlsx": "Excel", "json": "JSON"}
    title: Any
    plural: str
    list_route: str
    # The terms for all rows together, for formats with metadata.
    licence: Any = gettext_lazy("Each row names its source.")

    def get_rows(self) -> QuerySet[Any]:
        raise NotImplementedError("Return the published rows in the order of their list.")

    def with_parts(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with the related records that the columns read."""
        return rows

    def get(self, request: HttpRequest, kind: str) -> Any:
        canonical = self.filterset_class.canonical(request.GET)
        if dict(canonical.lists()) != dict(request.GET.lists()):
            query = canonical.urlencode()
            return HttpResponsePermanentRedirect(request.path + (f"?{query}" if query else ""))
        finder = self.filterset_class(request.GET, queryset=self.get_rows(), request=request)
        if finder.notices:
            return JsonResponse({"errors": finder.notices}, status=400)
        return getattr(self, f"as_{kind}")(finder.qs)

    def as_csv(self, rows: QuerySet[Any]) -> HttpResponse:
        pieces = stream_csv(self.table(self.records(rows)))
        return self.stream(lambda: pieces, "text/csv; charset=utf-8", "csv")

    def as_json(self, rows: QuerySet[Any]) -> HttpResponse:
        pieces = json_pieces(self.origin(), self.plural, self.records(rows))
        return self.stream(lambda: pieces, "application/json", "json")

    def as_xlsx(self, rows: QuerySet[Any]) -> HttpResponse:
        table = self.table(self.records(rows))
        return self.stream(lambda: write_workbook(table, self.plural), XLSX, "xlsx")

    def table(self, rows: Iterable[Row]) -> Iterator[list[Any]]:
        """Give the headings, then the cells of each record."""
        yield list(self.columns)
        for row in rows:
            yield [cell(value) for value in row.values()]

    def records(self, rows: QuerySet[Any]) -> Iterator[Row]:
        absolute = self.request.build_absolute_uri
        for record in self.with_parts(rows).iterator(chunk_size=CHUNK):
            row = {name: column.read(record) for name, column in self.columns.items()}
            row["url"] = absolute(row["url"])
            # Users of the data need not tell an empty text from an unknown fact.
            yield {name: None if value == "" else value for name, value in row.items()}

    def page(self) -> str:
        """Return the path of the list with the same rows."""
        query = self.request.GET.urlencode()
        return reverse(self.list_route) + (f"?{query}" if query else "")

    def origin(self) -> dict[str, Any]:
        """Return the source and the licence of the data, for formats with metadata."""
        source = self.request.build_absolute_uri(self.page())
        return {"source": source, "licence": str(self.licence)}

    def stream(self, make: Callable[[], Any], content_type: str, ending: str) -> HttpResponse:
        if not downloads.enter():
            message = _("Too many downloads are under way. Try again in a minute.")
            busy = {"Retry-After": BUSY_SECONDS}
            return JsonResponse({"errors": [message]}, status=503, headers=busy)
        try:
            response = HeldResponse(make(), places=downloads, content_type=content_type)
        except BaseException:
            downloads.leave()
            raise
        name = "learning-cities" if self.plural == "cities" else f"learning-cities-{self.plural}"
        response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
        return response  # type: ignore[return-value]  # the stubs tell the two apart


def names_of(attribute: str) -> Callable[[Any], list[str]]:
    """Return a function that gives the names of related records, prefetched to an attribute."""
    return lambda record: [str(other) for other in getattr(record, attribute)]
