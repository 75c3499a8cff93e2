//! One operation for each verb of each method. Methods on nodes have one path whatever the node's driver is, and
//! OpenAPI has one operation for a path and a verb: where several drivers have a method of the same name, the
//! operation takes what any of them takes (`anyOf`, since a value may well suit two) and answers what any of them
//! answers, and `x-bessemer` tells which driver is which.

use std::collections::BTreeMap;

use bessemer::Verb;
use bessemer::host::LockMode;
use serde_json::{Map, Value, json};

use super::example::{self, Members};
use super::methods::Method;
use super::{Defined, EXTENSION, answers, parameters, put, tag};
use crate::catalogue::first_paragraph;

/// Path, verb in lower case, operation.
pub(super) fn all(methods: &[Method], defined: &Defined) -> Vec<(String, String, Value)> {
    let mut on_nodes: BTreeMap<(&str, Verb), Vec<&Method>> = BTreeMap::new();
    let mut operations = Vec::new();
    for method in methods {
        let name = method.record.name;
        for verb in method.verbs() {
            if !method.record.entry.is_driver_level() {
                on_nodes.entry((name, verb)).or_default().push(method);
                continue;
            }
            for driver in &method.names {
                operations.push((
                    format!("/v1/drivers/{driver}/vendor_passthru/{name}"),
                    word(verb),
                    operation(&[method], verb, &format!("driver.{driver}"), defined),
                ));
            }
        }
    }
    for ((name, verb), methods) in on_nodes {
        let mut operation = operation(&methods, verb, "node", defined);
        if let Some(list) = operation["parameters"].as_array_mut() {
            list.insert(0, parameters::reference("node_ident"));
        }
        operations.push((
            format!("/v1/nodes/{{node_ident}}/vendor_passthru/{name}"),
            word(verb),
            operation,
        ));
    }
    operations
}

fn word(verb: Verb) -> String {
    verb.as_str().to_ascii_lowercase()
}

fn operation(methods: &[&Method], verb: Verb, scope: &str, defined: &Defined) -> Value {
    let name = methods[0].record.name;
    let mut operation = json!({
        // No name has a dot in it, so no two operations have the same.
        "operationId": format!("{scope}.{name}.{}", word(verb)),
        "tags": methods.iter().map(|method| tag(method.driver)).collect::<Vec<_>>(),
        "summary": first_paragraph(methods[0].record.description),
        "description": description(methods),
        "parameters": [],
        "responses": answers::of(methods, defined),
        EXTENSION: methods
            .iter()
            .map(|method| (method.driver.to_owned(), facts(method)))
            .collect::<Map<_, _>>(),
    });
    if methods.iter().all(|method| method.record.deprecated.is_some()) {
        operation["deprecated"] = true.into();
    }
    if verb.reads_query() {
        operation["parameters"] = query(methods, defined).into();
    } else {
        put(&mut operation, "requestBody", body(methods, defined));
    }
    operation
}

