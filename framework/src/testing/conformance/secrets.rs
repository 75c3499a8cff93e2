//! Whether secrets stay where they are. Known secrets are planted and looked for: the values that the author's node
//! and configuration hold under secret names; strings in their place that no device knows, because what is refused
//! is what gets quoted; and arguments whose names speak of secrets.
//!
//! Looked for as they are, in messages, causes, log lines and progress. A secret in another form (encoded, cut in
//! half) and what a library writes to a log of its own are not seen.

use serde_json::{Map, Value, json};

use super::calls::{Plan, Planned, in_setup};
use super::setup::Setup;
use crate::__private::IsDriver;
use crate::host::{Property, speaks_of_secrets};
use crate::testing::node::TestNode;
use crate::testing::outcome::Outcome;
use crate::testing::record::{Record, title};

/// Shorter values stand in texts by chance.
const LENGTH_MIN: usize = 4;

/// A known secret.
struct Planted {
    value: String,
    place: String,
}

pub(super) fn secrets<D: IsDriver>(record: Record, setup: Setup) -> Vec<String> {
    let properties = record.driver.properties;
    let mut faults = checks(properties);
    let mut known = Vec::new();
    found(&setup.section(), "configuration", &|_| false, &mut known);
    let is_declared = |name: &str| {
        properties
            .iter()
            .any(|property| property.secret && property.name == name)
    };
    let info = Value::Object(setup.node.info().clone());
    found(&info, "driver_info", &is_declared, &mut known);
    let mut strange = Strange(0);
    let mut planted = info.clone();
    strange.plant(&mut planted, "driver_info", &is_declared, &mut known);
    faults.extend(in_setup::<D, _>(&record, setup, move |mut plan: Plan<D>| async move {
        let mut faults = std::mem::take(&mut plan.faults);
        if let Err(error) = plan.driver.start().await {
            faults.extend(leaks(
                &known,
                "its start",
                [error.to_string(), error.causes().unwrap_or_default()],
            ));
        }
        let strange_node = (planted != info).then(|| with_info(&plan.node, &planted));
        let nodes: Vec<TestNode> = [plan.node.clone()].into_iter().chain(strange_node).collect();
        for planned in plan.calls.clone() {
            let title = title(planned.method);
            for (arguments, of_call) in strange.beside(planned.arguments) {
                let call = Planned {
                    method: planned.method,
                    arguments,
                };
                for node in &nodes {
                    plan.node = node.clone();
                    let outcome = plan.request(&call).await;
                    let secrets: Vec<&Planted> = known.iter().chain(&of_call).collect();
                    faults.extend(leaks_of(&secrets, &title, &outcome));
                }
            }
        }
        let _ = plan.driver.stop().await;
        faults.sort();
        faults.dedup();
        faults
    }));
    faults
}

/// What the properties themselves say of a secret that does not fit.
fn checks(properties: &[Property]) -> Vec<String> {
    let mut faults = Vec::new();
    for property in properties.iter().filter(|property| property.secret) {
        let secret = "canary-of-a-secret";
        for value in [json!(secret), json!([secret]), json!({ secret: secret })] {
            let said = (property.check)(&value).unwrap_or_default();
            if said.contains(secret) {
                faults.push(format!("what is said of a wrong `{}` shows its value", property.name));
                break;
            }
        }
    }
    faults
}

/// Strings that stand under secret names, at any depth.
fn found(value: &Value, at: &str, is_declared: &dyn Fn(&str) -> bool, known: &mut Vec<Planted>) {
    let Value::Object(members) = value else { return };
    for (name, member) in members {
        let place = format!("{at}/{name}");
        match member {
            Value::String(text) if text.len() >= LENGTH_MIN && (is_declared(name) || speaks_of_secrets(name)) => {
                known.push(Planted {
                    value: text.clone(),
                    place,
                });
            }
            _ => found(member, &place, &|_| false, known),
        }
    }
}

/// Makes strings that stand nowhere else.
struct Strange(usize);

impl Strange {
    /// The arguments as they are given, and if there are secrets among them, also with strange ones in their place;
    /// each with what may not be told of it.
    fn beside(&mut self, given: Value) -> Vec<(Value, Vec<Planted>)> {
        let (mut secrets, mut strange_ones) = (Vec::new(), Vec::new());
        found(&given, "argument", &|_| false, &mut secrets);
        let mut strange = given.clone();
        self.plant(&mut strange, "argument", &|_| false, &mut strange_ones);
        let mut all = vec![(given, secrets)];
        if !strange_ones.is_empty() {
            all.push((strange, strange_ones));
        }
        all
    }

    /// Puts one in the place of each string under a secret name.
    fn plant(&mut self, value: &mut Value, at: &str, is_declared: &dyn Fn(&str) -> bool, known: &mut Vec<Planted>) {
        let Value::Object(members) = value else { return };
        for (name, member) in members {
            let place = format!("{at}/{name}");
            match member {
                Value::String(text) if is_declared(name) || speaks_of_secrets(name) => {
                    self.0 += 1;
                    *text = format!("canary-{}-of-a-secret", self.0);
                    known.push(Planted {
                        value: text.clone(),
                        place,
                    });
                }
                _ => self.plant(member, &place, &|_| false, known),
            }
        }
    }
}

fn with_info(node: &TestNode, info: &Value) -> TestNode {
    let members = info.as_object().into_iter().flat_map(Map::iter);
    members.fold(node.clone(), |node, (name, value)| node.driver_info(name, value))
}

/// Where secrets show in what came of a call.
fn leaks_of(secrets: &[&Planted], title: &str, outcome: &Outcome) -> Vec<String> {
    let mut texts: Vec<(&str, &str)> = Vec::new();
    if let Some(failure) = outcome.failure() {
        texts.push(("error", failure.message()));
        texts.extend(failure.causes().map(|causes| ("cause", causes)));
    }
    texts.extend(outcome.log().iter().map(|line| ("log", line.as_str())));
    texts.extend(
        outcome
            .progress()
            .iter()
            .map(|report| ("progress", report.text.as_str())),
    );
    let mut faults = Vec::new();
    for (what, text) in texts {
        let masked = secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(&secret.value, "******"));
        let shown = secrets.iter().filter(|secret| text.contains(&secret.value));
        faults.extend(shown.map(|secret| format!("{title} shows {} in its {what}: {masked}", secret.place)));
    }
    faults
}

fn leaks(known: &[Planted], what: &str, texts: [String; 2]) -> Vec<String> {
    let shown = |secret: &&Planted| texts.iter().any(|text| text.contains(&secret.value));
    let shown = known.iter().filter(shown);
    shown
        .map(|secret| format!("{what} shows {} in its error", secret.place))
        .collect()
}
