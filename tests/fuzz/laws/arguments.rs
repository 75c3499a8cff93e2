//! Arguments of a method: what comes of verb, query, body and content type is what serde_json makes of each member by
//! itself. The input is a byte for the verb, a query up to the end of the line, then the body.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bessemer::host::{Arguments, Input, Instance, Takes};
use bessemer::{FromArgument, Map, RawBody, Value, Verb};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::typed::{Pair, Typed, method};

pub(crate) fn hold(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (query, body) = (&rest[..end], rest.get(end + 1..).unwrap_or(&[]));
    let query: Vec<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(query).collect();
    let input = Input {
        verb: Verb::ALL[usize::from(*first) % Verb::ALL.len()],
        query: &query,
        body,
        content_type: (first & 0x80 != 0).then_some("application/json"),
    };
    named(&input);
    whole(&input);
}

fn named(input: &Input<'_>) {
    let method = method("named");
    let Takes::Named(accepted) = &method.takes else {
        panic!("its arguments are named")
    };
    let names: Vec<&str> = accepted.iter().map(|argument| argument.name).collect();
    let given = given(input).filter(|given| given.keys().all(|key| names.contains(&&**key)));
    let prepared = is_prepared(method, input);
    let (given, arguments) = match (given, Arguments::of(input, &method.takes)) {
        (None, Err(told)) => {
            assert!(!told.to_string().is_empty() && !prepared);
            return;
        }
        (Some(given), Ok(arguments)) => (given, arguments),
        (None, Ok(_)) => panic!("{input:?} is taken"),
        (Some(_), Err(told)) => panic!("{input:?} is refused: {told}"),
    };
    let place = |name: &str| names.iter().position(|it| *it == name).expect("it is accepted");
    let mut is_sound = true;
    let mut each = |name: &str, check: &dyn Fn(&Arguments<'_>, usize, Option<&Given>) -> bool| {
        is_sound &= check(&arguments, place(name), given.get(name));
    };
    each("v", &|all, index, given| same(all, index, given, value));
    each("s", &|all, index, given| same(all, index, given, text));
    each("i", &|all, index, given| same(all, index, given, number::<i64>));
    each("u", &|all, index, given| same(all, index, given, number::<u8>));
    each("f", &|all, index, given| same(all, index, given, number::<f64>));
    each("b", &|all, index, given| same(all, index, given, boolean));
    each("l", &|all, index, given| same(all, index, given, list));
    each("p", &|all, index, given| same(all, index, given, pair));
    assert_eq!(prepared, is_sound, "{input:?}");
    assert_eq!(arguments.explain().to_string().is_empty(), is_sound, "{input:?}");
}

/// Whether an argument is what it is expected to be, which may be nothing: whether it was sound is returned.
fn same<T: FromArgument + PartialEq + fmt::Debug>(
    arguments: &Arguments<'_>,
    index: usize,
    given: Option<&Given>,
    expected: impl Fn(&Given) -> Option<T>,
) -> bool {
    let taken = arguments.take::<Option<T>>(index);
    let expected = match given {
        None => Some(None),
        Some(Given::Json(json)) if json.get() == "null" => Some(None),
        Some(given) => expected(given).map(Some),
    };
    assert_eq!(taken, expected, "argument {index}, given as {given:?}");
    taken.is_some()
}

fn whole(input: &Input<'_>) {
    let reads = input.query.is_empty() || input.verb.reads_query();
    let is_blank = input.body.iter().all(u8::is_ascii_whitespace);
    let object = reads
        .then(|| -> Option<Option<Map<String, Value>>> {
            match (is_blank, input.query) {
                (true, []) => Some(None),
                (false, []) => serde_json::from_slice(input.body).ok(),
                (_, _) => {
                    let given = given(input)?;
                    given.iter().map(as_member).collect::<Option<_>>().map(Some)
                }
            }
        })
        .flatten();
    check_body(input, "object", &object);
    if input.query.is_empty() {
        check_body(input, "pair", &serde_json::from_slice::<Pair>(input.body).ok());
    }
    let raw = input.query.is_empty().then(|| RawBody {
        content_type: input.content_type.map(Into::into),
        bytes: input.body.into(),
    });
    check_body(input, "raw", &raw);
}

