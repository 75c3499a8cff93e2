//! What is told when a driver refuses its section: each setting that does not fit, at its own place. What is secret is
//! not shown, neither by us nor in what the driver says.

use bessemer::Error;
use bessemer::host::{self, speaks_of_secrets};
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::diagnostic::Diagnostic;
use super::drivers::DriverSection;
use super::fits::{self, Misfit};
use super::kind::Given;
use super::mask;
use super::model::Config;
use super::options::DRIVERS;
use super::origin::Origin;

/// Shorter values stand in texts by chance.
const SECRET_BYTES_MIN: usize = 4;

/// How serde's messages begin where a value does not fit its type. Others are the driver's own.
const OF_SERDE: [&str; 6] = [
    "invalid type",
    "invalid value",
    "invalid length",
    "unknown variant",
    "missing field",
    "data did not match",
];

impl Config {
    /// What a driver says of itself, without the secrets of its section; it is called by any of its names.
    pub(crate) fn without_secrets_of(&self, driver: &host::Driver, text: &str) -> String {
        let names = std::iter::once(driver.name).chain(driver.aliases.iter().copied());
        let sections = names.filter_map(|name| self.driver(name));
        sections.fold(mask::without_passwords(text).into_owned(), |text, section| {
            section.without_secrets(&text)
        })
    }
}

impl DriverSection {
    /// The settings that do not fit the driver's type, by the schema of it.
    pub fn misfits(&self, schema: fn(&mut SchemaGenerator) -> Schema) -> Vec<Diagnostic> {
        let misfits = fits::misfits(schema, &self.table).into_iter();
        misfits.map(|misfit| self.misfit(misfit)).collect()
    }

    /// What is wrong, where the driver could not be made of this section for this reason.
    pub fn refused(&self, driver: &str, schema: fn(&mut SchemaGenerator) -> Schema, error: &Error) -> Vec<Diagnostic> {
        let text = error.message();
        if OF_SERDE.iter().any(|start| text.starts_with(start)) {
            let misfits = self.misfits(schema);
            if !misfits.is_empty() {
                return misfits;
            }
        }
        let text = self.without_secrets(text);
        let fault = Diagnostic::fault(format!("driver \"{driver}\" cannot be configured: {text}"));
        let fault = fault.at(self.origin_of(error.message()));
        vec![match error.causes() {
            Some(causes) => fault.note(self.without_secrets(&causes)),
            None => fault,
        }]
    }

    fn misfit(&self, misfit: Misfit) -> Diagnostic {
        let Misfit {
            path,
            is_missing,
            accepts,
        } = misfit;
        let name = format!("{DRIVERS}.{}.{}", self.name.value, path.join("."));
        if is_missing {
            let fault = Diagnostic::fault(format!("{name} is missing: {accepts}"));
            return fault.at(self.key_origin(&path));
        }
        let must = format!("{name} must be {accepts}");
        let fault = |message: String| Diagnostic::fault(message).at(self.value_origin(&path));
        if path.iter().any(|part| speaks_of_secrets(part)) {
            return fault(must).hide_value();
        }
        match self.at(&path) {
            Some(given) => fault(format!("{must}, not {}", repeated(given))),
            None => fault(must),
        }
    }

    fn at(&self, path: &[String]) -> Option<&Value> {
        path.iter().try_fold(&self.table, |value, part| match value {
            Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            other => other.get(part),
        })
    }

    /// Where that of which a text speaks was written: the first setting, at any depth, whose name stands in it in
    /// backticks; else the section.
    fn origin_of(&self, text: &str) -> &Origin {
        let mut named = text.split('`').skip(1).step_by(2);
        named
            .find_map(|name| self.origin_of_key(name))
            .unwrap_or(&self.name.origin)
    }

    fn without_secrets(&self, text: &str) -> String {
        let mut shown = mask::without_passwords(text).into_owned();
        for (path, value, _) in self.leaves() {
            if path.iter().any(|part| speaks_of_secrets(part)) {
                hide(value, &mut shown);
            }
        }
        shown
    }
}

/// A value as a message repeats it.
fn repeated(value: &Value) -> String {
    match value {
        Value::String(text) => Given::Text(text).repeated(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a table".into(),
        scalar => scalar.to_string(),
    }
}

fn hide(secret: &Value, shown: &mut String) {
    match secret {
        Value::String(text) if text.len() >= SECRET_BYTES_MIN => *shown = shown.replace(text, mask::MASK),
        Value::Array(items) => items.iter().for_each(|item| hide(item, shown)),
        Value::Object(members) => members.values().for_each(|member| hide(member, shown)),
        // As serde quotes it: a text has its own quotes.
        short => {
            *shown = shown
                .replace(&format!("`{short}`"), mask::MASK)
                .replace(&format!("string {short}"), mask::MASK)
        }
    }
}
