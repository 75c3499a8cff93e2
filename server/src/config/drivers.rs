//! `[drivers.<name>]`: free-form here, typed by the driver itself. Kept with the place of every key
//! and value, so that what the driver finds wrong later is still shown with line and caret.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bessemer::host::speaks_of_secrets;
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::Diagnostic;
use super::mask;
use super::origin::{Located, Origin, Source};

/// A driver's settings.
#[derive(Clone)]
pub struct DriverSection {
    /// The driver's name, at its header.
    pub name: Located<String>,
    /// The settings: always an object. Dates and times of TOML are text.
    pub table: Value,
    spot: Spot,
}

/// Where a key and its value were written, and the same for what is in the value.
#[derive(Clone)]
struct Spot {
    key: Origin,
    value: Origin,
    children: BTreeMap<String, Spot>,
}

impl DriverSection {
    /// Where the key at a path was written, for a fault of the name: `["bmc", "prot"]`. Elements of
    /// a list count from "0". If there is nothing at the path, the nearest thing above it: what is
    /// missing is missing there.
    pub fn key_origin<S: AsRef<str>>(&self, path: &[S]) -> &Origin {
        &self.spot.find(path).key
    }

    /// Where the value at a path was written, for a fault of the value; as [`Self::key_origin`]
    /// otherwise.
    pub fn value_origin<S: AsRef<str>>(&self, path: &[S]) -> &Origin {
        &self.spot.find(path).value
    }

    /// Where the first key of this name was written, at whatever depth.
    pub(super) fn origin_of_key(&self, name: &str) -> Option<&Origin> {
        self.spot.named(name).map(|spot| &spot.key)
    }

    /// The keys of the driver's own settings with their values, nested tables as paths, in the
    /// order of names.
    pub(super) fn leaves(&self) -> Vec<(Vec<&str>, &Value, &Origin)> {
        let mut leaves = Vec::new();
        collect(&self.table, &self.spot, &mut Vec::new(), &mut leaves);
        leaves
    }

    /// Reads a section; what cannot be kept becomes a fault and a null.
    pub(super) fn read(
        source: &Arc<Source>,
        name: &Spanned<impl AsRef<str>>,
        table: &DeTable<'_>,
        faults: &mut Vec<Diagnostic>,
    ) -> Self {
        let key = Origin::file(source, name.span());
        let mut reader = Reader { source, faults };
        let (table, children) = reader.table(table);
        let name = Located {
            value: name.get_ref().as_ref().to_owned(),
            origin: key.clone(),
        };
        DriverSection {
            name,
            table,
            spot: Spot {
                value: key.clone(),
                key,
                children,
            },
        }
    }

    /// Lays a later source over this one: tables are merged, anything else is replaced.
    pub(super) fn merge(&mut self, later: DriverSection) {
        merge(&mut self.table, &mut self.spot, later.table, later.spot);
    }
}

/// Shows the names of the settings only.
impl fmt::Debug for DriverSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&String> = self.spot.children.keys().collect();
        f.debug_struct("DriverSection")
            .field("name", &self.name.value)
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

impl Spot {
    fn named(&self, name: &str) -> Option<&Spot> {
        let below = || self.children.values().find_map(|child| child.named(name));
        self.children.get(name).or_else(below)
    }

    fn find<S: AsRef<str>>(&self, path: &[S]) -> &Spot {
        let mut spot = self;
        for part in path {
            match spot.children.get(part.as_ref()) {
                Some(child) => spot = child,
                None => break,
            }
        }
        spot
    }
}

fn collect<'a>(
    value: &'a Value,
    spot: &'a Spot,
    path: &mut Vec<&'a str>,
    leaves: &mut Vec<(Vec<&'a str>, &'a Value, &'a Origin)>,
) {
    match value {
        Value::Object(table) if path.is_empty() || !table.is_empty() => {
            for (key, child) in &spot.children {
                if let Some(value) = table.get(key) {
                    path.push(key);
                    collect(value, child, path, leaves);
                    path.pop();
                }
            }
        }
        _ => leaves.push((path.clone(), value, &spot.value)),
    }
}

fn merge(value: &mut Value, spot: &mut Spot, later: Value, later_spot: Spot) {
    match (value, later) {
        (Value::Object(table), Value::Object(later)) => {
            let mut later_spots = later_spot.children;
            for (key, later_value) in later {
                let Some(later_child) = later_spots.remove(&key) else {
                    continue;
                };
                match (table.get_mut(&key), spot.children.get_mut(&key)) {
                    (Some(value), Some(child)) => merge(value, child, later_value, later_child),
                    _ => {
                        table.insert(key.clone(), later_value);
                        spot.children.insert(key, later_child);
                    }
                }
            }
        }
        (value, later) => {
            *value = later;
            *spot = later_spot;
        }
    }
}

/// Turns TOML into JSON and remembers every place.
struct Reader<'a> {
    source: &'a Arc<Source>,
    faults: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>) -> (Value, BTreeMap<String, Spot>) {
        let mut object = Map::new();
        let mut children = BTreeMap::new();
        for (key, value) in table.iter() {
            let origin = self.at(key.span());
            let (value, spot) = self.value(value, origin, speaks_of_secrets(key.get_ref()));
            object.insert(key.get_ref().to_string(), value);
            children.insert(key.get_ref().to_string(), spot);
        }
        (Value::Object(object), children)
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, key: Origin, secret: bool) -> (Value, Spot) {
        // The span of a table is all of it, or its header, or the first dotted key: its name says
        // more.
        let origin = if value.get_ref().is_table() {
            key.clone()
        } else {
            self.at(value.span())
        };
        let mut children = BTreeMap::new();
        let json = match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Datetime(moment) => Value::String(moment.to_string()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::from(number),
                Err(_) => self.refuse(number, "more than 64 bits hold", &origin, secret),
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Value::from(number),
                _ => self.refuse(number, "not a finite number", &origin, secret),
            },
            DeValue::Array(list) => {
                let mut values = Vec::new();
                for (at, item) in list.iter().enumerate() {
                    let item_origin = self.at(item.span());
                    let (item, spot) = self.value(item, item_origin, secret);
                    values.push(item);
                    children.insert(at.to_string(), spot);
                }
                Value::Array(values)
            }
            DeValue::Table(table) => {
                let (table, spots) = self.table(table);
                children = spots;
                table
            }
        };
        (
            json,
            Spot {
                key,
                value: origin,
                children,
            },
        )
    }

    fn refuse(&mut self, number: &dyn fmt::Display, label: &str, origin: &Origin, secret: bool) -> Value {
        let number = if secret {
            mask::MASK.to_owned()
        } else {
            number.to_string()
        };
        let fault = Diagnostic::fault(format!("a driver's setting cannot be {number}"))
            .at(origin)
            .label(label);
        self.faults.push(if secret { fault.hide_value() } else { fault });
        Value::Null
    }

    fn at(&self, span: Range<usize>) -> Origin {
        Origin::file(self.source, span)
    }
}
