//! Whole ceremonies with an authenticator in software, and what an attacker makes of them.

use super::{
    soft::{BACKED_UP, BACKUP_ELIGIBLE, PRESENT, Soft, VERIFIED},
    *,
};

const ORIGIN: &str = "https://id.example.com";
const MIA: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
const TOM: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);

fn passkeys() -> Passkeys {
    Passkeys::new("example.com", &[Url::parse(ORIGIN).unwrap()], "Example").unwrap()
}

/// A state as it comes back out of a form.
fn carried<T: Serialize + DeserializeOwned>(state: &T) -> T {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

fn device() -> Soft {
    Soft::new(ORIGIN, "example.com")
}

fn register(device: &mut Soft, person: Uuid) -> NewPasskey {
    let (options, state) = passkeys().start_registration(person, "mia", "Mia Carter", &[]).unwrap();
    passkeys().finish_registration(&device.create(&options).to_string(), &carried(&state)).unwrap()
}

fn stored(passkey: &NewPasskey) -> Stored<'_> {
    Stored { person: passkey.person, credential: &passkey.credential, sign_count: passkey.sign_count }
}

/// Signs in without a name; `spoil` may change the device after it registered.
fn sign_in_after(spoil: impl FnOnce(&mut Soft)) -> Result<Used, PasskeyError> {
    let mut device = device();
    let passkey = register(&mut device, MIA);
    spoil(&mut device);
    let (options, state) = passkeys().start_discoverable().unwrap();
    passkeys().finish_authentication(&device.get(&options).to_string(), &carried(&state), stored(&passkey))
}

