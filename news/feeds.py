"""The news as an Atom feed (RFC 4287)."""

from datetime import datetime

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _

from news.models import NewsItem
from publishing.content.feeds import lasting_id
from publishing.content.text import holdable


class NewsFeed(Feed):
    feed_type = Atom1Feed
    title = _("News from learning cities")
    subtitle = _("Learning cities, the networks that lead learning in them, and their events.")
    link = reverse_lazy("news:list")
    feed_url = reverse_lazy("news:feed")
    # RFC 4287 requires an author for every entry; this is the default.
    author_name = _("Learning Cities Portal")

    def items(self) -> QuerySet[NewsItem]:
        return NewsItem.objects.published().for_listing()[:30]

    def item_title(self, item: NewsItem) -> str:
        return holdable(item.title)

    def item_guid(self, item: NewsItem) -> str:
        return lasting_id(item)

    def item_description(self, item: NewsItem) -> str:
        return holdable(item.summary)

    def item_author_name(self, item: NewsItem) -> str | None:
        return holdable(item.author_line) or None

    def item_pubdate(self, item: NewsItem) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: NewsItem) -> datetime:
        return item.updated_at

    def item_categories(self, item: NewsItem) -> list[str]:
        return [holdable(city.name) for city in item.public_cities]
