"""The sections of a form, with links to them and the number of errors in each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.admin.utils import flatten
from django.utils.text import capfirst


class FormSection(NamedTuple):
    """A part of a form: the id to jump to, its heading, and its number of errors."""

    anchor: str
    title: str
    errors: int = 0


def section_context(adminform: Any, inlines: Any) -> dict[str, Any]:
    """Return the template context of the links to sections and errors."""
    sections = list(form_sections(adminform, inlines))
    return {
        "sections": sections,
        "first_error": first_error(adminform, inlines),
        "error_count": sum(section.errors for section in sections),
    }


def form_sections(adminform: Any, inlines: Any) -> Iterator[FormSection]:
    """Yield the fieldsets with a heading and the inlines of a form."""
    for number, (title, options) in enumerate(adminform.fieldsets):
        if title:
            names = flatten(options["fields"])
            errors = sum(name in adminform.form.errors for name in names)
            yield FormSection(f"fieldset-0-{number}-heading", title, errors)
    for inline in inlines:
        formset = inline.formset
        title = capfirst(str(inline.opts.verbose_name_plural))
        yield FormSection(f"{formset.prefix}-group", title, _row_errors(formset))


def _row_errors(formset: Any) -> int:
    if not formset.is_bound:
        return 0
    return sum(len(row) for row in formset.errors) + len(formset.non_form_errors())


def first_error(adminform: Any, inlines: Any) -> str:
    """Return the id of the first field with an error; "" if there is none."""
    forms = [adminform.form, *(row for inline in inlines for row in inline.formset.forms)]
    for form in forms:
        if form.is_bound:
            for name in form.fields:
                if name in form.errors:
                    return str(form[name].id_for_label or form[name].auto_id)
    return ""


def without(fieldsets: Any, absent: set[str]) -> list[Any]:
    """Return the fieldsets without these fields; one that is left empty goes too."""
    kept = []
    for title, options in fieldsets:
        lines: list[Any] = []
        for line in options["fields"]:
            names = [line] if isinstance(line, str) else line
            names = tuple(name for name in names if name not in absent)
            lines += [names[0] if len(names) == 1 else names] if names else []
        if lines:
            kept.append((title, options | {"fields": tuple(lines)}))
    return kept
