//! The listing of a driver's methods as JSON, rendered once at start-up: nothing in it changes afterwards.

use bessemer::host::{LockMode, Method};
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Method name → what Ironic says of a method.
pub(super) fn render(methods: &[&Method]) -> Bytes {
    let listing: Map<String, Value> = methods
        .iter()
        .map(|method| (method.name.into(), describe(method)))
        .collect();
    Bytes::from(Value::Object(listing).to_string())
}

fn describe(method: &Method) -> Value {
    let verbs: Vec<&str> = method.verbs.iter().map(|verb| verb.as_str()).collect();
    let mut entry = json!({
        "http_methods": verbs,
        "async": method.is_async,
        "description": first_paragraph(method.description),
        "attach": method.attach,
    });
    if !method.entry.is_driver_level() {
        entry["require_exclusive_lock"] = (method.entry.lock() == LockMode::Exclusive).into();
    }
    entry
}

/// A listing has one line for a method; the whole text is in the documentation.
fn first_paragraph(text: &str) -> String {
    let lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
