"""Single sign-on by OpenID Connect: Authlib checks the answer, and here is decided who may enter.

A person enters who was invited, or whose groups at the provider give a role; with an address that
the provider has verified. The second factor is the provider's business.
"""

from __future__ import annotations

import hashlib
import logging
from time import time
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from joserfc.errors import JoseError
from requests import RequestException

from portal.accounts.models import User, normal_address
from portal.errors import too_many_requests
from portal.rate_limits import is_over_limit
from portal.roles import GROUPS
from portal.staff.sign_in_changes import tell
from portal.staff.sign_in_steps import NEXT, STARTS, enter, strengthen
from publishing.revisions.models import Action, log

logger = logging.getLogger(__name__)

FACTOR = "provider"
"""Mark of a session whose second factor was the provider's business."""
SECONDS = 10
"""A request must not wait longer for a provider that does not answer."""
LATELY = 5 * 60
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
FAULTS = (AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError)


class RefusedError(Exception):
    """A sign-in that is refused; the text is for the person who tried."""


def client() -> Any:
    """Return the client of the provider, with what it says about itself now."""
    made = OAuth().register(
        "provider",
        server_metadata_url=f"{settings.OIDC_ISSUER}/.well-known/openid-configuration",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )
    said = made.load_server_metadata()
    if str(said.get("issuer", "")).rstrip("/") != settings.OIDC_ISSUER:
        raise ValueError("The provider calls itself differently from OIDC_ISSUER.")
    # Without the signature "none", whatever the provider offers.
    offered = said.get("id_token_signing_alg_values_supported") or ["RS256"]
    said["id_token_signing_alg_values_supported"] = [one for one in offered if one in ALGORITHMS]
    return made


