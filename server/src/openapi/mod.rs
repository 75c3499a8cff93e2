//! The API of this server as an OpenAPI 3.1 document: the built-in routes, and one operation for each verb of each
//! method that an enabled driver has. It is made once, at the start, from the records alone, so the same binary with
//! the same configuration always writes the same text. How it is served is in `http/openapi.rs`.
//!
//! Methods appear in the form that has their name in the path, because OpenAPI tells operations apart by nothing else.
//! The methods on nodes of all drivers share one path; `operation.rs` says what becomes of two of the same name.

mod answers;
mod example;
mod methods;
mod names;
mod operation;
mod parameters;
mod routes;
mod schemas;

use serde_json::{Map, Value, json};

use crate::catalogue::{Catalogue, Compiled, CompiledDriver, offered};
use crate::config::{Config, Faults};

/// What each operation of a method tells beyond OpenAPI: its drivers, and for each its mode, its lock and its time.
const EXTENSION: &str = "x-bessemer";

/// The document as text, of a server with these drivers.
pub(crate) fn of(catalogue: &Catalogue, config: &Config) -> String {
    let offered: Vec<_> = catalogue
        .iter()
        .map(|(name, driver)| (name, driver.compiled()))
        .collect();
    render(&offered, config)
}

/// The same without making the drivers: a server with this configuration would answer it.
///
/// # Errors
/// If the configuration enables what is not compiled in.
pub(crate) fn of_binary(compiled: &Compiled, config: &Config) -> Result<String, Faults> {
    let mut faults = Faults::default();
    let offered = offered(compiled, config, &mut faults);
    if faults.is_empty() {
        Ok(render(&offered, config))
    } else {
        Err(faults)
    }
}

/// The document as text, for these drivers by the names they are enabled under.
fn render(offered: &[(&'static str, &CompiledDriver)], config: &Config) -> String {
    let (methods, defined) = methods::collect(offered, &config.conductor);
    let drivers: Vec<&str> = methods::names(offered);
    let mut paths = routes::paths();
    for (path, verb, operation) in operation::all(&methods, &defined) {
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[verb] = operation;
    }
    for item in paths.values_mut() {
        item["parameters"] = json!([parameters::reference(parameters::VERSION)]);
    }
    let mut schemas = schemas::all(&drivers);
    schemas.extend(defined);
    let document = json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Bessemer",
            "summary": "Vendor passthru of the drivers in this binary, as OpenStack Ironic's API offers it.",
            "description": DESCRIPTION,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": config.api.public_endpoint.as_deref().unwrap_or("/") }],
        "tags": tags(offered),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters::all(&drivers),
            "responses": answers::faults(),
            "headers": answers::headers(),
        },
    });
    format!("{document:#}\n")
}

const DESCRIPTION: &str = "\
Each vendor method is an operation of its own here, with its name at the end of the path. Ironic's clients name it in \
the query instead, `…/vendor_passthru?method=NAME`, which is answered alike; both at once is refused.

A method that is answered 202 runs in the background: `Location` is its task.

Text, numbers and booleans stand for one another where a method's argument asks for one of them; the schemas say what \
is meant.";

/// The collections of the built-in routes, then the drivers.
fn tags(offered: &[(&'static str, &CompiledDriver)]) -> Vec<Value> {
    let collections = routes::TAGS
        .iter()
        .map(|(name, description)| json!({ "name": name, "description": description }));
    let drivers = methods::drivers(offered).into_values().map(
        |(driver, _)| json!({ "name": tag(driver.record().name), "description": driver.record().description.trim() }),
    );
    collections.chain(drivers).collect()
}

/// The tag of a driver's methods; no collection is called so.
fn tag(driver: &str) -> String {
    format!("driver {driver}")
}

/// Puts a member in, if there is something to put in.
fn put(object: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object[name] = value.into();
    }
}

/// The schemas of the drivers' types, by their names.
type Defined = Map<String, Value>;

#[cfg(test)]
mod tests;
