//! Passkeys: the ceremonies of WebAuthn Level 3 (sections 7.1 and 7.2), through webauthn-rs.
//!
//! A ceremony is two steps. The first gives options for the browser and a state for the second; the state serializes,
//! so that it can travel sealed in a form. Whoever carries it must bind it to the browser and let it end soon, and
//! **must spend its challenge once** (a unique key), or an answer could be given twice.
//!
//! The user handle of a passkey is the person's id. What is stored of a passkey is a JSON value whose shape is
//! webauthn-rs's. Passkeys are discoverable, and the person is always verified by the device (PIN, finger, face), so
//! that one replaces password and second factor. No attestation is asked for, and none is kept.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    AttestationFormat, Credential, DiscoverableAuthentication, ParsedAttestation, Passkey, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

#[cfg(test)]
mod soft;
#[cfg(test)]
mod tests;

/// The most bytes that an answer of the browser has.
pub const LONGEST_RESPONSE: usize = 64 * 1024;

/// The most bytes that the id of a credential has (WebAuthn section 7.1).
const LONGEST_CREDENTIAL_ID: usize = 1023;

/// How many ways there are to reach a device, and a few to come.
const MOST_TRANSPORTS: usize = 16;

/// Why a ceremony ended. Holds nothing of what the browser sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// The relying party's id is not the origin's host or above it, or an origin has no domain.
    #[error("the id of the relying party is not the domain of its origin or a parent of it")]
    Configuration,
    /// Not the JSON of a credential, or not for this kind of ceremony.
    #[error("not the answer of an authenticator")]
    Malformed,
    /// The answer to another challenge.
    #[error("the answer belongs to another challenge")]
    Challenge,
    /// Made on another site, or in a frame of another site.
    #[error("the answer was made on another site")]
    Origin,
    /// Made for another relying party.
    #[error("the answer was made for another relying party")]
    RelyingParty,
    /// The device did not ask who is there.
    #[error("the device did not verify the person")]
    NotVerified,
    /// The passkey or its user handle is somebody else's, or no user handle was given where one is needed.
    #[error("the passkey belongs to somebody else")]
    NotTheirs,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
    /// The signature counter did not rise: there may be a copy of the key (WebAuthn section 6.1.1).
    #[error("the signature counter went back: the passkey may have been copied")]
    CounterRegressed,
    /// Whether it can be copied to other devices is not what it was when it was registered.
    #[error("the passkey changed its nature")]
    Changed,
    /// A kind of key or attestation that was not asked for, or a passkey that is registered already.
    #[error("a passkey of this kind cannot be registered, or is registered already")]
    Unsupported,
    /// What was stored of the passkey cannot be read.
    #[error("the stored passkey cannot be read")]
    Stored,
}

/// The relying party: whose passkeys they are.
#[derive(Clone, Debug)]
pub struct Passkeys {
    webauthn: Webauthn,
    /// SHA-256 of its id.
    id_hash: [u8; 32],
}

/// Registering a passkey: the state between the two steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registration {
    person: Uuid,
    challenge: String,
    state: PasskeyRegistration,
}

impl Registration {
    /// Who registers.
    #[must_use]
    pub fn person(&self) -> Uuid {
        self.person
    }

    /// The challenge (base64url), to be spent once.
    #[must_use]
    pub fn challenge(&self) -> &str {
        &self.challenge
    }
}

/// Signing in with a passkey: the state between the two steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Authentication {
    person: Option<Uuid>,
    challenge: String,
    state: DiscoverableAuthentication,
}

impl Authentication {
    /// Who is to answer; `None` where the passkey is to say who that is.
    #[must_use]
    pub fn person(&self) -> Option<Uuid> {
        self.person
    }

    /// The challenge (base64url), to be spent once.
    #[must_use]
    pub fn challenge(&self) -> &str {
        &self.challenge
    }
}

/// The make of what keeps a passkey (AAGUID, WebAuthn section 6.5.1), as it says: anybody can say anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Make(pub u128);

/// A passkey that was just registered.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPasskey {
    /// Whose it is.
    pub person: Uuid,
    /// Its id, unique among all passkeys.
    pub credential_id: Vec<u8>,
    /// What to store of it: the public key and its flags.
    pub credential: Value,
    /// Whether it stays on its device; else it may be copied to other devices of the person.
    pub device_bound: bool,
    /// Whether it was copied already.
    pub backed_up: bool,
    /// The signature counter; 0 where the device does not count.
    pub sign_count: u32,
    /// Whether the device verified the person: always, or it would not have been accepted.
    pub user_verified: bool,
    /// Its make, to suggest a name. Not to be kept.
    pub make: Option<Make>,
}

