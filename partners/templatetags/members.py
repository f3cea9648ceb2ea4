"""Template tag for the members of a network, of which there may be hundreds."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.template.defaultfilters import capfirst
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from partners.models import Membership

register = template.Library()


@register.simple_tag
def members(memberships: Iterable[Membership]) -> SafeString:
    """Return memberships (with their organisations) as the <dd> of their sector.

    Each has its role and, unless the organisation is a plain member, its status.
    """
    items = []
    for membership in memberships:
        organisation = membership.organisation
        details = [capfirst(membership.role)] if membership.role else []
        if membership.status != membership.Status.MEMBER:
            details.append(str(membership.get_status_display()))
        more = f'<br><span class="meta">{escape(" · ".join(details))}</span>' if details else ""
        name = f"<bdi>{escape(organisation.name)}</bdi>"
        items.append(f'<dd><a href="{organisation.get_absolute_url()}">{name}</a>{more}</dd>')
    return mark_safe("".join(items))  # noqa: S308 (each text is escaped)
