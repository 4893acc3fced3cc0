"""Authlib as an app and as a service, PyJWT as an API that knows nothing but the JWKS URL."""

from contextlib import ExitStack, closing
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client

from fixture import ALGORITHMS, API, CALLBACK, PASSWORD, SECRET, SIGNED_OUT, USERNAME, audience
from person import Person


@pytest.fixture(scope="module")
def metadata(server):
    response = httpx.get(f"{server.issuer}/.well-known/openid-configuration")
    response.raise_for_status()
    return response.json()


@pytest.fixture(scope="module")
def jwks(metadata):
    return jwt.PyJWKClient(metadata["jwks_uri"])


@pytest.fixture
def new_person(server):
    """Makes people, each with a browser of their own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(Person(server.issuer)))


def client(client_id, **options):
    options = {"token_endpoint_auth_method": "client_secret_basic", **options}
    return OAuth2Client(client_id, SECRET, redirect_uri=CALLBACK, code_challenge_method="S256", **options)


def validate(jwks, token, issuer, aud, algorithm):
    """What an API does with a token: the key by its kid, then everything PyJWT checks."""
    assert jwt.get_unverified_header(token)["alg"] == algorithm
    key = jwks.get_signing_key_from_jwt(token)
    required = ["exp", "iat", "sub", "aud", "iss"]
    return jwt.decode(token, key, algorithms=[algorithm], audience=aud, issuer=issuer, options={"require": required})


def sign_in(metadata, app, person, scope):
    """A code flow, driven through the pages by plain requests. Returns the tokens."""
    verifier = generate_token(48)
    url, state = app.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, scope=scope, nonce=generate_token()
    )
    person.open(url)
    assert person.has("login-submit")
    where = person.submit("login-submit", username=USERNAME, password=PASSWORD)
    if where.startswith(metadata["issuer"]):
        where = person.submit("consent-allow")
    assert where.startswith(CALLBACK)
    return app.fetch_token(metadata["token_endpoint"], authorization_response=where, state=state, code_verifier=verifier)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_client_credentials(server, metadata, jwks, algorithm):
    with client(f"job-{algorithm}") as job:
        token = job.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", scope="read")
    claims = validate(jwks, token["access_token"], server.issuer, audience(algorithm), algorithm)
    assert claims["client_id"] == claims["sub"] == f"job-{algorithm}"
    assert claims["scope"] == "read"
    with pytest.raises(jwt.InvalidAudienceError):
        validate(jwks, token["access_token"], server.issuer, "https://other.example.test", algorithm)


def test_client_secret_post(metadata):
    with client("poster", token_endpoint_auth_method="client_secret_post") as poster:
        token = poster.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", scope="read")
    assert token["token_type"] == "Bearer"


def test_a_wrong_secret_is_an_error_that_authlib_understands(metadata):
    wrong = OAuth2Client("shop", "wrong", token_endpoint_auth_method="client_secret_basic")
    with wrong, pytest.raises(OAuthError, match="invalid_client"):
        wrong.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_code_flow(server, metadata, jwks, new_person, algorithm):
    with client(f"shop-{algorithm}") as shop:
        tokens = sign_in(metadata, shop, new_person(), "openid profile email offline_access read")
        identity = validate(jwks, tokens["id_token"], server.issuer, f"shop-{algorithm}", algorithm)
        access = validate(jwks, tokens["access_token"], server.issuer, API, "ES256")
        assert identity["sub"] == access["sub"]
        assert set(access["scope"].split()) == {"openid", "profile", "email", "offline_access", "read"}

        userinfo = shop.get(metadata["userinfo_endpoint"]).json()
        assert userinfo["sub"] == identity["sub"]
        assert userinfo["email"] == "ada@example.test"

        renewed = shop.refresh_token(metadata["token_endpoint"], tokens["refresh_token"])
        assert renewed["access_token"] != tokens["access_token"]
        assert renewed["refresh_token"] != tokens["refresh_token"]


def test_code_flow_with_consent_introspection_and_revocation(metadata, new_person):
    with client("shop") as shop:
        tokens = sign_in(metadata, shop, new_person(), "openid read")
        seen = shop.introspect_token(metadata["introspection_endpoint"], token=tokens["access_token"]).json()
        assert seen["active"] is True
        assert set(seen["scope"].split()) == {"openid", "read"}
        assert shop.revoke_token(metadata["revocation_endpoint"], token=tokens["refresh_token"]).status_code == 200
        seen = shop.introspect_token(metadata["introspection_endpoint"], token=tokens["access_token"]).json()
        assert seen == {"active": False}


def test_denied(server, metadata, new_person):
    with client("shop") as shop:
        url, state = shop.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=generate_token(48), scope="openid read", prompt="consent"
        )
    person = new_person()
    person.open(url)
    person.submit("login-submit", username=USERNAME, password=PASSWORD)
    answer = parse_qs(urlsplit(person.submit("consent-deny")).query)
    assert answer["error"] == ["access_denied"]
    assert answer["state"] == [state]
    assert answer["iss"] == [server.issuer]
    assert "code" not in answer


def test_wrong_password(server, metadata, new_person):
    with client("shop") as shop:
        url, _ = shop.create_authorization_url(metadata["authorization_endpoint"], code_verifier=generate_token(48), scope="openid")
    person = new_person()
    person.open(url)
    person.submit("login-submit", username=USERNAME, password="wrong")
    assert person.has("login-submit")
    assert person.has("login-error")
    assert 'value="wrong"' not in person.response.text


def test_signing_out(server, metadata, new_person):
    with client("shop-RS256") as shop:
        person = new_person()
        tokens = sign_in(metadata, shop, person, "openid")
        logout = httpx.URL(metadata["end_session_endpoint"]).copy_merge_params(
            {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": SIGNED_OUT, "state": "bye"}
        )
        assert person.open(str(logout)) == f"{SIGNED_OUT}?state=bye"
        again, _ = shop.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=generate_token(48), scope="openid", prompt="none"
        )
        assert "error=login_required" in person.open(again)


def test_a_form_without_its_cookie_or_token_is_refused(server, metadata, new_person):
    """A page of another site can make a browser post, but neither read nor bring what the form needs."""
    with client("shop") as shop:
        url, _ = shop.create_authorization_url(metadata["authorization_endpoint"], code_verifier=generate_token(48), scope="openid")
    person = new_person()
    person.open(url)
    page = person.response
    stranger = new_person()
    stranger.response = page
    where = stranger.submit("login-submit", username=USERNAME, password=PASSWORD)
    assert where.startswith(server.issuer)
    assert not stranger.has("consent-allow")
    answer = httpx.post(str(page.url), data={"username": USERNAME, "password": PASSWORD}, cookies=dict(person.http.cookies))
    assert 400 <= answer.status_code < 500