/// What an answer claims, before anything is verified: what to look the passkey up with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The user handle: who it says it is. Devices may leave it out where the person was known before.
    pub person: Option<Uuid>,
    /// The id of the credential.
    pub credential_id: Vec<u8>,
}

/// A passkey as it was stored.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// Whose it is.
    pub person: Uuid,
    /// What was stored of it.
    pub credential: &'a Value,
    /// The signature counter that was stored last.
    pub sign_count: u32,
}

/// A passkey that was used: the person is there, and was verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Used {
    /// Whose it is.
    pub person: Uuid,
    /// The id of the credential.
    pub credential_id: Vec<u8>,
    /// The signature counter to store. Where it is not 0, the storing statement must ask that the stored one is less,
    /// so that two answers at the same time are not both taken.
    pub sign_count: u32,
    /// Whether the device verified the person: always, or it would not have been accepted.
    pub user_verified: bool,
    /// Whether it stays on its device ("hwk"); else it may be copied ("swk").
    pub device_bound: bool,
    /// Whether it was copied already.
    pub backed_up: bool,
    /// What to store of it from now on.
    pub credential: Value,
}

impl Passkeys {
    /// A relying party with an id (a domain), the origins that its pages have, and a name that devices show.
    ///
    /// # Errors
    /// `Configuration`: also where an origin is an IP address, which has no passkeys.
    pub fn new(rp_id: &str, origins: &[Url], rp_name: &str) -> Result<Self, PasskeyError> {
        let mut builder = None;
        for origin in origins {
            // Checks that the id fits to the origin; the builder itself checks the first one only.
            let fitting = WebauthnBuilder::new(rp_id, origin).map_err(|_| PasskeyError::Configuration)?;
            builder = Some(match builder {
                None => fitting.rp_name(rp_name),
                Some(builder) => WebauthnBuilder::append_allowed_origin(builder, origin),
            });
        }
        let webauthn = builder.ok_or(PasskeyError::Configuration)?.build().map_err(|_| PasskeyError::Configuration)?;
        let mut id_hash = [0; 32];
        id_hash.copy_from_slice(digest(&SHA256, rp_id.as_bytes()).as_ref());
        Ok(Self { webauthn, id_hash })
    }

    /// Begins to register a passkey: options for `navigator.credentials.create`, and the state for
    /// `finish_registration`. `exclude` are the ids of the passkeys that the person has.
    ///
    /// # Errors
    /// `Configuration` where a name is empty.
    pub fn start_registration(
        &self,
        person: Uuid,
        name: &str,
        display_name: &str,
        exclude: &[Vec<u8>],
    ) -> Result<(Value, Registration), PasskeyError> {
        let (options, state) = self
            .webauthn
            .start_passkey_registration(person, name, display_name, Some(exclude.to_vec()))
            .map_err(|_| PasskeyError::Configuration)?;
        let challenge = URL_SAFE_NO_PAD.encode(&options.public_key.challenge);
        let mut options = serde_json::to_value(options).map_err(|_| PasskeyError::Configuration)?;
        // webauthn-rs would rather not have it discoverable; then nobody could sign in without typing a name.
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = json!("required");
        selection["requireResidentKey"] = json!(true);
        Ok((options, Registration { person, challenge, state }))
    }

    /// Ends registering: `response` is the JSON of what `navigator.credentials.create` gave.
    ///
    /// # Errors
    /// What was wrong with the answer.
    pub fn finish_registration(&self, response: &str, state: &Registration) -> Result<NewPasskey, PasskeyError> {
        let response: RegisterPublicKeyCredential = parse(response)?;
        let passkey = self.webauthn.finish_passkey_registration(&response, &state.state).map_err(refused)?;
        let mut credential = Credential::from(passkey);
        // How the browser reaches the device, for `allowCredentials`: a hint, which nothing depends on.
        credential.transports = response.response.transports.filter(|transports| transports.len() <= MOST_TRANSPORTS);
        if credential.cred_id.is_empty() || credential.cred_id.len() > LONGEST_CREDENTIAL_ID {
            return Err(PasskeyError::Malformed);
        }
        // Whatever was sent of the device's make was not asked for, and is nobody's business.
        credential.attestation = ParsedAttestation::default();
        credential.attestation_format = AttestationFormat::None;
        let make = self.make(&response.response.attestation_object);
        Ok(NewPasskey {
            person: state.person,
            make,
            credential_id: credential.cred_id.clone(),
            device_bound: !credential.backup_eligible,
            backed_up: credential.backup_state,
            sign_count: credential.counter,
            user_verified: credential.user_verified,
            credential: to_stored(credential)?,
        })
    }

