"""nginx and Caddy with the files of deploy/, in front of a portal that others reach."""

import shutil
import ssl
import subprocess
from contextlib import ExitStack
from io import BytesIO

import pytest
from PIL import Image

from tests import processes
from tests.deployment.conftest import DEPLOY, nginx
from tests.deployment.https import HOST, form

PAGE = "/cities/wakefield/"
TOO_LARGE = (
    "This file is too large. Pictures may have up to 10 MB, and tables for an import up to 20 MB."
)


def test_plain_http_leads_to_the_same_page_with_https(proxy):
    answer = proxy.get("/cities/?q=york", secure=False)
    assert answer.status in {301, 308}
    assert answer.headers["Location"] == f"https://{HOST}/cities/?q=york"


def test_a_page_has_each_header_of_the_portal_once(proxy):
    answer = proxy.get(PAGE)
    assert answer.status == 200
    assert "Wakefield" in answer.text
    for header in (
        "Content-Security-Policy",
        "Strict-Transport-Security",
        "X-Frame-Options",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cache-Control",
    ):
        assert len(answer.headers.get_all(header, [])) == 1, header
    # No version.
    assert answer.headers["Server"] in {None, "nginx"}


def test_the_portal_compresses_and_the_proxy_does_not(proxy):
    answer = proxy.get(PAGE, **{"Accept-Encoding": "identity"})
    assert answer.headers["Content-Encoding"] is None
    assert f"https://{HOST}{PAGE}" in answer.text


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "X_Forwarded_For",
        "X-Forwarded_For",
        "X_Forwarded-For",
        "x_forwarded_for",
        "x-forwarded_for",
    ],
)
def test_a_client_does_not_choose_the_address_it_is_counted_by(proxy, portal, header):
    name = f"{header}.{proxy.https}@example.org".lower()
    body, headers = form({"username": name, "password": "wrong"})
    forged = {header: "203.0.113.9"}
    assert proxy.request("POST", "/admin/login/", body, **headers, **forged).status == 200
    question = "SELECT ip_address FROM axes_accessattempt WHERE username = ?"
    assert portal.rows(question, name) == ["127.0.0.1"]


@pytest.mark.parametrize("header", ["X-Forwarded-Proto", "X_Forwarded_Proto"])
def test_a_client_does_not_choose_the_scheme(proxy, header):
    assert proxy.get(PAGE, **{header: "http"}).status == 200


def picture(size):
    """Return a JPEG with so many bytes."""
    written = BytesIO()
    Image.new("RGB", (400, 300), "teal").save(written, "JPEG")
    return written.getvalue().ljust(size, b"\0")


def test_a_picture_of_ten_megabytes_is_uploaded(proxy, portal):
    fields = {
        "title": f"Hall {proxy.https}",
        "alternative_text": "A hall",
        "credit": "Nobody",
        "licence": "CC BY 4.0",
        "focal_point": "0.5x0.5",
    }
    body, headers = form(fields, file=picture(10_000_000))
    headers["Cookie"] += f"; sessionid={portal.session}"
    answer = proxy.request("POST", "/admin/publishing/picture/add/", body, **headers)
    assert answer.status == 302, answer.text
    question = "SELECT count(*) FROM publishing_picture WHERE title = ?"
    assert portal.rows(question, fields["title"]) == [1]


def test_forty_megabytes_are_refused_in_a_sentence(proxy):
    # The answer comes before the body.
    answer = proxy.request("POST", "/report/", b"a", **{"Content-Length": str(40 * 1024 * 1024)})
    assert (answer.status, answer.text.strip()) == (413, TOO_LARGE)


def test_another_host_name_gets_no_answer(proxy):
    with pytest.raises(ssl.SSLError):
        proxy.tls("other.example.org")


def test_slow_clients_keep_no_page_from_others(proxy, portal):
    folder = portal.folder / "media" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "large.bin").write_bytes(b"a" * 3_000_000)
    start = f"Host: {HOST}\r\nContent-Length: 100000\r\n"
    with ExitStack() as clients:
        for request in (
            f"GET / HTTP/1.1\r\n{start}",
            f"POST /report/ HTTP/1.1\r\n{start}\r\nmessage=",
            f"GET /media/pictures/large.bin HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
        ):
            for _ in range(30):
                client = clients.enter_context(proxy.tls(buffer=2048))
                client.sendall(request.encode())
        assert [proxy.get(PAGE).status for _ in range(20)] == [200] * 20


def test_a_portal_that_is_not_running_is_named_in_a_sentence(proxy_alone):
    answer = proxy_alone.get("/")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "30"
    assert answer.text.strip() == (
        "The portal is not running at the moment. Please try again in a minute."
    )


def test_nginx_gives_no_answer_to_a_name_it_does_not_know(certificate, tmp_path):
    with (
        nginx(processes.free_port(), certificate, tmp_path) as proxy,
        pytest.raises(ConnectionResetError),
    ):
        proxy.get("/", secure=False, Host="other.example.org")


def test_nginx_limits_the_connections_of_one_address_to_more_than_a_school_needs(
    certificate, tmp_path
):
    with nginx(processes.free_port(), certificate, tmp_path) as proxy, ExitStack() as clients:
        start = f"POST /report/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9\r\n\r\nmessage="
        for _ in range(299):
            clients.enter_context(proxy.tls()).sendall(start.encode())
        assert proxy.get("/").status == 503  # No portal is behind it here.
        for _ in range(20):
            clients.enter_context(proxy.tls()).sendall(start.encode())
        assert proxy.get("/").status == 429


def test_a_client_that_does_not_finish_its_headers_is_given_up(proxy_alone):
    with proxy_alone.tls() as client:
        client.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n".encode())
        # Less than the minute that nginx waits by itself.
        client.settimeout(50)
        assert client.recv(1) == b""


def test_the_caddyfile_is_valid_and_in_the_form_of_caddy():
    file = str(DEPLOY / "caddy" / "Caddyfile")
    caddy = shutil.which("caddy")
    subprocess.run([caddy, "validate", "--adapter", "caddyfile", "--config", file], check=True)
    formatted = subprocess.run([caddy, "fmt", file], capture_output=True, text=True, check=False)
    assert formatted.stdout == (DEPLOY / "caddy" / "Caddyfile").read_text()
