//! What a JSON document must look like. A shape is JSON itself, in which some texts stand for more than themselves:
//! `<any>`, `<text>`, `<number>`, `<bool>`, `<object>`, `<list>`, `<uuid>`, `<time>`, and `<base>` at the beginning of
//! a text for the server's URL.

use serde_json::Value;

/// Whether a shape names all members of its objects, or some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Members {
    All,
    Some,
}

/// Where a document is not as the shape says.
pub(crate) fn misfits(shape: &Value, actual: &Value, members: Members, base: &str) -> Vec<String> {
    let mut found = Vec::new();
    compare(shape, actual, members, base, "$", &mut found);
    found
}

fn compare(shape: &Value, actual: &Value, members: Members, base: &str, at: &str, found: &mut Vec<String>) {
    if let Value::String(word) = shape
        && let Some(fits) = stands_for(word, actual)
    {
        if !fits {
            found.push(format!("{at} should be {word}, but is {actual}"));
        }
        return;
    }
    match (shape, actual) {
        (Value::Object(shape), Value::Object(actual)) => {
            for (key, shape) in shape {
                match actual.get(key) {
                    Some(actual) => compare(shape, actual, members, base, &format!("{at}.{key}"), found),
                    None => found.push(format!("{at}.{key} is not there")),
                }
            }
            let others = actual.keys().filter(|key| !shape.contains_key(*key));
            if members == Members::All {
                found.extend(others.map(|key| format!("{at}.{key} should not be there")));
            }
        }
        (Value::Array(shape), Value::Array(actual)) if shape.len() == actual.len() => {
            for (index, (shape, actual)) in shape.iter().zip(actual).enumerate() {
                compare(shape, actual, members, base, &format!("{at}[{index}]"), found);
            }
        }
        (Value::String(text), Value::String(actual)) if text.starts_with("<base>") => {
            let text = text.replacen("<base>", base, 1);
            if text != *actual {
                found.push(format!("{at} should be {text:?}, but is {actual:?}"));
            }
        }
        (shape, actual) if shape != actual => found.push(format!("{at} should be {shape}, but is {actual}")),
        _ => {}
    }
}

/// Whether the value is what the word stands for; `None` if it is a word like any other.
fn stands_for(word: &str, actual: &Value) -> Option<bool> {
    let text = actual.as_str().unwrap_or("");
    Some(match word {
        "<any>" => true,
        "<text>" => actual.is_string(),
        "<number>" => actual.is_number(),
        "<bool>" => actual.is_boolean(),
        "<object>" => actual.is_object(),
        "<list>" => actual.is_array(),
        "<uuid>" => text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
        // 2026-11-22T10:00:00.000000+00:00, or without the fraction: RFC 3339.
        "<time>" => text.len() >= 25 && text.ends_with("+00:00") && text.as_bytes()[10] == b'T',
        _ => return None,
    })
}

#[test]
fn shapes_fit_what_they_say_and_nothing_else() {
    use serde_json::json;

    let shape = json!({ "a": "<text>", "b": [{ "c": "<base>/v1" }], "d": null });
    let fits = json!({ "a": "x", "b": [{ "c": "http://h/v1" }], "d": null });
    assert_eq!(misfits(&shape, &fits, Members::All, "http://h"), [""; 0]);
    for (wrong, part) in [
        (json!({ "a": 1, "b": [{ "c": "http://h/v1" }], "d": null }), "$.a"),
        (json!({ "a": "x", "b": [], "d": null }), "$.b"),
        (json!({ "a": "x", "b": [{ "c": "http://g/v1" }], "d": null }), "$.b[0].c"),
        (json!({ "a": "x", "b": [{ "c": "http://h/v1" }] }), "$.d is not there"),
        (json!({ "a": "x", "b": [{ "c": "http://h/v1" }], "d": null, "e": 1 }), "$.e should not"),
    ] {
        let found = misfits(&shape, &wrong, Members::All, "http://h");
        assert!(found.len() == 1 && found[0].starts_with(part), "{wrong}: {found:?}");
    }
    let more = json!({ "a": "x", "b": [{ "c": "http://h/v1", "x": 1 }], "d": null, "e": 1 });
    assert_eq!(misfits(&shape, &more, Members::Some, "http://h"), [""; 0]);
}
