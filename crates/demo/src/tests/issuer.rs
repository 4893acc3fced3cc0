//! An issuer that says yes to everything, with real signatures.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, OnceLock},
};

use axum::{
    Form, Json, Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{DemoConfig, clock, jwt::Jwt};

pub(super) const PERSON: &str = "0198c2f4-7a51-7e30-b5a1-6f1d2c3b4a59";
pub(super) const SID: &str = "session-1";

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

pub(super) struct FakeIssuer {
    pub(super) url: String,
    key: Mutex<(String, EcdsaKeyPair)>,
    known: OnceLock<(String, String, String)>,
    codes: Mutex<HashMap<String, HashMap<String, String>>>,
    refresh_token: Mutex<String>,
    revoked: Mutex<HashSet<String>>,
    count: Mutex<u32>,
    /// The answer to the next authorization request, instead of a code.
    pub(super) refuse_with: Mutex<Option<&'static str>>,
    /// What ID tokens say instead of the nonce that was sent.
    pub(super) wrong_nonce: Mutex<bool>,
    pub(super) jwks_requests: Mutex<u32>,
}

impl FakeIssuer {
    pub(super) async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = Arc::new(Self {
            url: format!("http://localhost:{}", listener.local_addr().unwrap().port()),
            key: Mutex::new(("key-1".to_owned(), new_key())),
            known: OnceLock::new(),
            codes: Mutex::default(),
            refresh_token: Mutex::default(),
            revoked: Mutex::default(),
            count: Mutex::default(),
            refuse_with: Mutex::default(),
            wrong_nonce: Mutex::default(),
            jwks_requests: Mutex::default(),
        });
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/.well-known/jwks.json", get(jwks))
            .route("/oauth2/authorize", get(authorize))
            .route("/oauth2/token", post(token))
            .route("/oauth2/userinfo", get(userinfo))
            .route("/oauth2/introspect", post(introspect))
            .route("/oauth2/revoke", post(revoke))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        issuer
    }

    /// Tells the issuer about its client and the two APIs.
    pub(super) fn know(&self, config: &DemoConfig) {
        let known = (config.client_id.clone(), config.api_resource.clone(), config.reports_resource.clone());
        self.known.set(known).unwrap();
    }

    /// Signs with a new key from now on, and publishes nothing but it.
    pub(super) fn rotate(&self, kid: &str) {
        *self.key.lock().unwrap() = (kid.to_owned(), new_key());
    }

    pub(super) fn sign(&self, typ: &str, claims: &Value) -> String {
        let kid = self.key.lock().unwrap().0.clone();
        self.sign_header(&json!({ "alg": "ES256", "typ": typ, "kid": kid }), claims)
    }

    pub(super) fn sign_header(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(header), part(claims));
        let key = self.key.lock().unwrap();
        let signature = key.1.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The claims of a good access token for the Demo API, to be spoiled by tests.
    pub(super) fn access_claims(&self, scope: &str) -> Value {
        let now = clock::now();
        let (client, api, _) = self.known.get().unwrap();
        let mut count = self.count.lock().unwrap();
        *count += 1;
        json!({
            "iss": self.url, "sub": PERSON, "aud": [api, self.url], "client_id": client,
            "scope": scope, "iat": now, "exp": now + 300, "jti": format!("token-{count}"),
            "auth_time": now - 4, "acr": "1", "amr": ["pwd"],
            "chancery": { "grant": "0198c2f4-7a51-7e30-b5a1-000000000001" },
        })
    }

    fn id_token(&self, nonce: Option<&String>, access_token: &str) -> String {
        let now = clock::now();
        let hash = digest(&SHA256, access_token.as_bytes());
        let mut claims = json!({
            "iss": self.url, "sub": PERSON, "aud": self.known.get().unwrap().0, "iat": now,
            "exp": now + 600, "auth_time": now - 4, "acr": "1", "amr": ["pwd"], "sid": SID,
            "at_hash": URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]),
        });
        if let Some(nonce) = nonce {
            let wrong = *self.wrong_nonce.lock().unwrap();
            claims["nonce"] = if wrong { "another".into() } else { nonce.as_str().into() };
        }
        self.sign("JWT", &claims)
    }

    fn tokens(&self, scope: &str, nonce: Option<&String>) -> Value {
        let access_token = self.sign("at+jwt", &self.access_claims(scope));
        let refresh_token = format!("rt_{}", self.count.lock().unwrap());
        *self.refresh_token.lock().unwrap() = refresh_token.clone();
        json!({
            "id_token": self.id_token(nonce, &access_token), "access_token": access_token,
            "refresh_token": refresh_token, "token_type": "Bearer", "expires_in": 300,
            "scope": scope,
        })
    }

    fn exchange(&self, form: &HashMap<String, String>) -> Answer {
        let subject = Jwt::parse(&form["subject_token"]).unwrap();
        let (_, _, reports) = self.known.get().unwrap();
        if form.get("resource") != Some(reports) {
            return Err(refusal("invalid_target", "that API is not within the grant"));
        }
        let mut claims = self.access_claims(&form["scope"]);
        claims["aud"] = reports.as_str().into();
        claims["client_id"] = "demo-api".into();
        claims["act"] = json!({ "sub": "demo-api" });
        claims["exp"] = subject.claims["exp"].clone();
        claims["chancery"]["lineage"] = json!([subject.claims["jti"]]);
        let token = self.sign("at+jwt", &claims);
        Ok(Json(json!({
            "access_token": token, "token_type": "Bearer", "expires_in": 290, "scope": "read",
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        })))
    }
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap()
}

