//! What the binary tells of its drivers and methods, as text and as JSON.

use bessemer::host::{LockMode, Method};
use serde_json::{Value, json};

use crate::catalogue::{Compiled, CompiledDriver};
use crate::config::{Diagnostic, Faults, Located, did_you_mean};
use crate::telemetry::one_line;

/// All drivers of this binary, and which are enabled: those listed, or all where nothing is listed.
pub(super) fn drivers(compiled: &Compiled, enabled: Option<&[Located<String>]>, json: bool) -> String {
    let is_enabled = |name: &str| enabled.is_none_or(|names| names.iter().any(|listed| listed.value == name));
    if json {
        let list: Vec<Value> = compiled
            .iter()
            .map(|driver| {
                let mut entry = entry(driver);
                entry["enabled"] = names(driver).filter(|name| is_enabled(name)).collect();
                entry
            })
            .collect();
        return pretty(&list.into());
    }
    let mut table = vec![["NAME", "ENABLED", "CRATE", "VERSION", "METHODS", ""].map(String::from)];
    for (name, driver) in compiled.names() {
        let (record, place) = (driver.record(), driver.place());
        table.push([
            name.into(),
            if is_enabled(name) { "yes" } else { "no" }.into(),
            place.crate_name.into(),
            place.crate_version.into(),
            format!("{}+{}", driver.node_methods().len(), driver.driver_methods().len()),
            match (name == record.name, driver.is_test()) {
                (false, true) => format!("alias of {}, for tests", record.name),
                (false, false) => format!("alias of {}", record.name),
                (true, true) => "for tests".into(),
                (true, false) => String::new(),
            },
        ]);
    }
    align(&table)
}

/// The methods of one driver, or of all.
pub(super) fn methods(compiled: &Compiled, driver: Option<&str>, json: bool) -> Result<String, Faults> {
    let drivers: Vec<&CompiledDriver> = match driver {
        None => compiled.iter().collect(),
        Some(name) => vec![compiled.by_name(name).ok_or_else(|| absent(compiled, name))?.1],
    };
    if json {
        let list: Vec<Value> = drivers.into_iter().map(entry).collect();
        return Ok(pretty(&list.into()));
    }
    let mut table = vec![["DRIVER", "LEVEL", "METHOD", "VERBS", "MODE", "LOCK", "DESCRIPTION"].map(String::from)];
    for driver in drivers {
        for method in driver.node_methods().iter().chain(driver.driver_methods()) {
            let verbs: Vec<&str> = method.verbs.iter().map(|verb| verb.as_str()).collect();
            table.push([
                driver.record().name.into(),
                level(method).into(),
                method.name.into(),
                verbs.join(","),
                if method.is_async { "async" } else { "sync" }.into(),
                lock(method).into(),
                method.description.lines().next().unwrap_or("").trim().into(),
            ]);
        }
    }
    Ok(align(&table))
}

/// The version, and what is in the binary.
pub(super) fn version(compiled: &Compiled, json: bool) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let path = std::env::current_exe()
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    if json {
        let drivers: Vec<Value> = compiled
            .iter()
            .map(|driver| json!({ "name": driver.record().name, "crate": driver.place().crate_name, "version": driver.place().crate_version }))
            .collect();
        return pretty(&json!({ "version": version, "binary": path, "drivers": drivers }));
    }
    let mut text = format!("bessemer {version}\n{path}\n");
    for driver in compiled.iter() {
        text += &format!(
            "{} ({} {})\n",
            driver.record().name,
            driver.place().crate_name,
            driver.place().crate_version
        );
    }
    text
}

fn absent(compiled: &Compiled, name: &str) -> Faults {
    let known: Vec<&str> = compiled.names().map(|(name, _)| name).collect();
    let mut fault = Diagnostic::fault(format!("no driver \"{name}\" is compiled into this binary"));
    if let Some(near) = did_you_mean(name, known.iter().copied()) {
        fault = fault.help(format!("did you mean \"{near}\"?"));
    }
    let mut faults = Faults::default();
    faults.push(fault.note(format!("compiled in: {}", known.join(", "))));
    faults
}

fn entry(driver: &CompiledDriver) -> Value {
    let (record, place) = (driver.record(), driver.place());
    let methods = |methods: &[&Method]| -> Vec<Value> { methods.iter().map(|method| method_entry(method)).collect() };
    json!({
        "name": record.name,
        "aliases": record.aliases,
        "description": record.description,
        "test": driver.is_test(),
        "crate": place.crate_name,
        "version": place.crate_version,
        "node_methods": methods(driver.node_methods()),
        "driver_methods": methods(driver.driver_methods()),
    })
}

fn method_entry(method: &Method) -> Value {
    let verbs: Vec<&str> = method.verbs.iter().map(|verb| verb.as_str()).collect();
    json!({
        "name": method.name,
        "description": method.description,
        "http_methods": verbs,
        "async": method.is_async,
        "attach": method.attach,
        "lock": lock(method),
        "file": method.place.file,
        "line": method.place.line,
    })
}

fn names(driver: &CompiledDriver) -> impl Iterator<Item = &'static str> {
    std::iter::once(driver.record().name).chain(driver.record().aliases.iter().copied())
}

fn level(method: &Method) -> &'static str {
    if method.entry.is_driver_level() {
        "driver"
    } else {
        "node"
    }
}

fn lock(method: &Method) -> &'static str {
    match method.entry.lock() {
        LockMode::Exclusive => "exclusive",
        LockMode::Shared => "shared",
        LockMode::None => "none",
    }
}

pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A value of a server's document in a table or a line: nothing in it ends the line or colours the terminal.
pub(super) fn word(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => one_line(text, usize::MAX).into_owned(),
        other => other.to_string(),
    }
}

/// Columns as wide as their widest cell.
pub(super) fn align<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let line: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text += line.join("  ").trim_end();
        text.push('\n');
    }
    text
}
