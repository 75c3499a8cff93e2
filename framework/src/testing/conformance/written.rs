//! What an author writes for others to read: documentation, and names.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::host::Takes;
use crate::testing::record::{Record, title};
use crate::testing::schema::{document_of, resolved};

pub(super) fn documentation(record: &Record) -> Vec<String> {
    let mut faults = Vec::new();
    let mut asked = |is_there: bool, what: String| {
        if !is_there {
            faults.push(format!("{what} says nothing of itself: write a doc comment"));
        }
    };
    let is_said = |text: &str| !text.trim().is_empty();
    asked(is_said(record.driver.description), "the driver's block".into());
    for property in record.driver.properties {
        asked(is_said(property.description), format!("property `{}`", property.name));
    }
    for method in &record.methods {
        let title = title(method);
        asked(is_said(method.description), title.clone());
        match &method.takes {
            Takes::Named(arguments) => {
                for argument in *arguments {
                    asked(
                        is_said(argument.description),
                        format!("argument `{}` of {title}", argument.name),
                    );
                }
            }
            Takes::Body(body) => {
                // A body without members of its own is what the method's documentation is about.
                let Some(document) = document_of(body.schema) else {
                    continue;
                };
                for (name, member) in members(&document) {
                    let text = |schema: &Value| schema.get("description").and_then(Value::as_str).is_some_and(is_said);
                    let is_documented = text(member) || text(resolved(&document, member));
                    asked(is_documented, format!("member `{name}` of the body of {title}"));
                }
            }
        }
    }
    faults
}

/// The members of a body that is an object, also where it may be left out.
fn members(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let alternatives = document.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let all = std::iter::once(document).chain(alternatives);
    all.filter_map(|schema| resolved(document, schema).get("properties")?.as_object())
        .flat_map(Map::iter)
}

pub(super) fn names(record: &Record) -> Vec<String> {
    let mut faults = Vec::new();
    let driver = record.driver;
    for name in std::iter::once(&driver.name).chain(driver.aliases) {
        if !is_word(name) {
            faults.push(format!("the driver's name `{name}` {RULE}"));
        }
    }
    let names = std::iter::once(driver.name).chain(driver.aliases.iter().copied());
    faults.extend(twice(names).map(|name| format!("the driver is named `{name}` twice")));
    let properties = driver.properties.iter().map(|property| property.name);
    faults.extend(twice(properties.clone()).map(|name| format!("property `{name}` is there twice")));
    faults.extend(
        properties
            .filter(|name| name.is_empty())
            .map(|_| "a property has no name".into()),
    );
    let levels = record.methods.iter().map(|method| title(method));
    let levels: Vec<String> = levels.collect();
    faults.extend(twice(levels.iter().map(String::as_str)).map(|title| format!("{title} is there twice")));
    for method in &record.methods {
        let title = title(method);
        if !is_word(method.name) {
            faults.push(format!("the name of {title} {RULE}"));
        }
        if method.name == "methods" {
            faults.push(format!("{title} has the name under which methods are listed"));
        }
        if method.verbs.is_empty() {
            faults.push(format!("{title} answers no verb"));
        }
        let verbs = method.verbs.iter().map(|verb| verb.as_str());
        faults.extend(twice(verbs).map(|verb| format!("{title} says {verb} twice")));
        if let Takes::Named(arguments) = &method.takes {
            let names = arguments.iter().map(|argument| argument.name);
            faults.extend(
                names
                    .clone()
                    .filter(|name| name.is_empty())
                    .map(|_| format!("an argument of {title} has no name")),
            );
            faults.extend(twice(names).map(|name| format!("{title} has the argument `{name}` twice")));
        }
    }
    faults
}

const RULE: &str = "is not made of 1 to 64 of a to z, 0 to 9, `_` and `-`";

fn is_word(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    (1..=64).contains(&name.len()) && name.chars().all(is_letter)
}

fn twice<'a>(names: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let mut seen = BTreeSet::new();
    names.filter(move |name| !seen.insert(*name))
}
