//! The two layers above the files: environment variables, then flags. Both are texts, read by the
//! type of their option.

use std::ffi::OsString;

use super::diagnostic::Diagnostic;
use super::draft::{Draft, Layer};
use super::kind::Given;
use super::load::{FILE_VARIABLE, FlagText};
use super::options::{self, DRIVERS, ENV_PREFIX};
use super::origin::Origin;

/// Lays the `BESSEMER_…` variables over the draft, in the order of their names.
pub(super) fn lay_environment(env: &[(OsString, OsString)], draft: &mut Draft) {
    let mut ours: Vec<(String, &OsString)> = env
        .iter()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
        .filter(|(name, _)| name.starts_with(ENV_PREFIX) && name != FILE_VARIABLE)
        .collect();
    ours.sort();
    let mut layer = draft.layer();
    for (name, value) in ours {
        variable(&name, value, &mut layer);
    }
    layer.finish();
}

/// Lays the flags over the draft, in the order given.
pub(super) fn lay_flags(flags: &[FlagText], draft: &mut Draft) {
    let mut layer = draft.layer();
    for FlagText { key, text, flag } in flags {
        let origin = Origin::flag(flag, text);
        match options::find(key) {
            Some(opt) => layer.take(opt, key, Given::Text(text), &origin.at_name(), origin),
            // The value may be a secret, as that of an unknown variable.
            None => {
                let fault = Diagnostic::fault(format!("{flag} sets {key}, which is no option"));
                layer.fault(fault.at(&Origin::flag(flag, "…").at_name()));
            }
        }
    }
    layer.finish();
}

fn variable(name: &str, value: &OsString, layer: &mut Layer<'_>) {
    let Some((opt, key)) = by_variable(name) else {
        if !is_service_link(name, &value.to_string_lossy()) {
            layer.fault(unknown(name));
        }
        return;
    };
    match value.to_str() {
        Some(text) => {
            let origin = Origin::env(name, text);
            layer.take(opt, key, Given::Text(text), &origin.at_name(), origin);
        }
        None => {
            let origin = Origin::env(name, &value.to_string_lossy());
            layer.fault(
                Diagnostic::fault(format!("{name} is not UTF-8"))
                    .at(&origin)
                    .label("cannot be read as text")
                    .hide_value(),
            );
        }
    }
}

fn by_variable(name: &str) -> Option<(&'static options::Opt, &'static str)> {
    let names = super::table::OPTIONS
        .iter()
        .flat_map(|opt| opt.names().map(move |key| (opt, key)));
    names.into_iter().find(|(_, key)| options::env_name(key) == name)
}

/// The value is left out of the picture: what an unknown variable holds may be a secret.
fn unknown(name: &str) -> Diagnostic {
    let fault = Diagnostic::fault(format!("unknown variable {name}")).at(&Origin::env(name, "…").at_name());
    let meant = name
        .strip_prefix(ENV_PREFIX)
        .unwrap_or(name)
        .to_lowercase()
        .replace("__", ".");
    if meant.starts_with(&format!("{DRIVERS}.")) {
        return fault
            .label("a driver's settings have no variables")
            .help("write them below [drivers.<name>], in a file in conf.d if they are secret");
    }
    match options::nearest(&meant) {
        Some(near) => fault.label(format!("did you mean {}?", options::env_name(near))),
        None => fault.label("no option has this name").help(format!(
            "variables that start with {ENV_PREFIX} are options: {ENV_PREFIX}<SECTION>__<NAME>"
        )),
    }
}

/// Kubernetes puts such variables into every pod when a service is called `bessemer` or
/// `bessemer-…`; nobody wrote them.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_url = ["tcp://", "udp://", "sctp://"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    let of_port = ["_TCP", "_UDP", "_SCTP"].iter().any(|protocol| {
        name.find(protocol).is_some_and(|at| {
            name[..at]
                .rsplit_once("PORT_")
                .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
        })
    });
    name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || name.ends_with("_PORT") && is_url || of_port
}
