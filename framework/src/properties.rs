//! What a driver reads from a node's `driver_info`, as a struct. Text, numbers and booleans stand for one another
//! there as they do in arguments (`args/value.rs`): clients send what their own command line made of a setting.
//! `null` is nothing. What a key holds that no property names is not looked at. `#[bessemer::properties]` writes
//! the impls; the items without a place in `lib.rs` are for its expansions.

use std::fmt::{self, Debug};
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::args::{accepts, lenient, must_be, not_given};
use crate::error::{Error, Result};
use crate::host::{Property, speaks_of_secrets};

/// A struct of what a driver reads from a node's `driver_info`; made by `#[bessemer::properties]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a struct of properties",
    label = "not marked `#[bessemer::properties]`",
    note = "put `#[bessemer::properties]` on the struct"
)]
pub trait Properties: Sized {
    /// Its fields, in the order they are written.
    const PROPERTIES: &'static [Property];

    /// Reads all of them.
    ///
    /// # Errors
    /// Of kind `Invalid`, with everything that is missing or wrong.
    fn read(info: &Map<String, Value>) -> Result<Self>;
}

/// A type that a property may have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a property of a node",
    label = "not deserializable from JSON with a schema",
    note = "put `#[bessemer::model]` on the type"
)]
pub trait FromProperty: DeserializeOwned + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> FromProperty for T {}

impl Property {
    /// What is wrong with its value in these settings, if there is one. Shows no value that a name calls a secret, be
    /// it that of the property or one within its value.
    #[must_use]
    pub fn wrong(&self, info: &Map<String, Value>) -> Option<String> {
        let value = given(info, self.name)?;
        let mut why = (self.check)(value)?;
        if speaks_of_secrets(self.name) || holds_secrets(value) {
            why = must_be_only(self.schema);
        }
        Some(format!("driver_info/{}: {why}", self.name))
    }

    /// Why the driver cannot work with these settings, if so: a wrong value, or none where it needs one.
    #[must_use]
    pub fn unusable(&self, info: &Map<String, Value>) -> Option<String> {
        if self.required && given(info, self.name).is_none() {
            let accepts = accepts(self.schema, self.description);
            return Some(format!("missing driver_info/{}, {accepts}", self.name));
        }
        self.wrong(info)
    }
}

/// What a value must be, and nothing of what it is: why it does not fit would be told by showing it.
pub(crate) fn must_be_only(schema: fn(&mut SchemaGenerator) -> Schema) -> String {
    format!("must be {}", accepts(schema, ""))
}

/// Whether a key at any depth speaks of secrets.
pub(crate) fn holds_secrets(value: &Value) -> bool {
    match value {
        Value::Object(members) => members
            .iter()
            .any(|(name, member)| speaks_of_secrets(name) || holds_secrets(member)),
        Value::Array(items) => items.iter().any(holds_secrets),
        _ => false,
    }
}

/// A property's value. That nothing is there can also be written.
fn given<'i>(info: &'i Map<String, Value>, name: &str) -> Option<&'i Value> {
    info.get(name).filter(|value| !value.is_null())
}

/// Takes a property's value from settings; the last is the default's maker.
pub type TakeOr<T> = fn(&Map<String, Value>, &str, fn() -> T) -> Option<T>;

