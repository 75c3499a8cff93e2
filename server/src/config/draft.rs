//! A configuration in the making: layers are laid over one another, faults are gathered, nothing
//! stops at the first.
//!
//! What a reader must know: a source is one [`Layer`]. Within a layer, saying one option twice
//! under two names is a fault; between layers the later one wins.

use std::path::PathBuf;

use toml::de::DeValue;

use super::diagnostic::{Diagnostic, Faults};
use super::drivers::DriverSection;
use super::kind::{Given, Misfit};
use super::mask;
use super::model::Setting;
use super::options::{Opt, Secrecy};
use super::origin::{Located, Origin};
use super::table::OPTIONS;
use super::toml_text;
use super::written::Written;

#[derive(Default)]
pub(super) struct Draft {
    pub(super) written: Written,
    pub(super) settings: Vec<Setting>,
    pub(super) drivers: Vec<DriverSection>,
    pub(super) files: Vec<Located<PathBuf>>,
    pub(super) faults: Faults,
    /// Options of which some layer's value was refused: what depends on them cannot be judged.
    refused: Vec<&'static str>,
}

impl Draft {
    /// The bottom layer.
    pub(super) fn with_defaults() -> Self {
        let mut draft = Draft::default();
        let mut layer = draft.layer();
        for opt in OPTIONS.iter().filter(|opt| opt.instead_of.is_none()) {
            match DeValue::parse(opt.default) {
                Ok(value) => layer.take(
                    opt,
                    opt.key,
                    Given::Tree(value.get_ref()),
                    &Origin::Default,
                    Origin::Default,
                ),
                Err(error) => layer.fault(Diagnostic::fault(format!(
                    "default of {} is not TOML: {error}",
                    opt.key
                ))),
            }
        }
        layer.finish();
        draft
    }

    /// Opens a layer over what is there.
    pub(super) fn layer(&mut self) -> Layer<'_> {
        Layer {
            draft: self,
            given: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Whether every value given for these options was accepted.
    pub(super) fn is_sound(&self, keys: &[&str]) -> bool {
        !self.refused.iter().any(|refused| keys.contains(refused))
    }

    pub(super) fn origin(&self, key: &str) -> &Origin {
        Setting::origin(&self.settings, key)
    }

    fn set(&mut self, key: &'static str, value: String, origin: Origin) {
        let setting = Setting {
            key,
            value: mask::without_passwords(&value).into_owned(),
            origin,
        };
        match self.settings.iter_mut().find(|known| known.key == key) {
            Some(known) => *known = setting,
            None => self.settings.push(setting),
        }
    }
}

/// One source: a file, the environment, or the command line.
pub(super) struct Layer<'d> {
    pub(super) draft: &'d mut Draft,
    given: Vec<Mention>,
    faults: Vec<Diagnostic>,
}

/// That this layer names an option, and how.
struct Mention {
    opt: &'static Opt,
    name: String,
    key: Origin,
}

impl Layer<'_> {
    /// Reads one value; `name` is the key path as it was written, `key` and `value` are their
    /// places.
    pub(super) fn take(&mut self, opt: &'static Opt, name: &str, given: Given<'_>, key: &Origin, value: Origin) {
        self.given.push(Mention {
            opt,
            name: name.to_owned(),
            key: key.clone(),
        });
        match opt.kind.read(&given, &value, &mut self.draft.written) {
            Ok(text) => {
                let text = match opt.secrecy {
                    Secrecy::Public => text,
                    Secrecy::Secret => toml_text::string(mask::MASK),
                };
                self.draft.set(opt.instead_of.unwrap_or(opt.key), text, value);
            }
            Err(misfits) => {
                self.draft.refused.push(opt.instead_of.unwrap_or(opt.key));
                self.faults.extend(
                    misfits
                        .0
                        .into_iter()
                        .map(|misfit| refusal(opt, name, &given, &value, misfit)),
                );
            }
        }
    }

    pub(super) fn fault(&mut self, fault: Diagnostic) {
        self.faults.push(fault);
    }

    /// Closes the layer: what only the whole of it shows is checked, and its faults are put in the
    /// order of its text.
    pub(super) fn finish(mut self) {
        self.faults.extend(two_names(&self.given));
        self.faults.extend(two_ways(&self.given));
        // Variables and flags are texts of their own and come in order already; the sort is stable.
        self.faults.sort_by_key(|fault| match fault.origin() {
            Origin::File(place) => place.span.start,
            _ => 0,
        });
        self.draft.faults.extend(self.faults);
    }
}

fn refusal(opt: &Opt, name: &str, given: &Given<'_>, value: &Origin, misfit: Misfit) -> Diagnostic {
    let accepts = opt.kind.accepts();
    let (origin, message) = match misfit.part {
        _ if opt.secrecy == Secrecy::Secret => (value.clone(), format!("{name} must be {accepts}")),
        Some((span, found)) => (
            value.with_span(span),
            format!("{name} must be {accepts}, and {found} is no name"),
        ),
        None => (
            value.clone(),
            format!("{name} must be {accepts}, not {}", given.repeated()),
        ),
    };
    let mut fault = Diagnostic::fault(message).at(&origin).label(misfit.label);
    if let Some(help) = misfit.help {
        fault = fault.help(help);
    }
    if opt.secrecy == Secrecy::Secret {
        fault.hide_value()
    } else {
        fault
    }
}

/// An option given under its name and under its alias.
fn two_names(given: &[Mention]) -> impl Iterator<Item = Diagnostic> {
    given.iter().enumerate().filter_map(|(at, second)| {
        let first = given[..at]
            .iter()
            .find(|first| std::ptr::eq(first.opt, second.opt) && first.name != second.name)?;
        let message = format!("{} and {} are two names of one option", first.name, second.name);
        Some(
            Diagnostic::fault(message)
                .at(&second.key)
                .label("given again under its other name")
                .context(&first.key, "first given here")
                .help(format!("keep {}", second.opt.key)),
        )
    })
}

/// An option given directly and in Ironic's way; one fault, however many options Ironic's way has.
fn two_ways(given: &[Mention]) -> Option<Diagnostic> {
    let other = given.iter().find(|mention| mention.opt.instead_of.is_some())?;
    let direct = given
        .iter()
        .find(|mention| Some(mention.opt.key) == other.opt.instead_of)?;
    let message = format!("{} and {} say the same thing twice", direct.name, other.name);
    Some(
        Diagnostic::fault(message)
            .at(&other.key)
            .label("Ironic's way to say it")
            .context(&direct.key, "says it directly")
            .help(format!("keep {}", direct.name)),
    )
}