#[test]
fn options_ask_for_a_discoverable_passkey_and_a_verified_person() {
    let (options, state) = passkeys().start_registration(MIA, "mia", "Mia Carter", &[vec![1, 2, 3]]).unwrap();
    let options = &options["publicKey"];
    assert_eq!(options["rp"], json!({ "name": "Example", "id": "example.com" }));
    assert_eq!(options["user"]["id"], URL_SAFE_NO_PAD.encode(MIA.as_bytes()));
    assert_eq!(options["user"]["name"], "mia");
    assert_eq!(options["user"]["displayName"], "Mia Carter");
    assert_eq!(options["challenge"], state.challenge());
    assert_eq!(URL_SAFE_NO_PAD.decode(state.challenge()).unwrap().len(), 32);
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"][0]["id"], "AQID");
    let selection = &options["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["requireResidentKey"], true);
    assert_eq!(selection["userVerification"], "required");

    let (options, state) = passkeys().start_discoverable().unwrap();
    assert_eq!(options["mediation"], "conditional");
    assert_eq!(options["publicKey"]["challenge"], state.challenge());
    assert_eq!(options["publicKey"]["rpId"], "example.com");
    assert_eq!(options["publicKey"]["allowCredentials"], json!([]));
    assert_eq!(options["publicKey"]["userVerification"], "required");
    assert_ne!(state.challenge(), passkeys().start_discoverable().unwrap().1.challenge());
}

#[test]
fn a_person_registers_and_signs_in_without_a_name() {
    let mut device = device();
    let passkey = register(&mut device, MIA);
    assert_eq!(passkey.person, MIA);
    assert_eq!(passkey.credential_id, device.credential_id);
    assert!(passkey.device_bound && !passkey.backed_up && passkey.user_verified);
    assert_eq!(passkey.sign_count, 0);

    let (options, state) = passkeys().start_discoverable().unwrap();
    let response = device.get(&options).to_string();
    let claimed = identify(&response).unwrap();
    assert_eq!(claimed, Claimed { person: Some(MIA), credential_id: device.credential_id.clone() });
    let used = passkeys().finish_authentication(&response, &carried(&state), stored(&passkey)).unwrap();
    assert_eq!((used.person, used.sign_count, used.user_verified, used.device_bound), (MIA, 0, true, true));
    assert_eq!(used.credential_id, device.credential_id);
    assert_eq!(used.credential, passkey.credential, "nothing changed");
}

#[test]
fn a_known_person_is_asked_for_their_own_passkeys() {
    let mut device = device();
    let passkey = register(&mut device, MIA);
    let (options, state) = passkeys().start_known(MIA, std::slice::from_ref(&passkey.credential)).unwrap();
    assert_eq!(options.get("mediation"), None);
    assert_eq!(
        options["publicKey"]["allowCredentials"],
        json!([{ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(&device.credential_id), "transports": ["internal"] }])
    );
    assert_eq!(state.person(), Some(MIA));
    // A device may leave the user handle out where it was told the credential, or leave it empty.
    for handle in [device.user_handle.clone(), None, Some(Vec::new())] {
        device.user_handle = handle;
        let response = device.get(&options).to_string();
        assert!(passkeys().finish_authentication(&response, &carried(&state), stored(&passkey)).is_ok());
    }
    assert_eq!(passkeys().start_known(MIA, &[]).unwrap_err(), PasskeyError::NotTheirs);
    assert_eq!(passkeys().start_known(MIA, &[json!({})]).unwrap_err(), PasskeyError::Stored);
}

#[test]
fn a_passkey_that_is_copied_between_devices_is_told_apart() {
    let mut device = device();
    device.flags |= BACKUP_ELIGIBLE;
    let passkey = register(&mut device, MIA);
    assert!(!passkey.device_bound && !passkey.backed_up);
    device.flags |= BACKED_UP;
    let (options, state) = passkeys().start_discoverable().unwrap();
    let used = passkeys().finish_authentication(&device.get(&options).to_string(), &state, stored(&passkey)).unwrap();
    assert!(!used.device_bound && used.backed_up);
    assert_ne!(used.credential, passkey.credential, "to be stored anew");

    // It says so from the start, or never.
    assert_eq!(sign_in_after(|device| device.flags |= BACKUP_ELIGIBLE), Err(PasskeyError::Changed));
    assert_eq!(sign_in_after(|device| device.flags |= BACKED_UP), Err(PasskeyError::Changed));
}

#[test]
fn a_counter_rises_or_the_passkey_was_copied() {
    let mut device = device();
    device.counter = 5;
    let passkey = register(&mut device, MIA);
    assert_eq!(passkey.sign_count, 5);
    let use_at = |device: &mut Soft, counter, last| {
        device.counter = counter;
        let (options, state) = passkeys().start_discoverable().unwrap();
        let stored = Stored { sign_count: last, ..stored(&passkey) };
        passkeys().finish_authentication(&device.get(&options).to_string(), &state, stored).map(|used| used.sign_count)
    };
    assert_eq!(use_at(&mut device, 6, 5), Ok(6));
    assert_eq!(use_at(&mut device, 5, 5), Err(PasskeyError::CounterRegressed));
    assert_eq!(use_at(&mut device, 4, 5), Err(PasskeyError::CounterRegressed));
    assert_eq!(use_at(&mut device, 0, 5), Err(PasskeyError::CounterRegressed), "nor does it stop counting");
    assert_eq!(
        use_at(&mut device, 9, 9),
        Err(PasskeyError::CounterRegressed),
        "the stored counter is the one that counts"
    );
    assert_eq!(use_at(&mut device, 10, 9), Ok(10));
    assert_eq!(use_at(&mut device, u32::MAX, 9), Ok(u32::MAX));
    // With a wrong signature nothing is said of a copy.
    let other = Soft { credential_id: device.credential_id.clone(), user_handle: device.user_handle, ..self::device() };
    let (options, state) = passkeys().start_discoverable().unwrap();
    let answer = passkeys().finish_authentication(&other.get(&options).to_string(), &state, stored(&passkey));
    assert_eq!(answer, Err(PasskeyError::Signature));
}

#[test]
fn an_answer_is_for_one_challenge() {
    let mut device = device();
    let passkey = register(&mut device, MIA);
    let (options, _) = passkeys().start_discoverable().unwrap();
    let (_, other) = passkeys().start_discoverable().unwrap();
    let response = device.get(&options).to_string();
    assert_eq!(passkeys().finish_authentication(&response, &other, stored(&passkey)), Err(PasskeyError::Challenge));

    let (options, _) = passkeys().start_registration(MIA, "mia", "Mia", &[]).unwrap();
    let (_, other) = passkeys().start_registration(MIA, "mia", "Mia", &[]).unwrap();
    let response = device.create(&options).to_string();
    assert_eq!(passkeys().finish_registration(&response, &other), Err(PasskeyError::Challenge));
}

#[test]
fn an_answer_is_for_this_site() {
    for origin in [
        "https://id.example.com.evil.example",
        "https://evil.example",
        "https://example.com",
        "https://a.id.example.com",
        "http://id.example.com",
        "https://id.example.com:8443",
        "android:apk-key-hash:abc",
    ] {
        assert_eq!(sign_in_after(|device| device.origin = origin.to_owned()), Err(PasskeyError::Origin), "{origin}");
        let (options, state) = passkeys().start_registration(MIA, "mia", "Mia", &[]).unwrap();
        let response = Soft::new(origin, "example.com").create(&options).to_string();
        assert_eq!(passkeys().finish_registration(&response, &state), Err(PasskeyError::Origin), "{origin}");
    }
    assert_eq!(sign_in_after(|device| device.origin = "no origin".to_owned()), Err(PasskeyError::Malformed));
    assert_eq!(sign_in_after(|device| device.cross_origin = true), Err(PasskeyError::Origin), "in somebody's frame");
    assert_eq!(sign_in_after(|device| device.rp_id = "id.example.com".to_owned()), Err(PasskeyError::RelyingParty));

    let two = [Url::parse(ORIGIN).unwrap(), Url::parse("https://login.example.com").unwrap()];
    let two = Passkeys::new("example.com", &two, "Example").unwrap();
    let (options, state) = two.start_registration(MIA, "mia", "Mia", &[]).unwrap();
    let response = Soft::new("https://login.example.com", "example.com").create(&options).to_string();
    assert!(two.finish_registration(&response, &state).is_ok(), "each of the origins is ours");
}

#[test]
fn a_person_who_was_not_verified_is_refused() {
    assert_eq!(sign_in_after(|device| device.flags = PRESENT), Err(PasskeyError::NotVerified));
    assert_eq!(sign_in_after(|device| device.flags = VERIFIED), Err(PasskeyError::NotVerified));
    let (options, state) = passkeys().start_registration(MIA, "mia", "Mia", &[]).unwrap();
    let mut device = Soft { flags: PRESENT, ..device() };
    let response = device.create(&options).to_string();
    assert_eq!(passkeys().finish_registration(&response, &state), Err(PasskeyError::NotVerified));
}

#[test]
fn nobody_signs_in_as_somebody_else() {
    let (mut mias, mut toms) = (device(), device());
    let (mia, tom) = (register(&mut mias, MIA), register(&mut toms, TOM));
    let finish = |device: &Soft, options: &Value, state: &Authentication, stored| {
        passkeys().finish_authentication(&device.get(options).to_string(), state, stored)
    };

    // Tom's passkey says that he is Mia: her id with his credential.
    let (options, state) = passkeys().start_discoverable().unwrap();
    toms.user_handle = Some(MIA.as_bytes().to_vec());
    assert_eq!(finish(&toms, &options, &state, stored(&tom)), Err(PasskeyError::NotTheirs));
    assert_eq!(
        finish(&toms, &options, &state, stored(&mia)),
        Err(PasskeyError::NotTheirs),
        "nor with her passkey's row"
    );
    toms.credential_id = mias.credential_id.clone();
    assert_eq!(finish(&toms, &options, &state, stored(&mia)), Err(PasskeyError::Signature), "nor with its id");

    // Without a handle nobody is named.
    let mut nameless = device();
    let passkey = register(&mut nameless, MIA);
    for handle in [None, Some(vec![]), Some(vec![1, 2, 3])] {
        nameless.user_handle = handle;
        assert_eq!(finish(&nameless, &options, &state, stored(&passkey)), Err(PasskeyError::NotTheirs));
    }

    // Tom answers, with his own passkey, what Mia was asked.
    let (options, state) = passkeys().start_known(MIA, std::slice::from_ref(&mia.credential)).unwrap();
    let mut toms = device();
    let tom = register(&mut toms, TOM);
    assert_eq!(finish(&toms, &options, &state, stored(&tom)), Err(PasskeyError::NotTheirs));
    toms.user_handle = None;
    assert_eq!(finish(&toms, &options, &state, stored(&tom)), Err(PasskeyError::NotTheirs));
    assert_eq!(finish(&toms, &options, &state, stored(&mia)), Err(PasskeyError::NotTheirs));
    assert!(finish(&mias, &options, &state, stored(&mia)).is_ok());
}

#[test]
fn a_registration_is_no_sign_in_and_the_other_way_round() {
    let mut device = device();
    let passkey = register(&mut device, MIA);
    let (options, state) = passkeys().start_discoverable().unwrap();
    let created = device.create(&json!({ "publicKey": {
        "user": { "id": URL_SAFE_NO_PAD.encode(MIA.as_bytes()) }, "challenge": options["publicKey"]["challenge"],
    }}));
    let answer = passkeys().finish_authentication(&created.to_string(), &state, stored(&passkey));
    assert_eq!(answer, Err(PasskeyError::Malformed));

    // The client data of the one kind in the answer of the other.
    let mut got = device.get(&options);
    got["response"]["clientDataJSON"] = created["response"]["clientDataJSON"].clone();
    let answer = passkeys().finish_authentication(&got.to_string(), &state, stored(&passkey));
    assert_eq!(answer, Err(PasskeyError::Malformed));
}

#[test]
fn a_passkey_is_registered_once() {
    let mut device = device();
    let passkey = register(&mut device, MIA);
    let (options, state) =
        passkeys().start_registration(MIA, "mia", "Mia", std::slice::from_ref(&passkey.credential_id)).unwrap();
    let response = device.create(&options).to_string();
    assert_eq!(passkeys().finish_registration(&response, &state), Err(PasskeyError::Unsupported));
}

#[test]
fn garbage_is_refused() {
    let mut device = device();
    let passkey = register(&mut device, MIA);
    let (options, state) = passkeys().start_discoverable().unwrap();
    let (create, registration) = passkeys().start_registration(MIA, "mia", "Mia", &[]).unwrap();
    let deep = "[".repeat(60_000);
    let long = format!("\"{}\"", "a".repeat(LONGEST_RESPONSE));
    for response in ["", "null", "[]", "{}", "\"text\"", "{\"type\":\"public-key\"}", &deep, &long] {
        assert_eq!(identify(response), Err(PasskeyError::Malformed));
        assert_eq!(passkeys().finish_registration(response, &registration), Err(PasskeyError::Malformed));
        let answer = passkeys().finish_authentication(response, &state, stored(&passkey));
        assert_eq!(answer, Err(PasskeyError::Malformed));
    }
    // Every field left out, of another type, emptied, cut, or with another bit.
    let (got, created) = (device.get(&options), device.create(&create));
    for (answer, field) in spoiled(&got) {
        let result = passkeys().finish_authentication(&answer.to_string(), &state, stored(&passkey));
        assert!(result.is_err() || field == "id", "{field}: {answer}");
    }
    for (answer, field) in spoiled(&created) {
        let result = passkeys().finish_registration(&answer.to_string(), &registration);
        // These are not signed where there is no attestation: a key of one's own is what one registers.
        assert!(
            result.is_err() || ["id", "rawId", "clientDataJSON", "attestationObject", "transports"].contains(&field),
            "{field}: {answer}"
        );
    }
    let stored = Stored { credential: &json!({ "cred": 1 }), ..stored(&passkey) };
    let answer = passkeys().finish_authentication(&got.to_string(), &state, stored);
    assert_eq!(answer, Err(PasskeyError::Stored));
}

/// An answer with one field that is not as it was.
fn spoiled(answer: &Value) -> Vec<(Value, &'static str)> {
    let mut all = Vec::new();
    let mut add = |pointer: &str, field: &'static str, value: Value| {
        let mut answer = answer.clone();
        if let Some(place) = answer.pointer_mut(pointer) {
            *place = value;
            all.push((answer, field));
        }
    };
    let fields = ["id", "rawId", "type"].map(|field| (format!("/{field}"), field));
    let response =
        ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject", "transports"]
            .map(|field| (format!("/response/{field}"), field));
    for (pointer, field) in fields.into_iter().chain(response) {
        for value in [Value::Null, json!(1), json!(""), json!("!"), json!("AAAA"), json!({})] {
            add(&pointer, field, value);
        }
        let Some(text) = answer.pointer(&pointer).and_then(Value::as_str) else { continue };
        let Ok(content) = URL_SAFE_NO_PAD.decode(text) else { continue };
        for at in 0..content.len() {
            add(&pointer, field, json!(URL_SAFE_NO_PAD.encode(&content[..at])));
            let mut other = content.clone();
            other[at] ^= 1;
            add(&pointer, field, json!(URL_SAFE_NO_PAD.encode(other)));
        }
    }
    all
}

#[test]
fn a_relying_party_is_a_domain_of_its_origins() {
    let make = |rp_id, origins: &[&str]| {
        let origins: Vec<Url> = origins.iter().map(|origin| Url::parse(origin).unwrap()).collect();
        Passkeys::new(rp_id, &origins, "Example").map(drop)
    };
    assert_eq!(make("example.com", &["https://id.example.com"]), Ok(()));
    assert_eq!(make("localhost", &["http://localhost:8080"]), Ok(()));
    assert_eq!(make("example.com", &["https://id.example.com", "https://example.com"]), Ok(()));
    for (rp_id, origins) in [
        ("example.com", &["https://example.org"][..]),
        ("example.com", &["https://badexample.com"]),
        ("example.com", &["https://id.example.com", "https://id.example.org"]),
        ("127.0.0.1", &["http://127.0.0.1:8080"]),
        ("example.com", &[]),
    ] {
        assert_eq!(make(rp_id, origins), Err(PasskeyError::Configuration), "{rp_id} {origins:?}");
    }
}
