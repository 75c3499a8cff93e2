//! Cases of decoding: what is given, what is wanted, what comes out.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

fn argument<T: FromArgument>(name: &'static str) -> Argument {
    Argument {
        name,
        description: "",
        schema: |generator| generator.subschema_for::<T>(),
        default: None,
        optional: || T::deserialize(value::Missing).is_ok(),
        check: |arguments, index| arguments.check::<T>(index),
    }
}

fn decode<T: FromArgument>(verb: Verb, query: &[(&str, &str)], body: &str) -> Result<T, String> {
    let accepted: &'static [Argument] = Box::leak(Box::new([argument::<T>("x")]));
    let query: Vec<_> = query
        .iter()
        .map(|(k, v)| (Cow::Borrowed(*k), Cow::Borrowed(*v)))
        .collect();
    let input = Input {
        verb,
        query: &query,
        body: body.as_bytes(),
        content_type: None,
    };
    let arguments = Arguments::named(&input, accepted).map_err(|e| e.to_string())?;
    arguments.take(0).ok_or_else(|| arguments.explain().to_string())
}

#[track_caller]
fn body<T: FromArgument + PartialEq + Debug>(text: &str, want: T) {
    assert_eq!(
        decode::<T>(Verb::Post, &[], &format!(r#"{{"x":{text}}}"#)),
        Ok(want),
        "from {text}"
    );
}

#[track_caller]
fn query<T: FromArgument + PartialEq + Debug>(values: &[&str], want: T) {
    let pairs: Vec<_> = values.iter().map(|value| ("x", *value)).collect();
    assert_eq!(decode::<T>(Verb::Get, &pairs, ""), Ok(want), "from {values:?}");
}

#[track_caller]
fn refused<T: FromArgument + Debug>(body: &str, text: &str) {
    assert_eq!(decode::<T>(Verb::Post, &[], body).unwrap_err(), text);
}

#[derive(Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
}

#[derive(Debug, PartialEq, Deserialize, schemars::JsonSchema)]
struct Outlet {
    number: u8,
}

#[derive(Debug, PartialEq, Deserialize, schemars::JsonSchema)]
struct Wrapped(Option<u8>);

#[test]
fn scalars_stand_for_one_another() {
    body("5", 5u8);
    body(r#""5""#, 5u8);
    body(r#"" -7 ""#, -7i64);
    body(r#""1.5""#, 1.5f64);
    body("5", "5".to_string());
    body("1.10", "1.10".to_string());
    body("true", "true".to_string());
    body(r#""True""#, true);
    body(r#""off""#, false);
    body("1", true);
    body(r#""caf\u00e9""#, "café".to_string());
    body(r#""5""#, Some(5u8));
    body(r#""high""#, Level::High);
    body(r#""3""#, Wrapped(Some(3)));
}

#[test]
fn values_objects_and_null_are_strict() {
    body(r#""5""#, json!("5"));
    body("null", None::<u8>);
    body(r#"{"number":2}"#, Outlet { number: 2 });
    refused::<Outlet>(
        r#"{"x":{"number":"2"}}"#,
        "argument `x` must be an object: invalid type: string \"2\", expected u8",
    );
    refused::<u8>(
        r#"{"x":null}"#,
        "argument `x` must be an integer from 0 to 255: invalid type: null, expected u8",
    );
    refused::<u8>(
        r#"{"x":true}"#,
        "argument `x` must be an integer from 0 to 255: invalid type: boolean `true`, expected u8",
    );
}

#[test]
fn lists_follow_their_items() {
    body(r#"["1",2]"#, vec![1u8, 2]);
    body(r#"[1,"a"]"#, vec!["1".to_string(), "a".into()]);
    body(r#"[1,2]"#, (1u8, 2u8));
    query(&["1", "2"], vec![1u8, 2]);
    query(&["1"], vec![1u8]);
    refused::<Vec<u8>>(
        r#"{"x":"a"}"#,
        "argument `x` must be an array: invalid type: string \"a\", expected a sequence",
    );
}

#[test]
fn a_query_has_only_text() {
    query(&["5"], 5u8);
    query(&["5"], "5".to_string());
    query(&["5"], json!("5"));
    query(&["true"], true);
    query(&["low"], Level::Low);
    query(&[r#"{"number":2}"#], Outlet { number: 2 });
    query(&["1", "2"], json!(["1", "2"]));
    query(&["5"], Some(5u8));
    let twice = decode::<u8>(Verb::Get, &[("x", "1"), ("x", "2")], "").unwrap_err();
    assert!(
        twice.contains("the key is repeated, but one value is wanted"),
        "{twice}"
    );
}

#[test]
fn missing_is_none_or_a_fault() {
    assert_eq!(decode::<Option<u8>>(Verb::Post, &[], "{}"), Ok(None));
    assert_eq!(decode::<Wrapped>(Verb::Post, &[], "null"), Ok(Wrapped(None)));
    assert_eq!(decode::<Option<Value>>(Verb::Post, &[], "  "), Ok(None));
    refused::<String>("", "missing argument `x`, a string");
    refused::<Level>("{}", "missing argument `x`, one of `low`, `high`");
    refused::<Level>(
        r#"{"x":"mid"}"#,
        "argument `x` must be one of `low`, `high`: unknown variant `mid`",
    );
}

#[test]
fn faults_name_the_argument_and_come_together() {
    refused::<u8>(
        r#"{"y":1}"#,
        "unknown argument `y`: this method takes `x`; missing argument `x`, an integer from 0 to 255",
    );
    refused::<u8>(r#"{"x":1,"x":2}"#, "argument `x` is given twice");
    refused::<u8>(
        "[1]",
        "invalid type: sequence, expected a JSON object whose keys are the method's arguments",
    );
    refused::<u8>(
        "7",
        "invalid type: integer `7`, expected a JSON object whose keys are the method's arguments",
    );
    refused::<u8>(
        "{",
        "the body is not JSON: EOF while parsing an object at line 1 column 1",
    );
    refused::<u8>(
        r#"{"x":1} x"#,
        "the body is not JSON: trailing characters at line 1 column 9",
    );
    let both = decode::<u8>(Verb::Delete, &[("x", "1")], r#"{"x":1}"#).unwrap_err();
    assert_eq!(both, "argument `x` is given both in the query and in the body");
    let post = decode::<u8>(Verb::Post, &[("x", "1")], r#"{"x":1}"#).unwrap_err();
    assert_eq!(
        post,
        "Unexpected arguments: x: a POST request takes its arguments from the body"
    );
    let none = Arguments::named(
        &Input {
            verb: Verb::Post,
            query: &[],
            body: br#"{"a":1}"#,
            content_type: None,
        },
        &[],
    );
    assert_eq!(
        none.err().map(|e| e.to_string()).as_deref(),
        Some("unknown argument `a`: this method takes none")
    );
}

#[test]
fn a_near_name_is_suggested() {
    let accepted: &'static [Argument] = Box::leak(Box::new([argument::<u8>("seconds")]));
    let input = Input {
        verb: Verb::Post,
        query: &[],
        body: br#"{"second":1}"#,
        content_type: None,
    };
    let text = Arguments::named(&input, accepted)
        .err()
        .map(|e| e.to_string())
        .unwrap_or_default();
    assert!(
        text.starts_with("unknown argument `second`, did you mean `seconds`?"),
        "{text}"
    );
}

#[test]
fn a_thousand_unknown_keys_end_early() {
    let members: BTreeMap<String, u8> = (0..1000).map(|n| (format!("k{n}"), 0)).collect();
    let text = decode::<Option<u8>>(Verb::Post, &[], &serde_json::to_string(&members).unwrap()).unwrap_err();
    assert!(text.len() < 2000, "{} bytes", text.len());

    let keys: Vec<String> = members.into_keys().collect();
    let query: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "0")).collect();
    let text = decode::<Option<u8>>(Verb::Get, &query, "").unwrap_err();
    assert!(text.len() < 2000, "{} bytes", text.len());
}

#[test]
fn a_body_that_is_no_text_is_refused_with_the_place() {
    let input = Input {
        verb: Verb::Post,
        query: &[],
        body: b"{\"a\": \"\xff\"}",
        content_type: None,
    };
    let refused = Arguments::of(&input, &Takes::Named(&[])).err().unwrap();
    assert_eq!(
        refused.to_string(),
        "the body is not JSON: it is not UTF-8 from byte 8 on"
    );
}

#[test]
fn a_raw_body_is_any_bytes() {
    let input = Input {
        verb: Verb::Put,
        query: &[],
        body: b"\xff\x00",
        content_type: Some("image/x"),
    };
    let raw: RawBody = input.body().unwrap();
    assert_eq!(
        raw,
        RawBody {
            content_type: Some("image/x".into()),
            bytes: vec![0xff, 0]
        }
    );
}

#[test]
fn a_typed_body_is_decoded_whole() {
    let input = Input {
        verb: Verb::Put,
        query: &[],
        body: br#"{"number":3}"#,
        content_type: None,
    };
    assert_eq!(input.body::<Outlet>(), Ok(Outlet { number: 3 }));
    let empty = Input { body: b"", ..input };
    assert_eq!(
        empty.body::<Outlet>().unwrap_err().to_string(),
        "this method needs a JSON body"
    );
    assert_eq!(empty.body::<Option<Outlet>>(), Ok(None));
}

#[test]
fn a_query_stands_for_the_body_of_get_and_delete() {
    let query = [("number".into(), "3".into())];
    let input = Input {
        verb: Verb::Get,
        query: &query,
        body: b"",
        content_type: None,
    };
    assert_eq!(input.body::<Outlet>(), Ok(Outlet { number: 3 }));
    assert_eq!(input.body::<Option<Outlet>>(), Ok(Some(Outlet { number: 3 })));
    assert_eq!(input.body::<Value>(), Ok(json!({"number": "3"})));
    let repeated = [
        ("a".into(), "1".into()),
        ("b".into(), "x".into()),
        ("a".into(), "2".into()),
    ];
    let many = Input {
        query: &repeated,
        ..input
    };
    assert_eq!(many.body::<Value>(), Ok(json!({"a": ["1", "2"], "b": "x"})));
    assert_eq!(many.body::<BTreeMap<String, Value>>().map(|map| map.len()), Ok(2));

    let text = |input: &Input<'_>| input.body::<Outlet>().unwrap_err().to_string();
    assert_eq!(text(&many), "query: missing field `number`");
    let beside = |body: &'static [u8]| Input { body, ..input };
    for body in [&b"{}"[..], b"null", b" null\n"] {
        assert_eq!(beside(body).body::<Outlet>(), Ok(Outlet { number: 3 }));
    }
    assert_eq!(
        beside(br#"{"a": [1, "2"]}"#).body::<Value>(),
        Ok(json!({"number": "3", "a": [1, "2"]}))
    );
    assert_eq!(
        text(&beside(br#"{"number": 3}"#)),
        "argument `number` is given both in the query and in the body"
    );
    assert_eq!(
        text(&beside(b"[1]")),
        "argument `number` is given in the query beside a body that is no object: send all arguments in one of them"
    );
    assert!(text(&beside(br#"{"a": 1, "a": 2}"#)).contains("argument `a` is given twice"));
    assert!(text(&beside(br#"{"a": "#)).starts_with("body: EOF"));
    let secret = Input {
        query: &repeated,
        ..beside(br#"{"number": "geheim", "password": 1}"#)
    };
    assert_eq!(text(&secret), "query and body: a value does not fit");
    let post = Input {
        verb: Verb::Post,
        ..input
    };
    assert_eq!(
        text(&post),
        "Unexpected arguments: number: a POST request takes its arguments from the body"
    );
    assert_eq!(
        input.body::<RawBody>().unwrap_err().to_string(),
        "Unexpected arguments: number: this method takes its body as it is and reads no query"
    );
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "only refused here")]
struct Login {
    user: String,
    password: u16,
}

/// What does not fit would be told by showing it.
#[test]
fn a_value_that_is_secret_is_not_repeated() {
    let fault = |name, body: &str| {
        let accepted: &'static [Argument] = Box::leak(Box::new([argument::<u16>(name)]));
        let input = Input {
            verb: Verb::Post,
            query: &[],
            body: body.as_bytes(),
            content_type: None,
        };
        Arguments::named(&input, accepted).unwrap().explain().to_string()
    };
    let must_be = "must be an integer from 0 to 65535";
    assert_eq!(
        fault("password", r#"{"password": "geheim"}"#),
        format!("argument `password` {must_be}")
    );
    let told = format!("argument `slot` {must_be}: invalid type: string \"seven\", expected u16");
    assert_eq!(fault("slot", r#"{"slot": "seven"}"#), told);

    let nested = decode::<Login>(Verb::Post, &[], r#"{"x": {"user": "u", "password": "geheim"}}"#).unwrap_err();
    assert!(
        nested.starts_with("argument `x` must be ") && !nested.contains("geheim"),
        "{nested}"
    );

    let input = Input {
        verb: Verb::Get,
        query: &[],
        body: br#"{"user": "u", "password": "geheim"}"#,
        content_type: None,
    };
    let text = |input: &Input<'_>| input.body::<Login>().unwrap_err().to_string();
    assert_eq!(text(&input), "body: a value does not fit, at line 1 column 34");
    let query = [("user".into(), "u".into()), ("password".into(), "geheim".into())];
    let in_query = Input {
        query: &query,
        body: b"",
        ..input
    };
    assert_eq!(text(&in_query), "query: a value does not fit");
    let other = Input {
        body: br#"{"user": 3, "pasword": 4}"#,
        ..input
    };
    assert_eq!(
        text(&other),
        "body: invalid type: integer `3`, expected a string at line 1 column 10"
    );
}
