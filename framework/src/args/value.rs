//! One argument's value, decoded. Text, numbers and booleans stand for one another where the type asks for
//! it: the `baremetal` client sends `id=1` as a number and a query has only text. A number read as text
//! keeps its digits (`1.10` stays `1.10`). Lists of scalars follow the same rule; objects, `Value` and
//! `#[body]` are strict.

use std::borrow::Cow;

use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;
use serde_json::value::RawValue;

use crate::properties::holds_secrets;

/// An argument as it was written.
pub(super) enum Given<'a> {
    /// A member of the body: JSON text.
    Json(&'a str),
    /// A key of the query.
    Text(Cow<'a, str>),
    /// A key of the query that was repeated.
    Texts(Vec<Cow<'a, str>>),
}

impl<'a> Given<'a> {
    /// Whether a key in it, at any depth, speaks of secrets.
    pub(super) fn holds_secrets(&self) -> bool {
        match self {
            Self::Json(text) => serde_json::from_str(text).is_ok_and(|value| holds_secrets(&value)),
            Self::Text(_) | Self::Texts(_) => false,
        }
    }

    /// Another value of the same query key.
    pub(super) fn append(&mut self, value: Self) {
        let mut texts = match std::mem::replace(self, Self::Texts(Vec::new())) {
            Self::Texts(texts) => texts,
            Self::Text(text) => vec![text],
            Self::Json(_) => Vec::new(),
        };
        if let Self::Text(text) = value {
            texts.push(text);
        }
        *self = Self::Texts(texts);
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        match self {
            Self::Json(text) => Reader::Json(text),
            Self::Text(text) => Reader::Text(text),
            Self::Texts(texts) => Reader::Texts(texts),
        }
    }
}

/// Decodes a given value, leniently.
#[derive(Clone, Copy)]
pub(super) enum Reader<'r> {
    Json(&'r str),
    Text(&'r str),
    Texts(&'r [Cow<'r, str>]),
}

impl<'r> Reader<'r> {
    /// The text of a scalar: a query's value, or the content of a JSON string.
    fn text(self) -> Option<Cow<'r, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Json(json) if json.starts_with('"') => serde_json::from_str(json).ok().map(Cow::Owned),
            _ => None,
        }
    }

    /// A JSON number or boolean, as it was written.
    fn literal(self) -> Option<&'r str> {
        match self {
            Self::Json(json) if json.starts_with(|c: char| c == '-' || c.is_ascii_digit() || c == 't' || c == 'f') => {
                Some(json)
            }
            _ => None,
        }
    }
}

/// Whether this text may be handed to the JSON parser as a number.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

fn boolean(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(&["true", "yes", "on", "1"]) {
        Some(true)
    } else if is(&["false", "no", "off", "0"]) {
        Some(false)
    } else {
        None
    }
}

macro_rules! numbers {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            if let Some(text) = self.text() {
                let text = text.trim();
                if is_number(text) {
                    // A reader, not a slice: the value must not borrow from this text.
                    let mut json = serde_json::Deserializer::from_reader(text.as_bytes());
                    let value = json.$method(visitor)?;
                    json.end()?;
                    return Ok(value);
                }
                return Err(Error::invalid_type(Unexpected::Str(text), &visitor));
            }
            self.strict(|json| json.$method(visitor))
        }
    )* };
}

macro_rules! strict {
    ($($method:ident($($arg:ident: $ty:ty),*))*) => { $(
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* visitor: V) -> Result<V::Value, Error> {
            match self {
                Self::Json(_) => self.strict(|json| json.$method($($arg,)* visitor)),
                // A query can hold an object only as JSON text.
                Self::Text(text) if text.starts_with('{') => Self::Json(text).strict(|json| json.$method($($arg,)* visitor)),
                _ => self.deserialize_any(visitor),
            }
        }
    )* };
}

impl<'r> Reader<'r> {
    fn strict<T>(
        self,
        decode: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'r>>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self {
            Self::Json(text) => {
                let mut json = serde_json::Deserializer::from_str(text);
                let value = decode(&mut json)?;
                json.end()?;
                Ok(value)
            }
            Self::Text(_) | Self::Texts(_) => Err(Error::custom("the key is repeated, but one value is wanted")),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Json(_) => self.strict(|json| json.deserialize_any(visitor)),
            Self::Text(text) => visitor.visit_borrowed_str(text),
            Self::Texts(_) => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.text();
        match text.as_deref().or(self.literal()).and_then(|text| boolean(text.trim())) {
            Some(value) => visitor.visit_bool(value),
            None => match text {
                Some(text) => Err(Error::invalid_type(Unexpected::Str(&text), &visitor)),
                None => self.strict(|json| json.deserialize_bool(visitor)),
            },
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self, self.literal()) {
            (_, Some(literal)) => visitor.visit_borrowed_str(literal),
            (Self::Text(text), None) => visitor.visit_borrowed_str(text),
            _ => self.strict(|json| json.deserialize_str(visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Json("null") => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Json(text) if text.starts_with('[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                seq(items.into_iter().map(|item| Self::Json(item.get())), visitor)
            }
            Self::Json(_) => self.strict(|json| json.deserialize_seq(visitor)),
            // One key of a query is a list of one.
            Self::Text(_) => seq(std::iter::once(self), visitor),
            Self::Texts(texts) => seq(texts.iter().map(|text| Self::Text(text)), visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match (self, self.literal()) {
            (Self::Text(text), _) | (_, Some(text)) => visitor.visit_enum(StrDeserializer::new(text)),
            _ => self.strict(|json| json.deserialize_enum(name, variants, visitor)),
        }
    }

    strict! {
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_identifier()
        deserialize_ignored_any()
    }
}

impl<'de> IntoDeserializer<'de, Error> for Reader<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn seq<'de, V: Visitor<'de>>(items: impl Iterator<Item = Reader<'de>>, visitor: V) -> Result<V::Value, Error> {
    let mut items = SeqDeserializer::new(items);
    let value = visitor.visit_seq(&mut items)?;
    items.end()?;
    Ok(value)
}

/// An argument that was not given. Types with a value for that (`Option`, also behind an alias or a newtype)
/// take it; all others fail.
pub(super) struct Missing;

impl<'de> Deserializer<'de> for Missing {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("not given"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