/// The whole documentation, of each driver where there are several.
fn description(methods: &[&Method]) -> String {
    let texts = methods.iter().map(|method| {
        let mut text = method.record.description.trim().to_owned();
        if let Some(deprecation) = method.record.deprecated {
            let since = deprecation
                .since
                .map(|since| format!(" since {since}"))
                .unwrap_or_default();
            let note = deprecation.note.map(|note| format!(": {note}")).unwrap_or_default();
            text += &format!("\n\nDeprecated{since}{note}.");
        }
        match methods.len() {
            1 => text,
            _ => format!("On nodes of `{}`: {text}", method.driver),
        }
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

fn facts(method: &Method) -> Value {
    json!({
        "names": method.names,
        "async": method.record.is_async,
        "lock": match method.record.entry.lock() {
            LockMode::Exclusive => "exclusive",
            LockMode::Shared => "shared",
            LockMode::None => "none",
        },
        "timeout": method.timeout.as_secs_f64(),
    })
}

/// The arguments of a verb that has them in its query.
fn query(methods: &[&Method], defined: &Defined) -> Vec<Value> {
    let mut by_name: BTreeMap<&str, Vec<(&Method, &Value)>> = BTreeMap::new();
    let mut list = Vec::new();
    let mut wholes = Vec::new();
    for method in methods {
        let Some(schema) = &method.takes else { continue };
        if !method.is_named() {
            wholes.push((*method, schema));
            continue;
        }
        for (name, argument) in schema["properties"].as_object().into_iter().flatten() {
            by_name.entry(name).or_default().push((method, argument));
        }
    }
    for (name, arguments) in by_name {
        let is_required =
            arguments.len() == methods.len() && arguments.iter().all(|(method, _)| is_required(method, name));
        let schema = any_of(&arguments);
        let example = example::of(&schema, defined, Members::Needed);
        let mut parameter = json!({ "name": name, "in": "query", "required": is_required });
        put(&mut parameter, "description", arguments[0].1["description"].as_str());
        if is_object(&schema, defined) {
            // One value that is JSON, not a key for each member.
            let mut media = json!({ "schema": schema });
            put(&mut media, "example", example);
            parameter["content"] = json!({ "application/json": media });
        } else {
            parameter["schema"] = schema;
            put(&mut parameter, "example", example);
        }
        list.push(parameter);
    }
    if !wholes.is_empty() {
        list.push(json!({
            "name": "arguments",
            "in": "query",
            "description": "The members of an object, each a key of the query.",
            "style": "form",
            "explode": true,
            "schema": any_of(&wholes),
        }));
    }
    list
}

fn is_required(method: &Method, name: &str) -> bool {
    let required = method.takes.as_ref().and_then(|schema| schema["required"].as_array());
    required.is_some_and(|names| names.iter().any(|required| required == name))
}

/// Whether it is an object, or nothing.
fn is_object(schema: &Value, defined: &Defined) -> bool {
    let kinds = example::kinds(schema, defined);
    kinds.contains("object") && kinds.iter().all(|kind| ["object", "null"].contains(kind))
}

/// The arguments of a verb that has them in its body; `None` if there are none.
fn body(methods: &[&Method], defined: &Defined) -> Option<Value> {
    let mut content = Map::new();
    let with_json: Vec<(&Method, &Value)> = methods
        .iter()
        .filter_map(|method| Some((*method, method.takes.as_ref()?)))
        .filter(|(method, schema)| !method.is_named() || has_arguments(schema))
        .collect();
    if !with_json.is_empty() {
        let media = answers::media(&with_json, defined, Members::Needed);
        content.insert("application/json".into(), media);
    }
    if methods.iter().any(|method| method.takes.is_none()) {
        content.insert("*/*".into(), json!({}));
    }
    let is_required = with_json.len() == methods.len()
        && with_json
            .iter()
            .all(|(method, schema)| needs_body(method, schema, defined));
    (!content.is_empty()).then(|| json!({ "content": content, "required": is_required }))
}

fn has_arguments(schema: &Value) -> bool {
    schema["properties"]
        .as_object()
        .is_some_and(|arguments| !arguments.is_empty())
}

/// Whether a call without a body is refused.
fn needs_body(method: &Method, schema: &Value, defined: &Defined) -> bool {
    if method.is_named() {
        return schema.get("required").is_some();
    }
    let kinds = example::kinds(schema, defined);
    !kinds.contains("null") && !kinds.contains("any")
}

/// What any of these methods has; the schema itself where they have the same.
pub(super) fn any_of(schemas: &[(&Method, &Value)]) -> Value {
    let (_, first) = schemas[0];
    if schemas.iter().all(|(_, schema)| *schema == first) {
        return first.clone();
    }
    let variants = schemas.iter().map(|(method, schema)| match schema {
        Value::Object(members) if !members.contains_key("title") => {
            let mut titled = members.clone();
            titled.insert("title".into(), method.driver.into());
            titled.into()
        }
        other => (*other).clone(),
    });
    json!({ "anyOf": variants.collect::<Vec<_>>() })
}
