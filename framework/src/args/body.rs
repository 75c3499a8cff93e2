//! A request's body as one value: decoded whole, or untouched. For `GET` and `DELETE`, whose bodies some clients
//! cannot send, the query stands for the body: an object of its keys. Beside a body that is an object its keys are some
//! more of that one's.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;
use serde_json::value::RawValue;

use super::value::Given;
use super::{BadArguments, Input, Key, is_blank, without_place};
use crate::host::speaks_of_secrets;
use crate::properties::holds_secrets;

impl Input<'_> {
    /// Decodes the body as one value: for `#[body]`.
    ///
    /// # Errors
    /// If the body does not fit, or the query holds what is not read from there.
    pub fn body<T: FromBody>(&self) -> Result<T, BadArguments> {
        if !self.query.is_empty() && !self.verb.reads_query() {
            return Err(BadArguments::one(self.unread_query()));
        }
        T::from_body(self).map_err(BadArguments::one)
    }
}

/// A body passed on as it came: any bytes, any content type.
///
/// ```
/// # use bessemer::{driver, Node, RawBody, Result};
/// # #[derive(Default)] pub struct D;
/// # #[driver(name = "d")] impl D {
/// /// Hands the caller's bytes to the hardware.
/// #[passthru(http = "POST")]
/// async fn upload(&self, node: &mut Node, #[body] image: RawBody) -> Result<()> {
///     let RawBody { content_type, bytes } = image;
///     # let _ = (node, content_type, bytes);
///     Ok(())
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawBody {
    /// The `Content-Type` header, if there was one.
    pub content_type: Option<String>,
    /// The body, empty if there was none. The server takes at most `api.max_json_body_size`, 1 MiB.
    pub bytes: Vec<u8>,
}

/// A type that a `#[body]` argument may have: anything deserializable with a schema, or [`RawBody`].
///
/// The value is decoded from the body's JSON, which is `null` where there is no body: an `Option` is `None`
/// then. A `GET` or `DELETE` request may send a query instead of a body: it is decoded as an object whose
/// members are texts, or lists of texts where a key is repeated; where the type asks for a number or a boolean,
/// the text is read as one. So `Option<Map<String, Value>>` takes whatever a caller sends. Beside a body that is an
/// object the query has further members of it, and all of them are read so; none may be in both.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of a vendor method",
    label = "not deserializable from JSON with a schema",
    note = "put `#[bessemer::model]` on the type, or take `bessemer::RawBody` for untouched bytes"
)]
pub trait FromBody: Sized {
    /// The value, or what is wrong.
    ///
    /// # Errors
    /// A text for the caller.
    fn from_body(input: &Input<'_>) -> Result<Self, String>;

    /// The schema; `None` where any bytes are taken.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> FromBody for T {
    fn from_body(input: &Input<'_>) -> Result<Self, String> {
        match (is_blank(input.body), input.query) {
            (false, []) => serde_json::from_slice(input.body).map_err(|error| body_text(input.body, &error)),
            (true, []) => serde_json::from_str("null").map_err(|_| "this method needs a JSON body".into()),
            (true, query) => T::deserialize(&Query::new(query)).map_err(|error| query_text(query, &error)),
            (false, query) => {
                let mut both = Query::new(query);
                both.add(members(input.body, &query[0].0)?)?;
                T::deserialize(&both).map_err(|error| both.text(&error))
            }
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }
}

impl FromBody for RawBody {
    fn from_body(input: &Input<'_>) -> Result<Self, String> {
        if let Some((key, _)) = input.query.first() {
            return Err(format!(
                "Unexpected arguments: {key}: this method takes its body as it is and reads no query"
            ));
        }
        Ok(Self {
            content_type: input.content_type.map(Into::into),
            bytes: input.body.into(),
        })
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

/// Why a body does not fit. What serde says may have a value in it, and that may be a secret.
fn body_text(body: &[u8], error: &Error) -> String {
    if error.is_data() && serde_json::from_slice(body).is_ok_and(|body| holds_secrets(&body)) {
        let (line, column) = (error.line(), error.column());
        return format!("body: a value does not fit, at line {line} column {column}");
    }
    format!("body: {error}")
}

/// The same of a query.
fn query_text(query: &[(Cow<'_, str>, Cow<'_, str>)], error: &Error) -> String {
    if query.iter().any(|(key, _)| speaks_of_secrets(key)) {
        return "query: a value does not fit".into();
    }
    format!("query: {}", without_place(error))
}

/// The members of a body that is to be one object with a query, which has this key.
fn members<'a>(body: &'a [u8], key: &str) -> Result<BTreeMap<Cow<'a, str>, &'a RawValue>, String> {
    match serde_json::from_slice::<Option<Members<'a>>>(body) {
        Ok(members) => Ok(members.unwrap_or_default().0),
        Err(error) if error.is_data() && !is_object(body) => Err(format!(
            "argument `{key}` is given in the query beside a body that is no object: send all arguments in one of them"
        )),
        Err(error) => Err(format!("body: {error}")),
    }
}

fn is_object(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{")
}

/// An object's members as they are written, none of them twice.
#[derive(Default)]
struct Members<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut object: M) -> Result<Self::Value, M::Error> {
        let mut members = BTreeMap::new();
        while let Some(key) = object.next_key_seed(Key)? {
            let twice = format!("argument `{key}` is given twice");
            if members.insert(key, object.next_value()?).is_some() {
                return Err(M::Error::custom(twice));
            }
        }
        Ok(Members(members))
    }
}

/// A query as an object.
struct Query<'q>(BTreeMap<Cow<'q, str>, Given<'q>>);

impl<'q> Query<'q> {
    fn new(pairs: &'q [(Cow<'q, str>, Cow<'q, str>)]) -> Self {
        let mut object: BTreeMap<Cow<'_, str>, Given<'_>> = BTreeMap::new();
        for (key, value) in pairs {
            let value = Given::Text(Cow::Borrowed(value));
            match object.get_mut(&**key) {
                Some(earlier) => earlier.append(value),
                None => {
                    object.insert(Cow::Borrowed(key), value);
                }
            }
        }
        Self(object)
    }

    /// The members of a body beside it.
    fn add(&mut self, members: BTreeMap<Cow<'q, str>, &'q RawValue>) -> Result<(), String> {
        for (key, value) in members {
            if self.0.contains_key(&key) {
                return Err(format!("argument `{key}` is given both in the query and in the body"));
            }
            self.0.insert(key, Given::Json(value.get()));
        }
        Ok(())
    }

    /// Why it does not fit. What serde says may have a value in it, and that may be a secret.
    fn text(&self, error: &Error) -> String {
        if self
            .0
            .iter()
            .any(|(key, value)| speaks_of_secrets(key) || value.holds_secrets())
        {
            return "query and body: a value does not fit".into();
        }
        format!("query and body: {}", without_place(error))
    }
}

impl<'de> Deserializer<'de> for &'de Query<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let members = self.0.iter().map(|(key, value)| (&**key, value.reader()));
        visitor.visit_map(MapDeserializer::new(members))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
