"""Views of the rows of a preview: correct one, leave it out, download the refused ones."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.db import models
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.import_export.columns import FieldColumn, InlineColumn
from publishing.import_export.corrections import AlreadyImported, correct_row, leave_out, take_in
from publishing.import_export.exporting import csv_pieces, write_workbook
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.import_export.preview import PreviewCell, PreviewTable, preview_columns, row_name
from publishing.import_export.refused_rows import refused_rows
from publishing.import_export.right_values import RightValue, RightValues
from publishing.staff.import_batches import STEP_SECONDS, BatchPages
from publishing.staff.import_export import XLSX

# The parameters of the preview's address that lead back to the same place.
PLACE = ("show", "page", "columns")


class RowField(NamedTuple):
    """The field of a cell in the form of a row."""

    cell: PreviewCell
    options: list[RightValue]
    hint: str
    has_lines: bool

    @property
    def is_folded(self) -> bool:
        return not (self.cell.text or self.cell.is_marked)


class BatchRowViews(BatchPages):
    """The form of a row, and the refused rows as a file."""

    routes = (
        ("import/<int:batch_id>/row/<int:number>/", "row_view", "batch_row"),
        ("import/<int:batch_id>/refused/<str:ending>/", "refused_view", "batch_refused"),
    )

    def row_view(self, request: HttpRequest, batch_id: int, number: int) -> HttpResponse:
        batch = self.own_batch_of(request, batch_id)
        row = batch.rows.filter(number=number).first()
        if row is None:
            raise Http404
        if batch.imported_at:
            return self._refuse_correction(request, batch, row)
        if request.method == "POST":
            return self._correct(request, batch, row)
        return self._row_page(request, batch, row)

    def _refuse_correction(
        self, request: HttpRequest, batch: Batch, row: BatchRow
    ) -> HttpResponseRedirect:
        message = _("Nothing was corrected, because the file has already been imported.")
        messages.error(request, message)
        return self._back(request, batch, row)

    def _back(self, request: HttpRequest, batch: Batch, row: BatchRow) -> HttpResponseRedirect:
        """Redirect to the row in the preview, with the filter and page that it was opened from."""
        query = QueryDict(mutable=True)
        query.update({name: request.GET[name] for name in PLACE if request.GET.get(name)})
        address = reverse(f"admin:{self.url_name('batch')}", args=[batch.pk])
        return HttpResponseRedirect(f"{address}?{query.urlencode()}#row-{row.number}")

    # -- Corrections -----------------------------------------------------------------------

    def _correct(self, request: HttpRequest, batch: Batch, row: BatchRow) -> HttpResponse:
        try:
            corrected = self._save(request, batch, row)
        except AlreadyImported:
            return self._refuse_correction(request, batch, row)
        self.validate_rows(request, batch, STEP_SECONDS)
        row.refresh_from_db()
        is_form = any(name.startswith("cell-") for name in request.POST)
        if is_form and row.outcome == RowOutcome.REFUSED:
            return self._row_page(request, batch, row, is_checked=True)
        name = row_name(self.model, row, preview_columns(self.model, batch))
        messages.success(request, _result(row, name, corrected))
        return self._back(request, batch, row)

    def _save(self, request: HttpRequest, batch: Batch, row: BatchRow) -> int:
        """Save what was decided; return the number of rows. Raises AlreadyImported."""
        if (decision := request.POST.get("decision")) in ("leave_out", "take_in"):
            (leave_out if decision == "leave_out" else take_in)(batch, row.number)
            return 1
        columns = preview_columns(self.model, batch)
        texts = {
            column.position: request.POST[f"cell-{column.position}"]
            for column in columns
            if f"cell-{column.position}" in request.POST
        }
        everywhere = {c.position for c in columns if f"everywhere-{c.position}" in request.POST}
        for name in ("use", "use_everywhere"):
            place, _colon, text = request.POST.get(name, "").partition(":")
            for column in columns:
                if place == str(column.position):
                    texts[column.position] = text
                    everywhere |= {column.position} if name == "use_everywhere" else set()
        return correct_row(batch, row.number, texts, everywhere)

    def _row_page(
        self, request: HttpRequest, batch: Batch, row: BatchRow, is_checked: bool = False
    ) -> HttpResponse:
        right_values = self.right_values(request)
        table = PreviewTable(self.model, batch, [row], right_values, all_columns=True)
        fields = [_field(cell, right_values) for cell in table.rows[0].cells]
        return self.import_export_page(
            request,
            "import_row",
            _("Correct row %(number)s") % {"number": row.number},
            batch=batch,
            shown=table.rows[0],
            fields=[field for field in fields if not field.is_folded],
            folded=[field for field in fields if field.is_folded],
            is_checked=is_checked,
        )

    # -- The refused rows as a file --------------------------------------------------------

    def refused_view(self, request: HttpRequest, batch_id: int, ending: str) -> Any:
        batch = self.own_batch_of(request, batch_id)
        if ending not in ("csv", "xlsx"):
            raise Http404
        stem = batch.file_name.rpartition(".")[0] or batch.file_name
        name = _("%(file)s, refused rows") % {"file": stem}
        if ending == "xlsx":
            file = write_workbook(refused_rows(batch), _("Refused rows"))
            return FileResponse(
                file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX
            )
        return StreamingHttpResponse(
            csv_pieces(refused_rows(batch)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": content_disposition_header(True, f"{name}.csv")},
        )


def _field(cell: PreviewCell, right_values: RightValues) -> RowField:
    column = cell.column.column
    is_long = isinstance(column, InlineColumn) or (
        isinstance(column, FieldColumn) and isinstance(column.value.field, models.TextField)
    )
    options = right_values.listed(column)
    hint = "" if column is None or options else column.hint
    return RowField(cell, options, hint, is_long or "\n" in cell.text or cell.is_long)


def _result(row: BatchRow, name: str, corrected: int) -> str:
    """Return the result of a correction in a sentence."""
    result = " · ".join(filter(None, [row.get_outcome_display(), name]))
    message = _("Row %(number)s: %(result)s.") % {"number": row.number, "result": result}
    reason = row.reason if row.outcome == RowOutcome.REFUSED else ""
    others = ngettext(
        "%(number)s more row was corrected.", "%(number)s more rows were corrected.", corrected - 1
    )
    more = others % {"number": corrected - 1} if corrected > 1 else ""
    return " ".join(filter(None, [message, reason, more]))
