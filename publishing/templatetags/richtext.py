"""Rich text in templates: `{{ city.profile|rich }}`."""

from django import template
from django.utils.safestring import SafeString

from publishing.content.text_references import render

register = template.Library()


@register.filter
def rich(html: str) -> SafeString:
    """Return a RichTextField's value with its links and library pictures resolved."""
    return render(html)
