//! The driver routes: what is offered here, by every name it is enabled under. Nothing in them changes while the
//! server runs.

mod view;

use axum::response::Response;
use bessemer::host::Property;
use serde_json::{Map, Value, json};

use self::view::{Fields, Shown};
use super::ask::{Ask, answer};
use super::fault::Fault;
use super::nodes::vendor_interface;
use super::passthru::described;
use super::query::{field_names, items};
use super::version::Version;
use crate::catalogue::Driver;
use crate::dispatch::CallError;

/// `GET /v1/drivers`.
pub(super) async fn list(mut ask: Ask) -> Result<Response, Fault> {
    let kind = ask.query.take("type")?;
    let detail = ask.query.take_bool("detail")?;
    if (kind.is_some() || detail.is_some()) && !ask.version.reaches(30) {
        return Err(Fault::not_acceptable(
            "Request not acceptable. type= and detail= came with version 1.30",
        ));
    }
    let names = ask.query.take_fields();
    if names.is_some() {
        fields_have_come(ask.version)?;
    }
    let named = names.map(|names| Fields::named(&names)).transpose()?;
    ask.no_query()?;
    let is_dynamic = match kind.as_deref() {
        None | Some("dynamic") => true,
        Some("classic") => false,
        Some(other) => {
            return Err(Fault::bad_request(format!(
                "type={other} is not valid; give dynamic or classic"
            )));
        }
    };
    let fields = match (named, detail) {
        (Some(_), Some(true)) => {
            return Err(Fault::bad_request(
                "Can't fetch a subset of fields with 'detail' set; give one of the two",
            ));
        }
        (Some(fields), _) => fields,
        (None, Some(true)) => Fields::whole(ask.version),
        (None, _) => Fields::listed(ask.version),
    };
    let names = ask
        .context
        .catalogue
        .iter()
        .filter(|_| is_dynamic)
        .map(|(name, _)| name);
    let drivers: Vec<Shown<'_>> = names.map(|name| shown(&ask, name, &fields)).collect();
    answer(&json!({ "drivers": drivers }))
}

/// `GET /v1/drivers/D`.
pub(super) async fn show(mut ask: Ask) -> Result<Response, Fault> {
    let names = ask.query.take_fields();
    ask.no_query()?;
    if names.is_some() {
        fields_have_come(ask.version)?;
    }
    find(&ask)?;
    let fields = names.map_or_else(|| Ok(Fields::whole(ask.version)), |names| Fields::named(&names))?;
    answer(&shown(&ask, &ask.ident, &fields))
}

/// `GET /v1/drivers/D/name,hosts`: what is not another resource is a list of fields.
pub(super) async fn show_fields(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    fields_have_come(ask.version)?;
    find(&ask)?;
    let fields = Fields::named(&field_names(items(&ask.after_ident(1))))?;
    answer(&shown(&ask, &ask.ident, &fields))
}

/// `GET /v1/drivers/D/…/…`, which Ironic takes for a list of fields too, and fails.
pub(super) async fn nowhere(ask: Ask) -> Fault {
    Fault::bad_request(format!(
        "there is nothing below {} of driver {}",
        ask.after_ident(1),
        ask.ident
    ))
}

/// `GET /v1/drivers/D/vendor_passthru/methods/M`.
pub(super) async fn method(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let (driver, name) = (known(&ask)?, ask.after_ident(3));
    described(driver.driver_method(&name), name)
}

/// `GET /v1/drivers/D/properties`: what the driver reads from a node's `driver_info`, in words.
pub(super) async fn properties(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let properties = known(&ask)?.record().properties.iter();
    let described: Map<String, Value> = properties
        .map(|property| (property.name.to_owned(), describe(property).into()))
        .collect();
    answer(&described)
}

/// The description as a sentence, then the default if there is one, then whether the property must be there: unless
/// the description has the last word itself, as those of Ironic's own drivers have.
fn describe(property: &Property) -> String {
    let mut text = property.description.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.ends_with("Required.") || text.ends_with("Optional.") {
        return text;
    }
    let mut add = |sentence: &str| {
        if !text.is_empty() {
            text.push_str(if text.ends_with(['.', '!', '?']) { " " } else { ". " });
        }
        text.push_str(sentence);
    };
    if let Some(default) = property.default.filter(|_| !property.secret) {
        match default() {
            Value::String(text) => add(&format!("Default is {text:?}.")),
            other => add(&format!("Default is {other}.")),
        }
    }
    add(if property.required { "Required." } else { "Optional." });
    text
}

/// `GET /v1/drivers/D/raid/logical_disk_properties`: no driver here builds arrays, so there are none.
pub(super) async fn raid_properties(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    if !ask.version.reaches(12) {
        return Err(Fault::not_acceptable(
            "Request not acceptable. Properties of logical disks came with version 1.12",
        ));
    }
    known(&ask)?;
    answer(&Map::new())
}

fn find(ask: &Ask) -> Result<&Driver, Fault> {
    let driver = ask.context.catalogue.driver(&ask.ident);
    driver
        .map(|driver| &**driver)
        .ok_or_else(|| CallError::DriverNotFound(ask.ident.clone()).into())
}

/// The same for what is below a driver, of which Ironic says it in other words.
fn known(ask: &Ask) -> Result<&Driver, Fault> {
    find(ask).map_err(|_| CallError::DriverUnknown(ask.ident.clone()).into())
}

fn shown<'a>(ask: &'a Ask, name: &'a str, fields: &'a Fields) -> Shown<'a> {
    let vendor = vendor_interface(&ask.context, name);
    Shown {
        name,
        vendor,
        host: &ask.context.host,
        base: &ask.base,
        fields,
    }
}

fn fields_have_come(version: Version) -> Result<(), Fault> {
    if version.reaches(77) {
        return Ok(());
    }
    Err(Fault::not_acceptable(
        "Request not acceptable. fields= of drivers came with version 1.77",
    ))
}

#[cfg(test)]
mod tests {
    use schemars::Schema;

    use super::*;

    const ADDRESS: Property = Property {
        name: "address",
        description: "where it is",
        required: true,
        secret: false,
        schema: |_| Schema::default(),
        default: None,
        check: |_| None,
    };

    #[test]
    fn properties_say_whether_they_are_required() {
        let described = |description, required| {
            describe(&Property {
                description,
                required,
                ..ADDRESS
            })
        };
        assert_eq!(described("where it is", true), "where it is. Required.");
        assert_eq!(described("Where it\nis.\n", false), "Where it is. Optional.");
        assert_eq!(described("", false), "Optional.");
        assert_eq!(
            described("A1 description. Required.", false),
            "A1 description. Required."
        );
    }

    #[test]
    fn properties_say_what_they_are_by_default() {
        let described = |default, secret| {
            describe(&Property {
                required: false,
                default: Some(default),
                secret,
                ..ADDRESS
            })
        };
        assert_eq!(
            described(|| json!(623), false),
            "where it is. Default is 623. Optional."
        );
        assert_eq!(
            described(|| json!("x"), false),
            "where it is. Default is \"x\". Optional."
        );
        assert_eq!(described(|| json!("hidden"), true), "where it is. Optional.");
    }
}
