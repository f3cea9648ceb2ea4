"""Storage of pictures in an S3-compatible bucket; imported only where there is one."""

from typing import Any

from botocore.config import Config
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """Storage in a bucket whose files have addresses under MEDIA_URL.

    By default the portal serves them there itself, so pages load nothing from another site and the
    bucket need not be public; or MEDIA_URL names a server for the bucket's files.
    """

    client_config: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # A request must not wait longer for a bucket that does not answer; by default it waits five
        # times a minute.
        self.client_config = self.client_config.merge(
            Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 2})
        )

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"