/// A property's type, proven to be one.
pub struct PropertyOf<T> {
    /// The value, or `None` if it does not fit or is missing.
    pub take: fn(&Map<String, Value>, &str) -> Option<T>,
    /// The same, with what a missing one is.
    pub take_or: TakeOr<T>,
    check: fn(&Value) -> Option<String>,
    check_secret: fn(&Value) -> Option<String>,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

/// States that `T` can be a property.
#[must_use]
pub const fn property<T: FromProperty>() -> PropertyOf<T> {
    PropertyOf {
        take: |info, name| given(info, name).map_or_else(not_given, |value| decode(value).ok()),
        take_or: |info, name, default| given(info, name).map_or_else(|| Some(default()), |value| decode(value).ok()),
        check: |value| {
            decode::<T>(value)
                .err()
                .map(|why| must_be(&accepts(schema::<T>, ""), why))
        },
        check_secret: |value| {
            let wrong = decode::<T>(value).is_err();
            wrong.then(|| must_be_only(schema::<T>))
        },
        schema: schema::<T>,
    }
}

impl<T> PropertyOf<T> {
    /// The record of a property of this type.
    #[must_use]
    pub const fn named(
        self,
        name: &'static str,
        description: &'static str,
        secret: bool,
        required: bool,
        default: Option<fn() -> Value>,
    ) -> Property {
        Property {
            name,
            description,
            required,
            secret,
            schema: self.schema,
            default,
            check: if secret { self.check_secret } else { self.check },
        }
    }
}

fn decode<T: FromProperty>(value: &Value) -> Result<T, String> {
    // By way of text, so that there is one reading of what a client may write.
    lenient(&value.to_string())
}

fn schema<T: FromProperty>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// States that `T` is a struct of properties.
#[must_use]
pub const fn properties<T: Properties>() -> &'static [Property] {
    T::PROPERTIES
}

/// All that is wrong with settings, as the error for the caller.
#[must_use]
pub fn bad_properties(properties: &[Property], info: &Map<String, Value>) -> Error {
    let faults: Vec<String> = properties
        .iter()
        .filter_map(|property| property.unusable(info))
        .collect();
    if faults.is_empty() {
        // A type that reads the same value one way now and another way then.
        return Error::invalid("driver_info cannot be read");
    }
    Error::invalid(faults.join("; "))
}

/// Whether a property of this type must be there: `Presence::<T>::REQUIRED`. For `Option`, also behind an alias,
/// the type's own constant is found; for all other types that of [`RequiredByType`].
pub struct Presence<T>(PhantomData<T>);

impl<T> Presence<Option<T>> {
    /// `Option` has a value for "not given".
    pub const REQUIRED: bool = false;
}

/// See [`Presence`].
pub trait RequiredByType {
    /// What has no value for "not given" must be given.
    const REQUIRED: bool = true;
}

impl<T> RequiredByType for Presence<T> {}

/// A value for a `Debug` output: `DebugOf(&x).shown()`. Where the type has no `Debug` of its own, the method of
/// [`HasNoDebug`] is found, so that a field of such a type is no mistake.
pub struct DebugOf<'v, T>(pub &'v T);

impl<T: Debug> DebugOf<'_, T> {
    /// The value.
    #[must_use]
    pub fn shown(&self) -> &dyn Debug {
        self.0
    }
}

/// See [`DebugOf`].
pub trait HasNoDebug {
    /// A word for the value.
    #[must_use]
    fn shown(&self) -> &dyn Debug {
        &Unshown("_")
    }
}

impl<T> HasNoDebug for DebugOf<'_, T> {}

/// The `Debug` output of a struct of properties, on its way.
pub struct Shown<'s, 'f>(fmt::DebugStruct<'s, 'f>);

impl Shown<'_, '_> {
    /// Shows a field that is not marked as a secret. What its name or its key calls one is masked all the same: the
    /// author may have forgotten the mark.
    pub fn field(&mut self, name: &str, key: &str, value: &dyn Debug) {
        match speaks_of_secrets(name) || speaks_of_secrets(key) {
            true => self.secret(name),
            false => drop(self.0.field(name, value)),
        }
    }

    /// Shows that there is a secret.
    pub fn secret(&mut self, name: &str) {
        self.0.field(name, &Unshown("******"));
    }
}

/// A struct of properties that shows its fields.
pub trait ShowFields {
    /// Shows each.
    fn show_fields(&self, shown: &mut Shown<'_, '_>);
}

/// The `Debug` of a struct of properties.
///
/// # Errors
/// Those of the output.
pub fn show(all: &dyn ShowFields, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = Shown(f.debug_struct(name));
    all.show_fields(&mut shown);
    shown.0.finish()
}

/// In place of a value that is not shown.
struct Unshown(&'static str);

impl Debug for Unshown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