    /// The make stands behind the hash of the relying party's id, the flags and the counter (section 6.1).
    fn make(&self, attestation: &[u8]) -> Option<Make> {
        let at = attestation.windows(32).position(|window| window == self.id_hash)?;
        let make = attestation.get(at + 37..at + 53)?;
        Some(Make(u128::from_be_bytes(make.try_into().ok()?)))
    }

    /// Begins to sign somebody in who has not said who they are: options for `navigator.credentials.get` with
    /// conditional mediation (the browser offers passkeys where it fills in names), and the state for
    /// `finish_authentication`. A page that asks at a press of a button leaves `mediation` out.
    ///
    /// # Errors
    /// `Configuration`.
    pub fn start_discoverable(&self) -> Result<(Value, Authentication), PasskeyError> {
        let (mut options, state) =
            self.webauthn.start_discoverable_authentication().map_err(|_| PasskeyError::Configuration)?;
        options.public_key.extensions = None;
        let challenge = URL_SAFE_NO_PAD.encode(&options.public_key.challenge);
        let options = serde_json::to_value(options).map_err(|_| PasskeyError::Configuration)?;
        Ok((options, Authentication { person: None, challenge, state }))
    }

    /// Begins to ask a known person for one of their passkeys: as a second factor, or to be sure that they are still
    /// there. `stored` are the credentials of their passkeys, as they were stored.
    ///
    /// # Errors
    /// `Stored` where one of them cannot be read; `NotTheirs` where there is none: with an empty list any passkey
    /// would be offered.
    pub fn start_known(&self, person: Uuid, stored: &[Value]) -> Result<(Value, Authentication), PasskeyError> {
        if stored.is_empty() {
            return Err(PasskeyError::NotTheirs);
        }
        let allowed: Vec<Value> = stored.iter().map(descriptor).collect::<Result<_, _>>()?;
        let (mut options, state) = self.start_discoverable()?;
        options["publicKey"]["allowCredentials"] = Value::Array(allowed);
        if let Some(options) = options.as_object_mut() {
            options.remove("mediation");
        }
        Ok((options, Authentication { person: Some(person), ..state }))
    }

    /// Ends signing in: `response` is the JSON of what `navigator.credentials.get` gave, `stored` the passkey that
    /// `identify` names.
    ///
    /// # Errors
    /// What was wrong with the answer. `CounterRegressed` only where all else was right.
    pub fn finish_authentication(
        &self,
        response: &str,
        state: &Authentication,
        stored: Stored<'_>,
    ) -> Result<Used, PasskeyError> {
        let response: PublicKeyCredential = parse(response)?;
        match (state.person, user_handle(&response)?) {
            // A known person's device may leave the handle out; nobody else's passkey counts.
            (Some(known), handle) if known != stored.person || handle.is_some_and(|handle| handle != known) => {
                return Err(PasskeyError::NotTheirs);
            }
            (None, handle) if handle != Some(stored.person) => return Err(PasskeyError::NotTheirs),
            _ => {}
        }
        if is_cross_origin(&response)? {
            return Err(PasskeyError::Origin);
        }
        let mut credential = from_stored(stored.credential)?;
        // The counter that the statement advances is the one that counts.
        credential.counter = credential.counter.max(stored.sign_count);
        let mut passkey = Passkey::from(credential);
        let result = self
            .webauthn
            .finish_discoverable_authentication_v2(&response, state.state.clone(), &passkey)
            .map_err(refused)?;
        passkey.update_credential(&result);
        let credential = Credential::from(passkey);
        Ok(Used {
            person: stored.person,
            credential_id: credential.cred_id.clone(),
            sign_count: result.counter(),
            user_verified: result.user_verified(),
            device_bound: !credential.backup_eligible,
            backed_up: credential.backup_state,
            credential: to_stored(credential)?,
        })
    }
}