fn check_body<T: bessemer::FromBody + PartialEq + fmt::Debug>(input: &Input<'_>, name: &str, expected: &Option<T>) {
    let method = method(name);
    let arguments = Arguments::of(input, &method.takes).unwrap_or_else(|told| panic!("{name} is no body: {told}"));
    assert_eq!(arguments.body::<T>().ok(), *expected, "{name} of {input:?}");
    assert_eq!(is_prepared(method, input), expected.is_some(), "{name} of {input:?}");
}

fn is_prepared(method: &bessemer::host::Method, input: &Input<'_>) -> bool {
    let instance: Instance = Arc::new(Typed);
    method.prepare(&instance, input).is_ok()
}

/// An argument as serde_json, or form_urlencoded, sees it.
#[derive(Debug)]
enum Given {
    Json(Box<RawValue>),
    Texts(Vec<String>),
}

/// What is given, or `None` where it is refused as a whole.
fn given(input: &Input<'_>) -> Option<BTreeMap<String, Given>> {
    let mut given = BTreeMap::new();
    if !input.body.iter().all(u8::is_ascii_whitespace) {
        let Members(members) = serde_json::from_slice(input.body).ok()?;
        for (key, value) in members {
            if given.insert(key, Given::Json(value)).is_some() {
                return None;
            }
        }
    }
    if !input.query.is_empty() && !input.verb.reads_query() {
        return None;
    }
    for (key, value) in of_query(input.query) {
        if given.insert(key, value).is_some() {
            return None;
        }
    }
    Some(given)
}

fn of_query(query: &[(Cow<'_, str>, Cow<'_, str>)]) -> BTreeMap<String, Given> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in query {
        texts.entry(key.to_string()).or_default().push(value.to_string());
    }
    texts
        .into_iter()
        .map(|(key, texts)| (key, Given::Texts(texts)))
        .collect()
}

/// `None` of a number that no type holds.
fn as_member((key, given): (&String, &Given)) -> Option<(String, Value)> {
    Some((key.clone(), value(given)?))
}

/// The members of an object in their order, be some of the same name; none of `null`.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MembersVisitor).map(Self)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(String, Box<RawValue>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

// What each type takes, as `guide::arguments` of the framework tells authors.

fn value(given: &Given) -> Option<Value> {
    match given {
        Given::Json(json) => serde_json::from_str(json.get()).ok(),
        Given::Texts(texts) => Some(match &**texts {
            [text] => text.as_str().into(),
            texts => texts.into(),
        }),
    }
}

/// One scalar as text, and whether it was text already.
fn scalar(given: &Given) -> Option<(String, bool)> {
    match given {
        Given::Texts(texts) => match &**texts {
            [text] => Some((text.clone(), true)),
            _ => None,
        },
        Given::Json(json) => of_json(json.get()),
    }
}

fn of_json(json: &str) -> Option<(String, bool)> {
    match serde_json::from_str(json).ok() {
        Some(Value::String(text)) => Some((text, true)),
        Some(Value::Number(_) | Value::Bool(_)) => Some((json.into(), false)),
        // A number that no type holds is one all the same.
        None if json.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Some((json.into(), false)),
        _ => None,
    }
}

fn text(given: &Given) -> Option<String> {
    scalar(given).map(|(text, _)| text)
}

fn number<T: serde::de::DeserializeOwned>(given: &Given) -> Option<T> {
    let (text, _) = scalar(given)?;
    let text = text.trim();
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    is_number.then(|| serde_json::from_str(text).ok()).flatten()
}

fn boolean(given: &Given) -> Option<bool> {
    let (text, _) = scalar(given)?;
    match &*text.trim().to_ascii_lowercase() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn list(given: &Given) -> Option<Vec<String>> {
    match given {
        Given::Texts(texts) => Some(texts.clone()),
        Given::Json(json) => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(json.get()).ok()?;
            items.iter().map(|item| Some(of_json(item.get())?.0)).collect()
        }
    }
}

fn pair(given: &Given) -> Option<Pair> {
    match given {
        Given::Json(json) => serde_json::from_str(json.get()).ok(),
        Given::Texts(texts) => match &**texts {
            [text] if text.starts_with('{') => serde_json::from_str(text).ok(),
            _ => None,
        },
    }
}
