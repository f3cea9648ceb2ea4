"""A sign-in provider as OpenID Connect describes it: a real server, with keys and PKCE.

A test sets the claims of the person who signs in, and what the provider does wrong.
"""

import base64
import hashlib
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

# Each takes a while to make.
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}) for _ in range(2))
CLIENT, SECRET = "learning-cities", "a secret of the provider"


class Provider:
    def __init__(self, address: str) -> None:
        self.address = address
        self.key = KEY
        self.signs_with = self.key
        # Of the person who signs in; None leaves a claim out.
        self.claims: dict[str, object] = {}
        self.only_at_userinfo: tuple[str, ...] = ()
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: dict[str, str] = {}

    def documents(self) -> dict[str, dict]:
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/userinfo",
                "jwks_uri": f"{self.address}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "none"],
            },
            "/keys": {"keys": [self.key.as_dict(private=False)]},
            "/userinfo": {
                name: value for name, value in self.person().items() if value is not None
            },
        }

    def person(self) -> dict[str, object]:
        return {"sub": "mary-1", "email": "mary@example.org", "email_verified": True} | self.claims

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser goes, as if the person had agreed at once."""
        self.asked = asked
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str], authorization: str) -> dict[str, object] | None:
        asked = self.codes.pop(sent["code"], None)
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if not asked or asked["code_challenge"] != challenge or authorization != f"Basic {pair}":
            return None
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
        } | self.person()
        claims = {
            name: value
            for name, value in claims.items()
            if value is not None and name not in self.only_at_userinfo
        }
        # Without the name of the key, which providers with one key leave out.
        signed = jwt.encode({"alg": "RS256"}, claims, self.signs_with)
        return {"access_token": "open", "token_type": "Bearer", "id_token": signed}


@contextmanager
def running_provider():
    """Run a provider on loopback while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if place.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(place.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
            else:
                self.answer(provider.documents().get(place.path))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(text).items()}
            self.answer(provider.token(sent, self.headers.get("Authorization", "")))

        def answer(self, document: object) -> None:
            self.send_response(200 if document else 400)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(document or {"error": "invalid_grant"}).encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Provider(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
