"""The step of an import between the upload and the preview: the headings are matched."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from publishing.import_export.corrections import AlreadyImported, corrected
from publishing.import_export.headings import HeadingError, KnownHeadings, match_headings, remember
from publishing.import_export.models import Batch
from publishing.import_export.readers import UploadedTable
from publishing.import_export.uploaded_rows import UnreadableFile
from publishing.import_export.uploads import keep_rows, kept_table, save_rows
from publishing.staff.column_form import ColumnsForm, reading_choices
from publishing.staff.import_batches import BatchPages


class ColumnViews(BatchPages):
    """The choice of a column for each heading of a file, and of how the file is read."""

    routes = (("import/<int:batch_id>/columns/", "columns_view", "batch_columns"),)

    def columns_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """Show the headings with the best guesses; keep the choices that are posted."""
        batch = self.own_batch_of(request, batch_id)
        if batch.imported_at:
            return self.redirect("batch", batch.pk)
        return self._match(request, batch)

    def _match(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        known, data = KnownHeadings(self.model), request.POST or None
        options: dict[str, Any] = batch.options | (reading_choices(data) if data else {})
        try:
            table = kept_table(batch, options, known)
            form = ColumnsForm(table, known, batch, options, data)
            if data and data.get("decision") == "continue" and form.is_current and form.is_valid():
                self._save(batch, table, form)
                return self.after_columns(request, batch)
        except AlreadyImported:
            return self.redirect("batch", batch.pk)
        except (UnreadableFile, HeadingError) as error:
            return self._show(request, batch, None, str(error))
        return self._show(request, batch, form)

    def _save(self, batch: Batch, table: UploadedTable, form: ColumnsForm) -> None:
        """Save the choices, and the rows if they have to be read. Raises UnreadableFile."""
        columns = form.columns
        match_headings(self.model, table.headings, columns)
        for name in ("date_order", "date_orders"):
            batch.options.pop(name, None)
        batch.options |= {
            name: form.cleaned_data[name]
            for name in ("match_by", "date_order")
            if name in form.fields
        }
        with corrected(batch):
            if not keep_rows(batch, table, columns):
                save_rows(batch, table, columns)
            remember(self.model, table.headings, columns)

    def _show(
        self, request: HttpRequest, batch: Batch, form: ColumnsForm | None, problem: str = ""
    ) -> HttpResponse:
        if form is not None and (request.POST.get("decision") != "continue" or not form.is_current):
            # Choices that are only tried out are no errors yet.
            form.hide_errors()
        return self.import_export_page(
            request,
            "import_columns",
            _("Match the columns of “%s”") % batch.file_name,
            batch=batch,
            form=form,
            problem=problem,
        )
