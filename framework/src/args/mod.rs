//! From a request's body and query to a method's arguments: named ones (the keys of a JSON object, or of
//! the query), one `#[body]` decoded whole, or a [`RawBody`] untouched. All of it happens before a lock is
//! taken. What a single value may look like is in `value.rs`, a whole body in `body.rs`; how a request gets
//! here is the host's concern.

mod accepts;
mod body;
mod plain;
mod value;

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::host::{Argument, Body, Takes, speaks_of_secrets};
use crate::verbs::Verb;
pub(crate) use accepts::accepts;
pub use accepts::{Words, accepted};
pub use body::{FromBody, RawBody};
use value::Given;

/// The parts of a request that become arguments.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The request's verb.
    pub verb: Verb,
    /// The query, decoded, without the key that names the method.
    pub query: &'a [(Cow<'a, str>, Cow<'a, str>)],
    /// The body as it came.
    pub body: &'a [u8],
    /// The body's content type.
    pub content_type: Option<&'a str>,
}

impl Input<'_> {
    /// What is said of a query that this verb does not read.
    fn unread_query(&self) -> String {
        let keys: Vec<&str> = self.query.iter().map(|(key, _)| &**key).collect();
        format!(
            "Unexpected arguments: {}: a {} request takes its arguments from the body",
            keys.join(", "),
            self.verb
        )
    }
}

/// A type that a named argument may have: anything deserializable with a schema. How values are read, and what a
/// missing one is, is told in [`guide::arguments`](crate::guide::arguments).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a vendor method",
    label = "not deserializable from JSON with a schema",
    note = "put `#[bessemer::model]` on the type"
)]
pub trait FromArgument: DeserializeOwned + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> FromArgument for T {}

/// The value that a type has for "not given", as `Option` has one. Serde itself is asked, so an alias works.
pub(crate) fn not_given<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(value::Missing).ok()
}

/// A value decoded from JSON text as leniently as an argument is.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn lenient<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    T::deserialize(Given::Json(json).reader()).map_err(|error| without_place(&error))
}

/// What a value must be, and why it is not.
pub(crate) fn must_be(accepts: &str, mut why: String) -> String {
    // Serde names the accepted words too.
    let counted = accepts.starts_with("one of") || accepts.starts_with('`');
    if let (true, Some(end)) = (counted, why.find(", expected ")) {
        why.truncate(end);
    }
    format!("must be {accepts}: {why}")
}

/// What one call brings for what its method takes: named arguments, each still as it was written, or a body.
pub struct Arguments<'a> {
    input: Input<'a>,
    accepted: &'a [Argument],
    given: Vec<Option<Given<'a>>>,
    body: Option<&'a Body>,
}

impl<'a> Arguments<'a> {
    /// Looks at a request as a method's that takes this.
    ///
    /// # Errors
    /// If named arguments are taken, but the body is not a JSON object, or holds what the method does not take.
    /// Then all other faults are named as well.
    pub fn of(input: &Input<'a>, takes: &'a Takes) -> Result<Self, BadArguments> {
        match takes {
            Takes::Named(accepted) => Self::named(input, accepted),
            Takes::Body(body) => Ok(Self {
                input: *input,
                accepted: &[],
                given: Vec::new(),
                body: Some(body),
            }),
        }
    }

    fn named(input: &Input<'a>, accepted: &'a [Argument]) -> Result<Self, BadArguments> {
        let mut this = Self {
            input: *input,
            accepted,
            given: std::iter::repeat_with(|| None).take(accepted.len()).collect(),
            body: None,
        };
        let mut faults = Vec::new();
        if !is_blank(input.body) {
            // Looked at once, as text: else each key and each value would be.
            let text = std::str::from_utf8(input.body).map_err(|error| BadArguments::one(not_utf8(error)))?;
            let plain = plain::members(text, |key, value| {
                this.put(key, Given::Json(value), &mut faults);
                faults.is_empty().then_some(())
            });
            if plain.is_none() {
                this.given.fill_with(|| None);
                faults.clear();
                let mut body = serde_json::Deserializer::from_str(text);
                body.deserialize_any(BodyVisitor {
                    arguments: &mut this,
                    faults: &mut faults,
                })
                .and_then(|()| body.end())
                .map_err(|error| BadArguments::one(body_text(&error)))?;
            }
        }
        if input.verb.reads_query() {
            for (key, value) in input.query {
                if faults.len() >= FAULTS_MAX {
                    break;
                }
                this.put(key, Given::Text(value.clone()), &mut faults);
            }
        } else if !input.query.is_empty() {
            faults.push(input.unread_query());
        }
        if faults.is_empty() {
            Ok(this)
        } else {
            Err(this.explain_beside(faults))
        }
    }

    /// The request's verb.
    #[must_use]
    pub fn verb(&self) -> Verb {
        self.input.verb
    }

    /// Decodes the whole body.
    ///
    /// # Errors
    /// If the body does not fit, or the query holds what is not read from there.
    pub fn body<T: FromBody>(&self) -> Result<T, BadArguments> {
        self.input.body()
    }

