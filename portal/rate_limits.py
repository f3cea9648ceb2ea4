"""Rate limits: so many forms of one kind from one visitor within so many seconds.

They are counted for all processes and servers together, in the database or, with REDIS_URL, in
Redis. Only submitted forms are counted, so no page has to wait for a lock of the database.
"""

import logging
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.visitors import visitor_address

logger = logging.getLogger(__name__)


class Limit(NamedTuple):
    """The most requests of a kind that one visitor may send within so many seconds."""

    kind: str
    most: int
    seconds: int


REPORTS = Limit("reports", 20, 3600)
PASSWORD_RESETS = Limit("password-resets", 5, 3600)


class RequestCountQuerySet(models.QuerySet["RequestCount"]):
    def count_request(self, key: str, most: int, seconds: int) -> bool:
        """Count a request; return whether there were more than `most` within the seconds.

        A request that is certainly over the limit writes nothing: a flood of them would keep
        SQLite's only writer busy.
        """
        now = timezone.now()
        if self.filter(key=key, expires_at__gt=now, count__gt=most).exists():
            return True
        expires_at = now + timedelta(seconds=seconds)
        with transaction.atomic():
            row, is_new = self.select_for_update().get_or_create(
                key=key, defaults={"expires_at": expires_at}
            )
            if row.expires_at <= now:
                row.count, row.expires_at = 0, expires_at
            row.count += 1
            row.save()
        if is_new:
            # After the transaction: two that have locked a row each would deadlock here.
            self.filter(expires_at__lte=now).delete()
        return row.count > most


class RequestCount(models.Model):
    """The number of requests of one kind by one visitor since the first of them.

    The key is a hash made with SECRET_KEY, so that a backup holds no visitor's address.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    objects = RequestCountQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


def is_over_limit(request: HttpRequest, limit: Limit) -> bool:
    """Count this request; return whether its visitor has sent more of this kind than allowed.

    The seconds begin with the first request, after which the count is dropped.
    """
    key = counted_as(request, limit)
    if settings.REDIS_URL:
        return count_in_redis(key, limit.seconds) > limit.most
    return RequestCount.objects.count_request(key, limit.most, limit.seconds)


def has_reached(request: HttpRequest, limit: Limit) -> bool:
    """Return whether the visitor has sent as many of this kind as allowed, without counting."""
    key = counted_as(request, limit)
    if settings.REDIS_URL:
        return counted_in_redis(key) >= limit.most
    rows = RequestCount.objects.filter(key=key, expires_at__gt=timezone.now())
    return rows.filter(count__gte=limit.most).exists()


def counted_as(request: HttpRequest, limit: Limit) -> str:
    """Return the key under which requests of this kind by this visitor are counted."""
    text = f"{limit.kind}:{visitor_address(request)}"
    return salted_hmac("portal.rate_limits", text, algorithm="sha256").hexdigest()


def count_in_redis(key: str, seconds: int) -> int:
    """Count a request and return the number so far; 0 if Redis does not answer.

    A form that works matters more than its limit.
    """
    # Only here: the library takes 6 MiB, which a portal without Redis has no use for.
    from redis.exceptions import RedisError

    try:
        cache.add(key, 0, seconds)
        count = cache.incr(key)
        if count == 1:
            # If the key expired between the two commands, the second made one that never expires.
            cache.touch(key, seconds)
    except (RedisError, OSError, ValueError) as error:
        logger.warning("A request was not counted, because Redis did not answer: %s", error)
        return 0
    return count


def counted_in_redis(key: str) -> int:
    """Return the number of requests so far; 0 if Redis does not answer."""
    from redis.exceptions import RedisError

    try:
        return int(cache.get(key, 0))
    except (RedisError, OSError, ValueError) as error:
        logger.warning("A limit was not checked, because Redis did not answer: %s", error)
        return 0
