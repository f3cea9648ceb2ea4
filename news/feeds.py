"""The news as an Atom feed (RFC 4287)."""

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _

from .models import NewsItem


class NewsFeed(Feed):
    feed_type = Atom1Feed
    title = _("News from learning cities")
    subtitle = _("Learning cities, the networks that lead learning in them, and their events.")
    link = reverse_lazy("news:list")
    feed_url = reverse_lazy("news:feed")
    # RFC 4287 wants an author for every entry; this is the one of those that name none.
    author_name = _("Learning Cities Portal")

    def items(self) -> QuerySet[NewsItem]:
        return NewsItem.objects.published().for_listing()[:30]

    def item_title(self, item: NewsItem) -> str:
        return legible(item.title)

    def item_guid(self, item: NewsItem) -> str:
        """The same for ever, whatever becomes of the title and the address."""
        return uuid5(NAMESPACE_OID, f"{item._meta.label_lower}/{item.pk}").urn

    def item_description(self, item: NewsItem) -> str:
        return legible(item.summary)

    def item_author_name(self, item: NewsItem) -> str | None:
        return legible(item.author_line) or None

    def item_pubdate(self, item: NewsItem) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: NewsItem) -> datetime:
        return item.updated_at

    def item_categories(self, item: NewsItem) -> list[str]:
        return [legible(city.name) for city in item.public_cities]


def legible(text: str) -> str:
    """The text without control characters, which XML 1.0 cannot hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
