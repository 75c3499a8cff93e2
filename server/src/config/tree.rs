//! Walks a file's spanned tree along the option table. Whatever does not fit becomes a fault at its
//! own place; the walk goes on.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::Diagnostic;
use super::draft::{Draft, Layer};
use super::drivers::DriverSection;
use super::kind::Given;
use super::options::{self, DRIVERS};
use super::origin::{Origin, Source};
use super::suggest::did_you_mean;

/// Lays a file over the draft. Broken syntax is one fault: what follows it would be guesses.
pub(super) fn lay(source: &Arc<Source>, draft: &mut Draft) {
    match DeTable::parse(source.text()) {
        Ok(tree) => {
            let mut walk = Walk {
                source,
                layer: draft.layer(),
            };
            walk.top(tree.get_ref());
            walk.layer.finish();
        }
        Err(error) => {
            let fault = Diagnostic::fault(format!("{} is not valid TOML", source.name()));
            let span = error.span().unwrap_or_default();
            draft
                .faults
                .push(fault.at(&Origin::file(source, span)).label(error.message()));
        }
    }
}

struct Walk<'a> {
    source: &'a Arc<Source>,
    layer: Layer<'a>,
}

type Key<'a> = Spanned<toml::de::DeString<'a>>;
type Entry<'a> = Spanned<DeValue<'a>>;

impl Walk<'_> {
    fn top(&mut self, table: &DeTable<'_>) {
        let sections = options::sections();
        for (key, value) in in_order(table) {
            let name = key.get_ref().as_ref();
            if !sections.contains(&name) {
                self.option(name, key, value);
            } else if let Some(table) = value.get_ref().as_table() {
                if name == DRIVERS {
                    self.drivers(table)
                } else {
                    self.section(name, table)
                }
            } else {
                let fault = Diagnostic::fault(format!("{name} is a section, not an option"));
                self.layer.fault(
                    fault
                        .at(&self.at(value))
                        .label(format!("write its options below [{name}]")),
                );
            }
        }
    }

    fn section(&mut self, section: &str, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            self.option(&format!("{section}.{}", key.get_ref()), key, value);
        }
    }

    fn option(&mut self, name: &str, key: &Key<'_>, value: &Entry<'_>) {
        let key_at = Origin::file(self.source, key.span());
        match options::find(name) {
            Some(opt) => {
                let value_at = self.at(value);
                self.layer
                    .take(opt, name, Given::Tree(value.get_ref()), &key_at, value_at);
            }
            None if !name.contains('.') && value.get_ref().is_table() => {
                self.layer.fault(unknown_section(name).at(&key_at))
            }
            None => self.layer.fault(unknown_option(name).at(&key_at)),
        }
    }

    fn drivers(&mut self, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            let name = key.get_ref();
            let Some(table) = value.get_ref().as_table() else {
                let fault = Diagnostic::fault(format!("drivers.{name} is a section, not an option"));
                self.layer.fault(
                    fault
                        .at(&self.at(value))
                        .label(format!("write the driver's options below [drivers.{name}]")),
                );
                continue;
            };
            let mut faults = Vec::new();
            let section = DriverSection::read(self.source, key, table, &mut faults);
            faults.into_iter().for_each(|fault| self.layer.fault(fault));
            let sections = &mut self.layer.draft.drivers;
            match sections.iter_mut().find(|known| known.name.value == section.name.value) {
                Some(known) => known.merge(section),
                None => sections.push(section),
            }
        }
    }

    fn at(&self, value: &Entry<'_>) -> Origin {
        Origin::file(self.source, value.span())
    }
}

/// The parser sorts by name; a reader of the file goes from top to bottom.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Key<'i>, &'t Entry<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn unknown_section(name: &str) -> Diagnostic {
    let sections = options::sections();
    let fault = Diagnostic::fault(format!("unknown section [{name}]"));
    match did_you_mean(name, sections.iter().copied()) {
        Some(near) => fault.label(format!("did you mean [{near}]?")),
        None => fault
            .label("no such section")
            .note(format!("sections: {}", sections.join(", ")))
            .help(format!("if it is a driver, its settings go below [drivers.{name}]")),
    }
}

fn unknown_option(name: &str) -> Diagnostic {
    let fault = Diagnostic::fault(format!("unknown option {name}"));
    let section = |key: &'static str| key.rsplit_once('.').map(|(section, _)| section);
    let here = name.rsplit_once('.').map(|(section, _)| section);
    let Some(near) = options::nearest(name) else {
        return fault
            .label("no such option")
            .help("`bessemer config sample` shows every option");
    };
    match section(near) {
        there if there == here => fault.label(format!("did you mean \"{}\"?", options::leaf(near))),
        Some(there) => fault.label(format!("did you mean \"{}\" of [{there}]?", options::leaf(near))),
        None => fault.label(format!(
            "did you mean \"{near}\", at the top of the file, before any [section]?"
        )),
    }
}
