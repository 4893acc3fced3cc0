//! Which members this version knows.

use serde::de::{Deserialize, Deserializer, Error, Visitor, value};
use serde_json::Value;

use super::ClientMetadata;

/// What this version knows of metadata that was stored, perhaps by a newer
/// one that runs beside it. What is registered is not forgiven that way:
/// there, unknown members are errors.
#[must_use]
pub fn stored_members(mut metadata: Value) -> Value {
    if let Value::Object(members) = &mut metadata {
        let known = known();
        members.retain(|name, _| known.contains(&name.as_str()));
    }
    metadata
}

fn known() -> &'static [&'static str] {
    let mut asked = &[][..];
    let _ = ClientMetadata::deserialize(Asked(&mut asked));
    asked
}

/// Has no data, and notes which members a structure asks for.
struct Asked<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        Err(Error::custom("no data"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("no structure"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_newer_version_stored_is_left_out() {
        let stored = json!({ "client_name": "Shop", "dpop_bound_access_tokens": true, "impersonation_allowed": true });
        let read = stored_members(stored.clone());
        assert_eq!(read, json!({ "client_name": "Shop", "impersonation_allowed": true }));
        assert!(serde_json::from_value::<ClientMetadata>(read).unwrap().impersonation_allowed);
        assert!(serde_json::from_value::<ClientMetadata>(stored).is_err(), "what is registered is not forgiven");
    }

    #[test]
    fn every_member_is_known() {
        let all = serde_json::to_value(ClientMetadata::default()).unwrap();
        assert_eq!(stored_members(all.clone()), all);
        assert!(known().contains(&"jwks_uri"));
    }
}