    /// Whether the argument at this place was given.
    #[must_use]
    pub fn is_given(&self, index: usize) -> bool {
        self.given[index].is_some()
    }

    /// Decodes the argument at this place, or `None` if it does not fit or is missing.
    #[must_use]
    pub fn take<T: FromArgument>(&self, index: usize) -> Option<T> {
        self.decode(index).ok()
    }

    /// What is wrong with the argument at this place when decoded as `T`, if anything.
    #[must_use]
    pub fn check<T: FromArgument>(&self, index: usize) -> Option<String> {
        self.decode::<T>(index).err().map(|error| without_place(&error))
    }

    /// Everything that is wrong, in one answer.
    #[must_use]
    pub fn explain(&self) -> BadArguments {
        let body = self.body.and_then(|body| (body.check)(self));
        body.unwrap_or_else(|| self.explain_beside(Vec::new()))
    }

    fn decode<T: FromArgument>(&self, index: usize) -> Result<T, serde_json::Error> {
        match &self.given[index] {
            Some(given) => T::deserialize(given.reader()),
            None => T::deserialize(value::Missing),
        }
    }

    fn put(&mut self, key: &str, value: Given<'a>, faults: &mut Vec<String>) {
        let Some(index) = self.accepted.iter().position(|argument| argument.name == key) else {
            faults.push(self.unknown(key));
            return;
        };
        let slot = &mut self.given[index];
        match (slot.as_mut(), value) {
            (None, value) => *slot = Some(value),
            (Some(Given::Json(_)), Given::Json(_)) => faults.push(format!("argument `{key}` is given twice")),
            (Some(Given::Json(_)), _) => {
                faults.push(format!("argument `{key}` is given both in the query and in the body"));
            }
            (Some(earlier), value) => earlier.append(value),
        }
    }

    fn unknown(&self, key: &str) -> String {
        let names = self.accepted.iter().map(|argument| argument.name);
        let near = names
            .clone()
            .map(|name| (strsim::jaro_winkler(name, key), name))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match near {
            None => format!("unknown argument `{key}`: this method takes none"),
            Some((likeness, name)) if likeness > 0.8 => format!("unknown argument `{key}`, did you mean `{name}`?"),
            Some(_) => {
                let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
                format!("unknown argument `{key}`: this method takes {}", names.join(", "))
            }
        }
    }

    fn explain_beside(&self, mut faults: Vec<String>) -> BadArguments {
        for (index, argument) in self.accepted.iter().enumerate() {
            let accepts = || accepts(argument.schema, argument.description);
            if self.given[index].is_none() {
                if argument.default.is_none() && !(argument.optional)() {
                    faults.push(format!("missing argument `{}`, {}", argument.name, accepts()));
                }
            } else if let Some(why) = (argument.check)(self, index) {
                // Why it does not fit would be told by showing it.
                let is_secret =
                    speaks_of_secrets(argument.name) || self.given[index].as_ref().is_some_and(Given::holds_secrets);
                let must_be = match is_secret {
                    true => format!("must be {}", accepts()),
                    false => must_be(&accepts(), why),
                };
                faults.push(format!("argument `{}` {must_be}", argument.name));
            }
        }
        BadArguments { faults }
    }
}

/// Why arguments were refused: every fault, each naming its argument and what is accepted. Shown to the
/// caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadArguments {
    faults: Vec<String>,
}

impl BadArguments {
    fn one(fault: String) -> Self {
        Self { faults: vec![fault] }
    }
}

impl fmt::Display for BadArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.faults.join("; "))
    }
}

impl std::error::Error for BadArguments {}

/// Takes the members of the body's object apart, each as raw JSON text.
struct BodyVisitor<'v, 'a> {
    arguments: &'v mut Arguments<'a>,
    faults: &'v mut Vec<String>,
}

impl<'a> Visitor<'a> for BodyVisitor<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object whose keys are the method's arguments")
    }

    /// `null`: no arguments.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<(), M::Error> {
        while let Some(key) = members.next_key_seed(Key)? {
            let value: &'a RawValue = members.next_value()?;
            if self.faults.len() >= FAULTS_MAX {
                return Err(M::Error::custom(self.faults.join("; ")));
            }
            self.arguments.put(&key, Given::Json(value.get()), self.faults);
        }
        Ok(())
    }
}

/// More faults than a reader wants, and fewer than make an answer long.
const FAULTS_MAX: usize = 16;

/// An object's key, borrowed where it holds no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.into()))
    }
}

/// Whether a body says nothing: no bytes, or white space only.
fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

fn not_utf8(error: std::str::Utf8Error) -> String {
    let place = error.valid_up_to() + 1;
    format!("the body is not JSON: it is not UTF-8 from byte {place} on")
}

fn body_text(error: &serde_json::Error) -> String {
    if error.is_data() {
        without_place(error)
    } else {
        format!("the body is not JSON: {error}")
    }
}

/// An error's text without the line and column, which mean nothing within a single value.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].into(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