@never_cache
def to_provider(request: HttpRequest) -> HttpResponse:
    """Lead to the provider; somebody who is signed in is asked there who they are again."""
    if not settings.OIDC_ISSUER:
        raise Http404
    if is_over_limit(request, STARTS):
        return too_many_requests(request, minutes=STARTS.seconds // 60)
    request.session[NEXT] = request.GET.get("next", "")
    again = {"prompt": "login", "max_age": "0"} if request.user.is_authenticated else {}
    address = request.build_absolute_uri(reverse("from-provider"))
    try:
        response: HttpResponse = client().authorize_redirect(request, address, **again)
    except FAULTS as fault:
        return refuse(request, unanswered(fault))
    return response


@never_cache
def from_provider(request: HttpRequest) -> HttpResponse:
    """Sign in the person whom the provider names, or say why not."""
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        claims = checked_claims(request)
    except FAULTS as fault:
        return refuse(request, unanswered(fault))
    try:
        user = person_of(request, claims)
    except RefusedError as refused:
        return refuse(request, str(refused))
    if not User.objects.get(pk=user.pk).is_staff:
        # After the transaction, which has taken the role.
        return refuse(request, _("Your account has no role. Ask an administrator for one."))
    if request.user.is_authenticated and request.user.pk == user.pk:
        return confirm(request, claims)
    return enter(request, user, factor=FACTOR)


def refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return HttpResponseRedirect(reverse("admin:login"))


def unanswered(fault: Exception) -> str:
    logger.warning("A single sign-on failed: %s: %s", type(fault).__name__, fault)
    text = _("Signing in with %(name)s did not work. Try again, or use your password.")
    return text % {"name": settings.OIDC_NAME}


def confirm(request: HttpRequest, claims: dict[str, Any]) -> HttpResponse:
    """Note that the user who is signed in gave the provider a proof of who they are just now."""
    if time() - float(claims.get("auth_time") or time()) > LATELY:
        return refuse(request, _("Your provider did not ask who you are. Use your password."))
    strengthen(request, FACTOR)
    messages.success(request, _("Confirmed. Go back to the other tab and press Continue."))
    return HttpResponseRedirect(reverse("own-security"))


def checked_claims(request: HttpRequest) -> dict[str, Any]:
    """Return what the provider says about the person, after every check of its token.

    Some providers name address and groups at another address only, which is asked then.
    """
    provider = client()
    options = {
        "iss": {"essential": True, "value": provider.server_metadata["issuer"]},
        "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
        "sub": {"essential": True},
        "exp": {"essential": True},
    }
    token = provider.authorize_access_token(request, claims_options=options)
    claims = dict(token["userinfo"])
    wanted = {"email", "email_verified"}
    if settings.OIDC_GROUPS:
        wanted.add(settings.OIDC_GROUPS_CLAIM)
    if wanted - set(claims) and provider.server_metadata.get("userinfo_endpoint"):
        more = dict(provider.userinfo(token=token))
        if more.get("sub") == claims["sub"]:
            claims = more | claims
    return claims


# -- Who may enter -------------------------------------------------------------------------------


@transaction.atomic
def person_of(request: HttpRequest, claims: dict[str, Any]) -> User:
    """Return the user whom the claims mean, with the role that they give."""
    address = normal_address(claims.get("email"))
    if not address or claims.get("email_verified") is not True:
        raise RefusedError(
            _("Your provider has not verified your email address, so it opens no account.")
        )
    source = f"{settings.OIDC_ISSUER} {claims['sub']}"
    identity = hashlib.sha256(source.encode()).hexdigest()
    user = User.objects.select_for_update().filter(provider_id=identity).first()
    user = user or User.objects.select_for_update().filter(email=address).first()
    role = role_of(claims)
    if user is None:
        if not role:
            raise RefusedError(
                _("There is no account for %(address)s. Ask an administrator to invite you.")
                % {"address": address}
            )
        user = made_user(address, claims)
    if not user.is_active:
        raise RefusedError(_("This account is deactivated."))
    tie(request, user, identity)
    give_role(user, role)
    return user


def made_user(address: str, claims: dict[str, Any]) -> User:
    user = User.objects.create_user(address, name=str(claims.get("name") or "")[:301])
    log(user, Action.ADDED, user, _("By single sign-on."))
    return user


def tie(request: HttpRequest, user: User, identity: str) -> None:
    """Remember at the first sign-in who the person is at the provider."""
    if user.provider_id == identity:
        return
    if user.provider_id:
        raise RefusedError(
            _(
                "This email address belongs to somebody else at your provider now. Ask an "
                "administrator to reset the sign-in of the account."
            )
        )
    user.provider_id = identity
    user.save(update_fields=["provider_id"])
    text = _("Single sign-on opens the account: %(name)s") % {"name": settings.OIDC_NAME}
    tell(request, user, text, log_it=True)


def role_of(claims: dict[str, Any]) -> str:
    """Return the highest role that the groups of a person at the provider give, or ""."""
    groups = claims.get(settings.OIDC_GROUPS_CLAIM) or []
    groups = [groups] if isinstance(groups, str) else groups
    given = {settings.OIDC_GROUPS.get(str(group), "") for group in groups}
    return next((name for name in reversed(GROUPS) if name in given), "")


def give_role(user: User, role: str) -> None:
    """Give the role of the provider's groups, and take one that they gave before.

    Somebody who was invited keeps the role that an administrator gave, unless groups give one.
    """
    if not role and not (user.has_provider_role and settings.OIDC_GROUPS):
        return
    four = Group.objects.filter(name__in=GROUPS)
    before = set(user.groups.filter(name__in=GROUPS).values_list("name", flat=True))
    if before != ({role} - {""}):
        user.groups.remove(*four.exclude(name=role))
        user.groups.add(*four.filter(name=role))
        text = _("Role by single sign-on: %(role)s") % {"role": role or _("none")}
        log(user, Action.CHANGED, user, text)
    user.has_provider_role = bool(role)
    user.save(update_fields=["has_provider_role"])
