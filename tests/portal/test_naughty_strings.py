"""Odd strings at every door that visitors have: no 5xx, nothing unescaped, no foreign redirect."""

import random
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.test import Client

from tests import factories

# The mark that no answer may hold as a tag.
TAG = "<x-naughty>"
WRITTEN = [
    "",
    " ",
    "\x00",
    "\r\nSet-Cookie: a=b",
    "\r\n\r\n<x-naughty>",
    f'"{TAG}',
    f"'>{TAG}",
    f"</title></script>{TAG}",
    f"<!--{TAG}",
    f"]]>{TAG}",
    f"\\u003c{TAG}",
    "%3Cx-naughty%3E",
    "&lt;x-naughty&gt;",
    "javascript:alert(1)",
    "//evil.example/",
    "/\\evil.example",
    "https://evil.example/",
    "/%2F/evil.example",
    "/.//evil.example",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "' OR 1=1 --",
    "1; DROP TABLE cities_city",
    "{{ 7 * 7 }}${7*7}#{7*7}<%= 7 * 7 %>",
    "%s%d%n%(x)s{0}{x.__class__}",
    "$(reboot)`reboot`|reboot",
    "=1+1",
    "＝1+1",
    "NaN",
    "Infinity",
    "-0",
    "1e309",
    "0x7fffffff",
    "9" * 400,
    "None",
    "null",
    "undefined",
    "true",
    "[]",
    "{}",
    "[object Object]",
    "CON",
    "İıſßŒ",
    "ﷺ" * 30,
    "ـ" * 40,
    "\u202e\u2066\u200b\u200d\ufeff\u00ad",
    "\u2028\u2029\u0085",
    "e" + "\u0301" * 60,
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "田中さん",
    "القاهرة",
    "भारत",
    "\ufffe\uffff\U0010ffff",
    "a" * 2000,
    "a " * 200,
    '"' * 50,
    "%" * 20,
    "+" * 20,
    "&a=b#c?d",
    ";",
]
PIECES = [TAG, "..", *"\x00\n\u202e'\"\\%/&é北9 <="]
CHANCE = random.Random(1)  # noqa: S311 (the same strings every time)
STRINGS = WRITTEN + ["".join(CHANCE.choices(PIECES, k=CHANCE.randint(1, 12))) for _ in range(30)]


def strings(door: int = 0, doors: int = 1) -> Iterator[tuple[int, str]]:
    """Yield the strings with their number; each of several doors gets a share of them."""
    yield from list(enumerate(STRINGS))[door::doors]


PARAMETERS = {
    "/cities/": ["q", "country", "sort", "view", "page", "nonsense"],
    "/cities/suggest/": ["q"],
    "/cities/export.csv": ["q", "page"],
    "/cities/export.atom": ["country"],
    "/news/": ["q", "year", "city", "page"],
    "/news/feed/": ["page"],
    "/events/": ["page", "q"],
    "/networks/": ["q", "scope"],
    "/search/": ["q", "kind", "page"],
    "/report/": ["page"],
}


@pytest.fixture
def client(db) -> Client:
    city = factories.city(name="York", joined_year=2024)
    factories.network(cities=[city])
    factories.news_item(cities=[city])
    factories.event(city=city)
    return Client(raise_request_exception=False)


def check(response, what) -> None:
    assert response.status_code < 500, what
    if to := response.headers.get("Location"):
        assert urlsplit(to).netloc in ("", "testserver"), (what, to)
        assert not to.startswith(("//", "/\\")), (what, to)
    assert "a=b" not in str(response.cookies), what
    # Reading a download to its end closes it.
    body = b"".join(response)
    if any(kind in response.headers.get("Content-Type", "") for kind in ("html", "xml")):
        assert TAG.encode() not in body, what


@pytest.mark.parametrize("path", PARAMETERS)
def test_no_odd_parameter_breaks_a_page(client, path):
    names = PARAMETERS[path]
    for number, text in strings(list(PARAMETERS).index(path) % 4, 4):
        # A different parameter for each string, and all of them for every fifth.
        chosen = names if number % 5 == 0 else [names[number % len(names)]]
        query = urlencode(dict.fromkeys(chosen, text))
        response = client.get(f"{path}?{query}")
        check(response, (path, query[:200]))
        if response.status_code == 301:
            check(client.get(response.headers["Location"]), (path, query[:200]))


def test_no_odd_name_of_a_parameter_breaks_a_page(client):
    for _number, text in strings(0, 2):
        check(client.get(f"/networks/?{urlencode({text: '1'})}"), text)
        check(client.get("/search/?" + quote(text, safe="%&=+;?/")), text)


PLACES = ["", "cities/", "news/", "countries/", "shared/", "media/"]


@pytest.mark.parametrize("before", PLACES)
def test_no_odd_path_breaks_the_portal(client, before):
    for _number, text in strings(PLACES.index(before) % 3, 3):
        check(client.get(f"/{before}{quote(text, safe='/%')}"), (before, text))


def test_no_odd_header_breaks_the_portal(client):
    names = ["host", "cookie", "accept", "accept-encoding", "accept-language", "if-none-match"]
    names += ["referer", "origin", "range", "x-forwarded-for", "x-forwarded-host", "user-agent"]
    for number, text in strings():
        # As a server passes on what is no ASCII; it refuses line breaks itself.
        value = text.encode().decode("latin-1").replace("\r", "").replace("\n", "")
        check(client.get("/robots.txt", headers={names[number % len(names)]: value}), value)
        odd = {"host": value} if number % 2 else {"cookie": f"sessionid={value}"}
        check(client.get("/report/thanks/", headers=odd), value)


def test_no_odd_report_breaks_its_form(client, settings):
    settings.MANAGERS = [("", "editors@example.org")]
    for number, text in strings():
        typed = {"address": f"/cities/?q={text}", "message": text or "x"}
        typed |= {"email": text} if number % 3 == 0 else {}
        typed |= {"source_url": text} if number % 3 == 1 else {}
        # Each from a visitor of its own, because so many are limited.
        check(client.post("/report/", typed, REMOTE_ADDR=f"192.0.2.{number}"), text)
