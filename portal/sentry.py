"""Reports of errors to Sentry, or to a server that speaks its protocol, with SENTRY_DSN."""

from typing import Any

from portal.logging import redact
from portal.request_ids import current


def start(dsn: str) -> None:
    """Begin to report errors, without data of people; imported only here, because it is large."""
    import sentry_sdk
    from sentry_sdk.integrations.django import DjangoIntegration

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        # Errors are reported, times are not: /metrics has these.
        traces_sample_rate=None,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
        before_send=without_personal_data,
    )


def without_personal_data(event: Any, hint: dict[str, Any]) -> Any:
    """Return the event with the request's id and route in place of headers, query and body."""
    request = event.pop("request", {})
    for name in ("user", "server_name", "breadcrumbs", "extra", "modules"):
        event.pop(name, None)
    if request:
        event["request"] = {"method": request.get("method")}
    event.setdefault("tags", {}).update({k: str(v) for k, v in current().items() if v})
    for value in event.get("exception", {}).get("values", ()):
        value["value"] = redact((value.get("value") or "").partition("\n")[0])
    if "logentry" in event:
        event["logentry"] = {"message": redact(event["logentry"].get("message") or "")}
    return event
