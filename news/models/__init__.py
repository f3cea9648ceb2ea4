"""Models of news: each module holds one kind of record with its queries."""

from news.models.events import Event
from news.models.news_items import NewsItem

__all__ = ["Event", "NewsItem"]
