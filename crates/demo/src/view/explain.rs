//! One line about each claim, for a reader who sees it for the first time.

/// What kind of document a claim stands in: the same name can mean different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    IdToken,
    AccessToken,
    Userinfo,
    Introspection,
}

/// What a header member of a JWT says.
pub(crate) fn header(name: &str) -> &'static str {
    match name {
        "alg" => "The signature algorithm.",
        "kid" => "Which of the issuer’s published keys signed it.",
        "typ" => "The kind of token, so that none can pass for another.",
        _ => "",
    }
}

/// What a claim says in a document of this kind. Empty where there is nothing to add.
pub(crate) fn claim(document: Document, name: &str) -> &'static str {
    match document {
        Document::IdToken => id_token(name),
        Document::AccessToken => access_token(name),
        Document::Introspection => introspection(name),
        Document::Userinfo => "",
    }
    .or(|| common(name))
}

trait Or {
    fn or(self, other: impl FnOnce() -> Self) -> Self;
}

impl Or for &'static str {
    fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self.is_empty() { other() } else { self }
    }
}

fn id_token(name: &str) -> &'static str {
    match name {
        "sub" => "Who signed in: a stable id that is never reused. Not a name.",
        "aud" => "Whom it is for: this app, and nobody else.",
        "exp" => "After this it is no proof of a sign-in any more.",
        "nonce" => "The random value that this app sent. It ties the token to this sign-in.",
        "at_hash" => "A fingerprint of the access token that came with it.",
        "azp" => "The app that asked for it.",
        "sid" => "The session at the issuer. When it ends, this app is told.",
        _ => "",
    }
}

fn access_token(name: &str) -> &'static str {
    match name {
        "sub" => "For whom: the same person as in the ID token.",
        "aud" => "The API that may accept it. With openid, the issuer too, for userinfo.",
        "exp" => "After this every API refuses it.",
        "client_id" => "The client that it was issued to.",
        "jti" => "Its own number, for revocation and the audit trail.",
        "chancery" => "The issuer’s own notes on what the token depends on. APIs ignore them.",
        _ => "",
    }
}

fn introspection(name: &str) -> &'static str {
    match name {
        "active" => "Whether it is good at this moment. Revocation counts at once.",
        "token_type" => "How it is presented: as a bearer token.",
        "client_id" => "The client that it was issued to.",
        "username" => "The person’s login name.",
        "aud" => "The API that may accept it.",
        _ => "",
    }
}

fn common(name: &str) -> &'static str {
    match name {
        "iss" => "Who made it: the issuer.",
        "sub" => "The person’s stable id.",
        "exp" => "When it ends.",
        "iat" => "When it was made.",
        "nbf" => "Before this it is not valid yet.",
        "jti" => "Its own number.",
        "auth_time" => "When the person last proved who they are.",
        "acr" => "How strong that proof was.",
        "amr" => "How it was proved: pwd is a password.",
        "scope" => "What it permits.",
        "act" => "Who acts for the person right now.",
        "may_act" => "Who may act for the person.",
        "name" => "Full name.",
        "given_name" => "Given name.",
        "family_name" => "Family name.",
        "preferred_username" => "The login name. It may change; sub does not.",
        "email" => "The e-mail address.",
        "email_verified" => "Whether the issuer has checked that address.",
        "locale" => "The preferred language.",
        "zoneinfo" => "The time zone.",
        "picture" => "A picture of the person.",
        "updated_at" => "When these facts last changed.",
        _ => "",
    }
}
