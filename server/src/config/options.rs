//! What can be asked of the option table: a row by name, the sections, the name in the environment,
//! the option that was probably meant. The rows themselves are in `table.rs`.

use std::time::Duration;

use super::kind::{Kind, Misfit};
use super::suggest::did_you_mean;
use super::table::OPTIONS;
use super::written::Written;

/// What the name of every variable starts with.
pub(super) const ENV_PREFIX: &str = "BESSEMER_";

/// The one section whose keys are not in the table.
pub(super) const DRIVERS: &str = "drivers";

/// A row of the table.
#[derive(Clone, Copy)]
pub(super) struct Opt {
    /// Its key path: `section.name`, or `name` at the top.
    pub(super) key: &'static str,
    pub(super) kind: Kind,
    /// The default, as TOML text.
    pub(super) default: &'static str,
    /// What the default stands for, if it does not speak for itself.
    pub(super) stands_for: Option<&'static str>,
    /// Ironic's section and name.
    pub(super) ironic: Option<&'static str>,
    /// Another key path under which it is read.
    pub(super) alias: Option<&'static str>,
    /// This row is Ironic's way to say the option named here; the two cannot stand in one source.
    pub(super) instead_of: Option<&'static str>,
    pub(super) secrecy: Secrecy,
    pub(super) doc: &'static str,
}

/// Whether a value may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    Public,
    /// Never shown.
    Secret,
}

/// Finds the option of a key path, which may be its alias.
pub(super) fn find(name: &str) -> Option<&'static Opt> {
    OPTIONS.iter().find(|opt| opt.names().any(|known| known == name))
}

/// Every section, each once, in the order of the table; the drivers' last.
pub(super) fn sections() -> Vec<&'static str> {
    let mut sections: Vec<&str> = OPTIONS.iter().filter_map(|opt| opt.section()).collect();
    sections.dedup();
    sections.push(DRIVERS);
    sections
}

/// The key path that was probably meant by a wrong one: a slip of the pen, or the right name in the
/// wrong section.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let all = || OPTIONS.iter().flat_map(Opt::names);
    let leaf = leaf(name);
    let near = did_you_mean(name, all()).filter(|near| {
        // A long section name must not buy its short option names more slips.
        strsim::osa_distance(&name.to_lowercase(), near) <= (leaf.chars().count() / 3).max(1)
    });
    near.or_else(|| all().find(|known| self::leaf(known).eq_ignore_ascii_case(leaf)))
}

/// The variable that sets the option of this key path.
pub(super) fn env_name(key: &str) -> String {
    format!("{ENV_PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// The last part of a key path.
pub(super) fn leaf(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

impl Opt {
    pub(super) const fn new(key: &'static str, kind: Kind, default: &'static str) -> Self {
        Opt {
            key,
            kind,
            default,
            stands_for: None,
            ironic: None,
            alias: None,
            instead_of: None,
            secrecy: Secrecy::Public,
            doc: "",
        }
    }

    pub(super) const fn stands_for(self, stands_for: &'static str) -> Self {
        Opt {
            stands_for: Some(stands_for),
            ..self
        }
    }

    pub(super) const fn ironic(self, ironic: &'static str) -> Self {
        Opt {
            ironic: Some(ironic),
            ..self
        }
    }

    pub(super) const fn alias(self, alias: &'static str) -> Self {
        Opt {
            alias: Some(alias),
            ..self
        }
    }

    pub(super) const fn instead_of(self, instead_of: &'static str) -> Self {
        Opt {
            instead_of: Some(instead_of),
            ..self
        }
    }

    pub(super) const fn doc(self, doc: &'static str) -> Self {
        Opt { doc, ..self }
    }

    /// Its key path, then its alias.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [Some(self.key), self.alias].into_iter().flatten()
    }

    /// Its section, unless it stands at the top of the file.
    pub(super) fn section(&self) -> Option<&'static str> {
        self.key.rsplit_once('.').map(|(section, _)| section)
    }
}

pub(super) const fn flag(set: fn(&mut Written, bool)) -> Kind {
    Kind::Flag { set }
}

pub(super) const fn count(min: u64, max: u64, unit: &'static str, set: fn(&mut Written, u64)) -> Kind {
    Kind::Count { min, max, unit, set }
}

pub(super) const fn duration(min: Duration, max: Duration, set: fn(&mut Written, Duration)) -> Kind {
    Kind::Duration { min, max, set }
}

pub(super) const fn text(form: &'static str, set: fn(&mut Written, &str) -> Result<(), Misfit>) -> Kind {
    Kind::Text { form, set }
}
