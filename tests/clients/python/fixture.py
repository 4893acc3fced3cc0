"""What the tests apply to the server: an API for each algorithm, apps, a service and a person."""

SECRET = "a-secret-of-thirty-two-characters-or-more"
API = "https://api.example.test"
CALLBACK = "https://shop.example.test/callback"
SIGNED_OUT = "https://shop.example.test/"
USERNAME = "ada"
PASSWORD = "correct horse battery staple"
ALGORITHMS = ["RS256", "ES256", "EdDSA"]


def audience(algorithm):
    """The API whose access tokens are signed with this algorithm."""
    return f"https://{algorithm.lower()}.example.test"


def app(client_id, **members):
    return {
        "client_id": client_id,
        "client_name": "Shop",
        "client_secret": SECRET,
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [SIGNED_OUT],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": "openid profile email offline_access read write",
        "resources": [API],
        **members,
    }


CONFIGURATION = {
    "resource": [
        {"identifier": API, "name": "Example API", "scopes": {"read": "Read your things", "write": "Change your things"}},
        *(
            {
                "identifier": audience(algorithm),
                "name": f"{algorithm} API",
                "scopes": {"read": "Read"},
                "access_token_signed_response_alg": algorithm,
            }
            for algorithm in ALGORITHMS
        ),
    ],
    "client": [
        app("shop"),
        app("poster", token_endpoint_auth_method="client_secret_post"),
        *(app(f"shop-{algorithm}", id_token_signed_response_alg=algorithm, first_party=True) for algorithm in ALGORITHMS),
        *(
            {
                "client_id": f"job-{algorithm}",
                "client_name": "Night job",
                "client_secret": SECRET,
                "grant_types": ["client_credentials"],
                "token_endpoint_auth_method": "client_secret_basic",
                "scope": "read",
                "resources": [audience(algorithm)],
            }
            for algorithm in ALGORITHMS
        ),
    ],
    "user": [
        {
            "username": USERNAME,
            "password": PASSWORD,
            "email": "ada@example.test",
            "email_verified": True,
            "claims": {"name": "Ada Lovelace", "given_name": "Ada", "locale": "en"},
        }
    ],
}