/// Which passkey an answer claims to be. Nothing of it is verified yet.
///
/// # Errors
/// `Malformed`; `NotTheirs` where the user handle is not one of ours.
pub fn identify(response: &str) -> Result<Claimed, PasskeyError> {
    let response: PublicKeyCredential = parse(response)?;
    if response.raw_id.is_empty() || response.raw_id.len() > LONGEST_CREDENTIAL_ID {
        return Err(PasskeyError::Malformed);
    }
    Ok(Claimed { person: user_handle(&response)?, credential_id: response.raw_id })
}

/// The JSON of a credential without the outputs of extensions: they are not signed, browsers differ in them, and
/// nothing depends on them.
fn parse<T: DeserializeOwned>(response: &str) -> Result<T, PasskeyError> {
    if response.len() > LONGEST_RESPONSE {
        return Err(PasskeyError::Malformed);
    }
    let mut response: Value = serde_json::from_str(response).map_err(|_| PasskeyError::Malformed)?;
    let fields = response.as_object_mut().ok_or(PasskeyError::Malformed)?;
    fields.remove("clientExtensionResults");
    fields.remove("extensions");
    if fields.get("type").and_then(Value::as_str) != Some("public-key") {
        return Err(PasskeyError::Malformed);
    }
    serde_json::from_value(response).map_err(|_| PasskeyError::Malformed)
}

fn user_handle(response: &PublicKeyCredential) -> Result<Option<Uuid>, PasskeyError> {
    match response.get_user_unique_id() {
        None | Some([]) => Ok(None),
        Some(handle) => Uuid::from_slice(handle).map(Some).map_err(|_| PasskeyError::NotTheirs),
    }
}

/// Whether the answer was made in a frame of another site (webauthn-rs asks that of registrations only).
fn is_cross_origin(response: &PublicKeyCredential) -> Result<bool, PasskeyError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ClientData {
        #[serde(default)]
        cross_origin: Option<bool>,
    }
    let data: ClientData =
        serde_json::from_slice(&response.response.client_data_json).map_err(|_| PasskeyError::Malformed)?;
    Ok(data.cross_origin == Some(true))
}

/// A passkey as `allowCredentials` names it.
fn descriptor(stored: &Value) -> Result<Value, PasskeyError> {
    let credential = from_stored(stored)?;
    let mut descriptor = json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(&credential.cred_id) });
    if let Some(transports) = credential.transports {
        let mut transports = serde_json::to_value(transports).map_err(|_| PasskeyError::Stored)?;
        if let Some(transports) = transports.as_array_mut() {
            transports.retain(|transport| transport != "unknown");
        }
        descriptor["transports"] = transports;
    }
    Ok(descriptor)
}

fn from_stored(stored: &Value) -> Result<Credential, PasskeyError> {
    Passkey::deserialize(stored).map(Credential::from).map_err(|_| PasskeyError::Stored)
}

fn to_stored(credential: Credential) -> Result<Value, PasskeyError> {
    serde_json::to_value(Passkey::from(credential)).map_err(|_| PasskeyError::Stored)
}

fn refused(error: WebauthnError) -> PasskeyError {
    match error {
        WebauthnError::MismatchedChallenge | WebauthnError::ChallengeNotFound => PasskeyError::Challenge,
        WebauthnError::InvalidRPOrigin | WebauthnError::CredentialCrossOrigin => PasskeyError::Origin,
        WebauthnError::InvalidRPIDHash => PasskeyError::RelyingParty,
        WebauthnError::UserNotPresent | WebauthnError::UserNotVerified => PasskeyError::NotVerified,
        WebauthnError::CredentialNotFound => PasskeyError::NotTheirs,
        WebauthnError::AuthenticationFailure | WebauthnError::SignatureInvalid => PasskeyError::Signature,
        WebauthnError::CredentialPossibleCompromise => PasskeyError::CounterRegressed,
        WebauthnError::CredentialBackupEligibilityInconsistent | WebauthnError::CredentialMayNotBeHardwareBound => {
            PasskeyError::Changed
        }
        WebauthnError::CredentialAlteredAlgFromRequest
        | WebauthnError::CredentialExcludedFromRequest
        | WebauthnError::CredentialAlreadyExists
        | WebauthnError::CredentialInsecureCryptography
        | WebauthnError::AttestationNotSupported
        | WebauthnError::COSEKeyEDUnsupported
        | WebauthnError::COSEKeyInvalidType
        | WebauthnError::COSEKeyInvalidAlgorithm => PasskeyError::Unsupported,
        _ => PasskeyError::Malformed,
    }
}
