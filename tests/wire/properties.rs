//! Properties of the protocol crate's functions that must hold whatever an attacker sends.

use proptest::prelude::*;
use protocol::{
    Params,
    authorization::{AuthorizationRequest, KNOWN_PARAMETERS, Prompts},
    claims::{Audience, ClaimsRequest},
    pkce::{CodeChallenge, CodeVerifier},
    redirect_uri,
    scope::{Scope, ScopePair, ScopePairs},
    token_exchange::{TokenExchangeRequest, TokenType},
};

fn form_encode(pairs: &[(String, String)]) -> String {
    crate::harness::http::form_encode(pairs.iter().map(|(name, value)| (name, value)))
}

/// Text without NUL, which is refused on purpose.
fn text() -> impl Strategy<Value = String> {
    "[^\0]{0,20}"
}

proptest! {
    /// Whatever a browser encodes is read back letter for letter, in order.
    #[test]
    fn forms_round_trip(pairs in prop::collection::vec((text(), text()), 0..20)) {
        let params = Params::parse(form_encode(&pairs).as_bytes()).unwrap();
        // A pair that is empty on both sides may vanish; nothing else may.
        let sent: Vec<_> = pairs.iter().filter(|(n, v)| !(n.is_empty() && v.is_empty())).cloned().collect();
        let read: Vec<_> = params.iter().filter(|(n, v)| !(n.is_empty() && v.is_empty())).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        prop_assert_eq!(read, sent);
        prop_assert_eq!(Params::parse(params.encode().as_bytes()).unwrap(), params);
    }

    /// Bytes of any kind are read or refused, and what is read is UTF-8 without NUL.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(params) = Params::parse(&bytes) {
            prop_assert!(params.iter().all(|(name, value)| !name.contains('\0') && !value.contains('\0')));
        }
    }

    /// A parameter that came twice is never quietly one of the two.
    #[test]
    fn repeated_parameters_are_never_chosen_from(index in 0..KNOWN_PARAMETERS.len(), first in "[a-z]{0,5}", second in "[a-z]{0,5}") {
        let name = KNOWN_PARAMETERS[index];
        prop_assume!(name != "resource");
        let params = Params::from_pairs([(name, first.as_str()), ("x", "y"), (name, second.as_str())]);
        prop_assert!(params.get_once(name).is_err());
        prop_assert!(params.require(name).is_err());
        let request = AuthorizationRequest::from_params(&params);
        prop_assert!(request.ensure_parameters_once().is_err());
        let untrusted = matches!(name, "client_id" | "redirect_uri");
        prop_assert_eq!(request.ensure_redirect_parameters_once().is_err(), untrusted);
    }

    /// An answer of a verifier answers its own challenge only.
    #[test]
    fn a_challenge_has_one_answer(one in "[A-Za-z0-9._~-]{43,128}", two in "[A-Za-z0-9._~-]{43,128}") {
        let (first, second) = (CodeVerifier::parse(&one).unwrap(), CodeVerifier::parse(&two).unwrap());
        let challenge = CodeChallenge::of(&first);
        prop_assert!(challenge.verify(&first));
        prop_assert_eq!(challenge.verify(&second), one == two);
        // As the client of the RFC makes it.
        let by_hand = crate::harness::jwt::b64(ring::digest::digest(&ring::digest::SHA256, one.as_bytes()));
        prop_assert_eq!(challenge.to_string(), by_hand.clone());
        prop_assert_eq!(CodeChallenge::parse(&by_hand).unwrap(), challenge);
    }

    /// No text but the registered ones matches, except for the port of a loopback address of a native app.
    #[test]
    fn redirect_uris_match_exactly(at in 0usize..30, letter in any::<char>(), native in any::<bool>()) {
        let registered = ["https://app.example/callback".to_owned(), "http://127.0.0.1/callback".to_owned()];
        for uri in &registered {
            prop_assert!(redirect_uri::matches(&registered, uri, native));
            let mut letters: Vec<char> = uri.chars().collect();
            let at = at % letters.len();
            if letters[at] != letter {
                letters[at] = letter;
                let other: String = letters.into_iter().collect();
                prop_assert!(!redirect_uri::matches(&registered, &other, native), "{}", other);
            }
            let mut letters: Vec<char> = uri.chars().collect();
            letters.insert(at, letter);
            let longer: String = letters.into_iter().collect();
            prop_assert!(!redirect_uri::matches(&registered, &longer, native), "{}", longer);
        }
    }

    /// Any port, and nothing but the port.
    #[test]
    fn native_apps_choose_the_port(port in any::<u16>(), path in "[a-z/@:.?#]{0,12}") {
        let registered = ["http://127.0.0.1/cb".to_owned(), "https://app.example/cb".to_owned()];
        let uri = format!("http://127.0.0.1:{port}/cb");
        prop_assert!(redirect_uri::matches(&registered, &uri, true));
        prop_assert!(!redirect_uri::matches(&registered, &uri, false));
        let https = format!("https://app.example:{port}/cb");
        prop_assert!(!redirect_uri::matches(&registered, &https, true));
        let other = format!("http://127.0.0.1:{port}{path}");
        prop_assert_eq!(redirect_uri::matches(&registered, &other, true), path == "/cb");
    }

    /// What may be registered leads to the host that stands in it, as a browser reads it.
    #[test]
    fn registered_uris_lead_where_they_say(uri in "(https?|javascript|data|a\\.b)(:|://)[a-z@:/\\\\.#?%\\[\\]* \t]{0,20}") {
        if redirect_uri::validate_registration(&uri).is_ok() {
            let url = url::Url::parse(&uri).unwrap();
            prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
            prop_assert!(!matches!(url.scheme(), "javascript" | "data"));
            if matches!(url.scheme(), "http" | "https") {
                let host = url.host_str().unwrap();
                let after = uri.split_once("://").unwrap().1;
                prop_assert!(after.to_lowercase().starts_with(host), "{} leads to {}", uri, host);
            }
        }
    }

    /// Scopes are sets: neither order nor repetition nor spaces matter.
    #[test]
    fn scopes_are_sets(mut tokens in prop::collection::vec("[a-z:/.]{1,6}", 1..10), extra in 0usize..5) {
        let one = Scope::parse(&tokens.join(" ")).unwrap();
        tokens.reverse();
        tokens.push(tokens[extra % tokens.len()].clone());
        let two = Scope::parse(&tokens.join("   ")).unwrap();
        prop_assert_eq!(&one, &two);
        prop_assert!(one.is_subset_of(&two) && two.is_subset_of(&one));
        prop_assert!(one.len() <= tokens.len());
        let distinct: std::collections::HashSet<&String> = tokens.iter().collect();
        prop_assert_eq!(one.len(), distinct.len());
    }

    /// Narrowing never finds its way to another resource.
    #[test]
    fn pairs_never_cross(held in prop::collection::vec(("[ab]", "[xyz]"), 0..6), resource in "[ab]", scope in "[xyz]") {
        let pairs: ScopePairs = held.iter().map(|(r, s)| ScopePair::new(r.as_str(), s.as_str())).collect();
        let holds = held.iter().any(|(r, s)| *r == resource && *s == scope);
        prop_assert_eq!(pairs.contains(&resource, &scope), holds);
        prop_assert_eq!(pairs.for_resource(&resource).contains(&scope), holds);
        let wanted: ScopePairs = [ScopePair::new(resource.as_str(), scope.as_str())].into_iter().collect();
        prop_assert_eq!(wanted.is_subset_of(&pairs), holds);
        let json = serde_json::to_string(&pairs).unwrap();
        prop_assert_eq!(serde_json::from_str::<ScopePairs>(&json).unwrap(), pairs);
    }

    /// `none` stands alone or not at all.
    #[test]
    fn prompt_none_stands_alone(words in prop::collection::vec(prop::sample::select(vec!["none", "login", "consent", "select_account", "x"]), 0..5)) {
        let parsed = Prompts::parse(&words.join(" "));
        let none = words.contains(&"none");
        let alone = words.iter().all(|word| *word == "none");
        let good = !words.contains(&"x") && (!none || alone);
        prop_assert_eq!(parsed.is_ok(), good);
        if let Ok(prompts) = parsed {
            prop_assert_eq!((prompts.none, prompts.login), (none, words.contains(&"login")));
        }
    }

    /// An audience is what it was made of, one or many.
    #[test]
    fn audiences_round_trip(names in prop::collection::vec("[a-z]{1,5}", 1..4)) {
        let audience = Audience(names.clone());
        let json = serde_json::to_value(&audience).unwrap();
        prop_assert_eq!(json.is_string(), names.len() == 1);
        prop_assert_eq!(serde_json::from_value::<Audience>(json).unwrap(), audience);
    }

    /// The claims parameter is JSON from a stranger: read or refused, never more than it says.
    #[test]
    fn claims_are_read_or_refused(json in "[{}\\[\\]\":,a-z0-9 ]{0,60}") {
        if let Ok(request) = ClaimsRequest::parse(&json) {
            let value: serde_json::Value = serde_json::from_str(&json).expect("only JSON is accepted");
            prop_assert!(value.is_object());
            for name in request.userinfo.keys() {
                prop_assert!(value["userinfo"].get(name).is_some());
            }
            for name in request.id_token.keys() {
                prop_assert!(value["id_token"].get(name).is_some());
            }
        }
    }

    /// A token and its type come together, or there is no request.
    #[test]
    fn exchange_requests_are_whole(subject in prop::option::of("[a-z]{1,4}"), kind in prop::option::of(0usize..6), actor in prop::option::of("[a-z]{1,4}"), actor_kind in prop::option::of(0usize..6)) {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        pairs.extend(subject.clone().map(|token| ("subject_token", token)));
        pairs.extend(kind.map(|kind| ("subject_token_type", TokenType::ALL[kind].as_str().to_owned())));
        pairs.extend(actor.clone().map(|token| ("actor_token", token)));
        pairs.extend(actor_kind.map(|kind| ("actor_token_type", TokenType::ALL[kind].as_str().to_owned())));
        let parsed = TokenExchangeRequest::parse(&Params::from_pairs(pairs));
        prop_assert_eq!(parsed.is_ok(), subject.is_some() && kind.is_some() && actor.is_some() == actor_kind.is_some());
        if let Ok(request) = parsed {
            prop_assert_eq!(Some(request.subject.token), subject);
            prop_assert_eq!(request.actor.map(|presented| presented.token), actor);
        }
    }
}
