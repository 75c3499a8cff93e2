//! Tests of the configuration, a file per subject. What all of them use is here: sources without a machine behind them, and `check`.

mod any;
mod drivers;
mod faults;
mod fields;
mod layers;
mod refused;
mod secrets;
mod texts;
mod together;
mod values;

use super::draft::Draft;
use super::load::Sources;
use super::model::Config;
use super::origin::Source;
use super::{Colour, Diagnostic, Faults, FlagText, resolve, tree};

/// A machine called `box`, with a home.
fn machine() -> Sources {
    Sources {
        machine_host: "box".to_owned(),
        ..Sources::default()
    }
    .env("HOME", "/home/op")
}

impl Sources {
    fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, key: &str, text: &str, flag: &str) -> Self {
        self.flags.push(FlagText::new(key, text, flag));
        self
    }
}

/// Reads a text as `config.toml`.
fn read(text: &str) -> Result<(Config, Vec<Diagnostic>), Faults> {
    let mut draft = Draft::with_defaults();
    tree::lay(&Source::new("config.toml", text), &mut draft);
    resolve::resolve(draft, &machine()).sound()
}

fn config(text: &str) -> Config {
    read(text).unwrap_or_else(|faults| panic!("{faults}")).0
}

/// What is told about sources that have faults.
fn told<T>(result: Result<T, Faults>) -> String {
    result.err().expect("there should be a fault").render(Colour::Plain)
}

/// The text of `config.toml` gives exactly these diagnostics.
#[track_caller]
fn check(text: &str, expected: &str) {
    let told = told(read(text));
    assert_eq!(
        told.trim(),
        expected.trim(),
        "\n--- got:\n{told}\n--- expected:\n{expected}"
    );
}
