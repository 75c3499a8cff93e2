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
    let named = fields(&mut ask)?;
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
    let named = fields(&mut ask)?;
    ask.no_query()?;
    find(&ask)?;
    let fields = named.unwrap_or_else(|| Fields::whole(ask.version));
    answer(&shown(&ask, &ask.ident, &fields))
}

/// `GET /v1/drivers/D/properties`: what the driver reads from a node's `driver_info`, in words.
pub(super) async fn properties(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let properties = find(&ask)?.record().properties.iter();
    let described: Map<String, Value> = properties
        .map(|property| (property.name.to_owned(), describe(property).into()))
        .collect();
    answer(&described)
}

/// The description as a sentence, then whether the property must be there.
fn describe(property: &Property) -> String {
    let need = if property.required { "Required." } else { "Optional." };
    match property.description.trim() {
        "" => need.into(),
        text if text.ends_with(['.', '!', '?']) => format!("{text} {need}"),
        text => format!("{text}. {need}"),
    }
}

/// `GET /v1/drivers/D/raid/logical_disk_properties`: no driver here builds arrays, so there are none.
pub(super) async fn raid_properties(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    find(&ask)?;
    answer(&Map::new())
}

fn find(ask: &Ask) -> Result<&Driver, Fault> {
    let driver = ask.context.catalogue.driver(&ask.ident);
    driver
        .map(|driver| &**driver)
        .ok_or_else(|| CallError::DriverNotFound(ask.ident.clone()).into())
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

fn fields(ask: &mut Ask) -> Result<Option<Fields>, Fault> {
    let Some(names) = ask.query.take_list("fields") else {
        return Ok(None);
    };
    if !ask.version.reaches(77) {
        return Err(Fault::not_acceptable(
            "Request not acceptable. fields= of drivers came with version 1.77",
        ));
    }
    Fields::named(&names).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_say_whether_they_are_required() {
        let described = |description, required| {
            describe(&Property {
                name: "address",
                description,
                required,
                secret: false,
                check: |_| None,
            })
        };
        assert_eq!(described("where it is", true), "where it is. Required.");
        assert_eq!(described("Where it is.\n", false), "Where it is. Optional.");
        assert_eq!(described("", false), "Optional.");
    }
}
