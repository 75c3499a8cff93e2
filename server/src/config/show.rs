//! `config show`: what is in force, as a file that could be read again, on request with the origin
//! of every value. Secrets are masked.

use bessemer::host::speaks_of_secrets;
use serde_json::Value;

use super::mask;
use super::model::Config;
use super::options::leaf;
use super::toml_text;

/// Whether `config show` tells where each value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origins {
    /// `config show`.
    Left,
    /// `config show --origin`.
    Told,
}

/// An assignment and what it came from.
type Line = (String, String);

impl Config {
    /// The effective values as TOML.
    pub fn show(&self, origins: Origins) -> String {
        let mut sections: Vec<(String, Vec<Line>)> = vec![(String::new(), Vec::new())];
        for setting in &self.settings {
            let section = setting.key.rsplit_once('.').map_or("", |(section, _)| section);
            let line = (
                format!("{} = {}", leaf(setting.key), setting.value),
                setting.origin.to_string(),
            );
            match sections.last_mut() {
                Some((last, lines)) if last == section => lines.push(line),
                _ => sections.push((section.to_owned(), vec![line])),
            }
        }
        for driver in &self.drivers {
            let lines = driver.leaves().into_iter().map(|(path, value, origin)| {
                let key: Vec<String> = path.iter().map(|part| toml_text::key(part)).collect();
                let secret = path.iter().any(|part| speaks_of_secrets(part));
                let value = masked(value, secret);
                (
                    format!("{} = {}", key.join("."), toml_text::value(&value)),
                    origin.to_string(),
                )
            });
            sections.push((
                format!("drivers.{}", toml_text::key(&driver.name.value)),
                lines.collect(),
            ));
        }
        let texts: Vec<String> = sections
            .iter()
            .map(|(name, lines)| section(name, lines, origins))
            .collect();
        texts.join("\n")
    }
}

/// What is below a secret key is secret, and so is a secret key in a list of tables.
fn masked(value: &Value, secret: bool) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|item| masked(item, secret)).collect(),
        Value::Object(table) => {
            let masked =
                |(key, value): (&String, &Value)| (key.clone(), masked(value, secret || speaks_of_secrets(key)));
            table.iter().map(masked).collect()
        }
        _ if secret => Value::from(mask::MASK),
        Value::String(text) => Value::from(mask::without_passwords(text)),
        _ => value.clone(),
    }
}

/// The origins stand in one column, as far as the values let them.
fn section(name: &str, lines: &[Line], origins: Origins) -> String {
    const COLUMN_MAX: usize = 48;
    let width = lines
        .iter()
        .map(|(line, _)| line.chars().count())
        .filter(|width| *width <= COLUMN_MAX)
        .max()
        .unwrap_or(0);
    let mut text = if name.is_empty() {
        String::new()
    } else {
        format!("[{name}]\n")
    };
    for (line, origin) in lines {
        match origins {
            Origins::Left => text.push_str(line),
            Origins::Told => text.push_str(&format!("{line:width$}  # {origin}")),
        }
        text.push('\n');
    }
    text
}
