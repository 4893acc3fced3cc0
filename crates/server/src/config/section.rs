//! What a section of the configuration is: its keys, their meaning and their defaults, said once.
//!
//! `section!` makes the struct, its `Default`, the reference documentation and the reading from one text.

use toml::Value;

/// Whether a key may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Plain,
    /// Redacted wherever it is shown, and readable from a file named by `<key>_file`.
    Secret,
}

/// One key, as the reference tells of it.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name within the section.
    pub name: &'static str,
    /// Its documentation, in lines.
    pub doc: &'static [&'static str],
    /// Its default in TOML; `None` when it has none.
    pub default: Option<String>,
    /// How a value could look, in TOML, for keys without a useful default.
    pub example: Option<&'static str>,
    /// Whether it may be shown.
    pub kind: Kind,
}

/// A section of the configuration.
pub trait Section: Default {
    /// Its documentation, in lines.
    const DOC: &'static [&'static str];

    /// Its keys, in order.
    fn fields() -> Vec<Field>;

    /// Sets one key.
    ///
    /// # Errors
    /// What is wrong with the value. An unknown key is the caller's bug: it asks `fields` first.
    fn set(&mut self, key: &str, value: Value) -> Result<(), String>;

    /// Every key with its value as it may be shown, in order.
    fn shown(&self) -> Vec<(&'static str, Option<Value>)>;
}

/// A value of a key: read from TOML, shown as TOML.
pub trait Setting: Sized {
    /// Whether it must be redacted.
    const KIND: Kind = Kind::Plain;

    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(value: Value) -> Result<Self, String>;

    /// Shows it, secrets redacted; `None` when it is not set.
    fn show(&self) -> Option<Value>;
}

/// Declares a section: `key: Type = default`, with `=> "example"` for keys without a useful default.
macro_rules! section {
    (
        $(#[doc = $doc:literal])*
        $name:ident {
            $( $(#[doc = $field_doc:literal])* $field:ident : $type:ty = $default:expr $(=> $example:literal)? ),+ $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $( $(#[doc = $field_doc])* pub $field: $type, )+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )+ }
            }
        }

        impl $crate::config::section::Section for $name {
            const DOC: &'static [&'static str] = &[$($doc),*];

            fn fields() -> Vec<$crate::config::section::Field> {
                use $crate::config::section::{Field, Setting};
                let defaults = Self::default();
                vec![$( Field {
                    name: stringify!($field),
                    doc: &[$($field_doc),*],
                    default: defaults.$field.show().map(|value| value.to_string()),
                    example: [$($example,)? ""].first().copied().filter(|example| !example.is_empty()),
                    kind: <$type as Setting>::KIND,
                }, )+]
            }

            fn set(&mut self, key: &str, value: toml::Value) -> Result<(), String> {
                use $crate::config::section::Setting;
                match key {
                    $( stringify!($field) => self.$field = <$type as Setting>::read(value)?, )+
                    _ => return Err("unknown key".to_owned()),
                }
                Ok(())
            }

            fn shown(&self) -> Vec<(&'static str, Option<toml::Value>)> {
                use $crate::config::section::Setting;
                vec![$( (stringify!($field), self.$field.show()), )+]
            }
        }
    };
}

pub(crate) use section;
