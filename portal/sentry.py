"""Reports of errors to Sentry, or to a server that speaks its protocol, with SENTRY_DSN."""

import logging
from typing import Any

from portal.logging import redact
from portal.request_ids import current


def start(dsn: str) -> None:
    """Report each logged error, without data of people; imported only here, because it is large.

    The integration for Django would wrap each response, so that no page could be cached.
    """
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        # Errors are reported, times are not: /metrics has these.
        traces_sample_rate=None,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            ExcepthookIntegration(),
            # Sends what is left when a process ends, without a line on its output.
            AtexitIntegration(callback=lambda pending, timeout: None),
        ],
        before_send=without_personal_data,
    )


def without_personal_data(event: Any, hint: dict[str, Any]) -> Any:
    """Return the event with the request's id and route as tags; None for a refused host or path."""
    if event.get("logger", "").startswith("django.security"):
        return None
    for name in ("request", "user", "server_name", "breadcrumbs", "extra", "modules"):
        event.pop(name, None)
    event.setdefault("tags", {}).update({k: str(v) for k, v in current().items() if v})
    for value in event.get("exception", {}).get("values", ()):
        value["value"] = redact((value.get("value") or "").partition("\n")[0])
    if "logentry" in event:
        event["logentry"] = {"message": redact(event["logentry"].get("message") or "")}
    return event