fn refusal(error: &str, description: &str) -> (StatusCode, Json<Value>) {
    let body = json!({ "error": error, "error_description": description });
    (StatusCode::BAD_REQUEST, Json(body))
}

async fn discovery(State(issuer): State<Arc<FakeIssuer>>) -> Json<Value> {
    let url = |path: &str| format!("{}{path}", issuer.url);
    Json(json!({
        "issuer": issuer.url,
        "authorization_endpoint": url("/oauth2/authorize"),
        "token_endpoint": url("/oauth2/token"),
        "userinfo_endpoint": url("/oauth2/userinfo"),
        "introspection_endpoint": url("/oauth2/introspect"),
        "revocation_endpoint": url("/oauth2/revoke"),
        "end_session_endpoint": url("/oauth2/logout"),
        "jwks_uri": url("/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn jwks(State(issuer): State<Arc<FakeIssuer>>) -> Json<Value> {
    *issuer.jwks_requests.lock().unwrap() += 1;
    let key = issuer.key.lock().unwrap();
    let point = key.1.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    Json(json!({ "keys": [
        { "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": key.0, "x": x, "y": y },
    ]}))
}

async fn authorize(State(issuer): State<Arc<FakeIssuer>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap();
    let all: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let resources = all.iter().filter(|(name, _)| name == "resource").count();
    assert_eq!(resources, 2, "the sign-in names both APIs");
    let request: HashMap<_, _> = all.into_iter().collect();
    assert_eq!(request["code_challenge_method"], "S256");
    let mut back = url::Url::parse(&request["redirect_uri"]).unwrap();
    let mut pairs = back.query_pairs_mut();
    pairs.append_pair("iss", &issuer.url).append_pair("state", &request["state"]);
    match *issuer.refuse_with.lock().unwrap() {
        Some(error) => pairs.append_pair("error", error),
        None => {
            let code = format!("code-{}", request["state"]);
            pairs.append_pair("code", &code);
            issuer.codes.lock().unwrap().insert(code, request.clone());
            &mut pairs
        }
    };
    drop(pairs);
    Redirect::to(back.as_str()).into_response()
}

async fn token(
    State(issuer): State<Arc<FakeIssuer>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    assert!(headers[header::AUTHORIZATION].to_str().unwrap().starts_with("Basic "));
    match form["grant_type"].as_str() {
        "authorization_code" => {
            let request = issuer.codes.lock().unwrap().remove(&form["code"]);
            let request = request.ok_or_else(|| refusal("invalid_grant", "the code is spent"))?;
            let challenge = digest(&SHA256, form["code_verifier"].as_bytes());
            assert_eq!(request["code_challenge"], URL_SAFE_NO_PAD.encode(challenge));
            assert_eq!(form["resource"], issuer.known.get().unwrap().1);
            Ok(Json(issuer.tokens(&request["scope"], request.get("nonce"))))
        }
        "refresh_token" => {
            if form["refresh_token"] != *issuer.refresh_token.lock().unwrap() {
                return Err(refusal("invalid_grant", "the refresh token was used before"));
            }
            let all = "openid profile email offline_access read write".to_owned();
            Ok(Json(issuer.tokens(form.get("scope").unwrap_or(&all), None)))
        }
        _ => issuer.exchange(&form),
    }
}

async fn userinfo(headers: HeaderMap) -> Json<Value> {
    assert!(headers[header::AUTHORIZATION].to_str().unwrap().starts_with("Bearer "));
    Json(json!({
        "sub": PERSON, "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace",
        "preferred_username": "ada", "email": "ada@example.test", "email_verified": true,
        "locale": "en", "updated_at": clock::now() - 86_400,
    }))
}

async fn introspect(State(issuer): State<Arc<FakeIssuer>>, Form(form): Form<HashMap<String, String>>) -> Json<Value> {
    let mut claims = Jwt::parse(&form["token"]).unwrap().claims;
    let notes = claims.remove("chancery").unwrap_or_default();
    let parent = notes["lineage"][0].clone();
    let revoked = issuer.revoked.lock().unwrap();
    if [&claims["jti"], &parent].iter().any(|id| revoked.contains(id.as_str().unwrap_or(""))) {
        return Json(json!({ "active": false }));
    }
    claims.insert("active".to_owned(), true.into());
    claims.insert("token_type".to_owned(), "Bearer".into());
    Json(Value::Object(claims))
}

async fn revoke(State(issuer): State<Arc<FakeIssuer>>, Form(form): Form<HashMap<String, String>>) -> StatusCode {
    let jwt = Jwt::parse(&form["token"]).unwrap();
    issuer.revoked.lock().unwrap().insert(jwt.text("jti").unwrap().to_owned());
    StatusCode::OK
}
