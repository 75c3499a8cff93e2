//! The conductor routes. There is one conductor, this server, and it is alive: it answers.

use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::ask::{Ask, answer, links};
use super::fault::Fault;
use super::nodes::Time;
use super::paging::Paging;
use super::query::{field_names, items, only_known};

/// Fields of a conductor, in the order of a listing; the last three are shown on request.
const FIELDS: [&str; 7] = [
    "hostname",
    "conductor_group",
    "alive",
    "links",
    "drivers",
    "created_at",
    "updated_at",
];
/// How many of them a listing shows.
const LISTED: usize = 4;
/// The same, as its links name them.
const LISTED_NAMES: &str = "hostname,conductor_group,alive";
/// What a listing can be sorted by.
const SORT_KEYS: [&str; 5] = ["id", "hostname", "conductor_group", "created_at", "updated_at"];

/// `GET /v1/conductors`.
pub(super) async fn list(mut ask: Ask) -> Result<Response, Fault> {
    since_1_49(&ask)?;
    let paging = Paging::read(&mut ask.query, ask.context.config.api.max_limit)?;
    if !SORT_KEYS.contains(&&*paging.sort_key) {
        return Err(Fault::bad_request(format!(
            "The sort_key value \"{}\" is an invalid field for sorting; give one of {}",
            paging.sort_key,
            SORT_KEYS.join(", ")
        )));
    }
    let detail = ask.query.take_bool("detail")?.unwrap_or(false);
    let names = ask.query.take_fields();
    ask.no_query()?;
    let fields = match &names {
        Some(_) if detail => {
            return Err(Fault::bad_request(
                "Can't fetch a subset of fields with 'detail' set; give one of the two",
            ));
        }
        Some(names) => fields_named(names)?,
        None if detail => FIELDS.to_vec(),
        None => FIELDS[..LISTED].to_vec(),
    };
    let is_before = match paging.marker.as_deref() {
        None => true,
        Some(marker) if *marker == *ask.context.host => false,
        Some(other) => return Err(not_found(other)),
    };
    let conductors: Vec<Value> = is_before.then(|| shown(&ask, &fields)).into_iter().collect();
    let mut document = json!({ "conductors": conductors });
    if is_before && paging.limit == 1 {
        let names = match names {
            Some(names) => Some(names.join(",")),
            None => (!detail).then(|| LISTED_NAMES.to_owned()),
        };
        let query = paging.next(names.as_deref(), &ask.context.host);
        document["next"] = format!("{}/v1/conductors?{query}", ask.base).into();
    }
    answer(&document)
}

/// `GET /v1/conductors/H`.
pub(super) async fn show(mut ask: Ask) -> Result<Response, Fault> {
    since_1_49(&ask)?;
    let names = ask.query.take_fields();
    ask.no_query()?;
    is_this(&ask)?;
    let fields = names.map_or_else(|| Ok(FIELDS.to_vec()), |names| fields_named(&names))?;
    answer(&shown(&ask, &fields))
}

/// `GET /v1/conductors/H/hostname,alive`: what stands below is a list of fields.
pub(super) async fn show_fields(mut ask: Ask) -> Result<Response, Fault> {
    since_1_49(&ask)?;
    ask.no_query()?;
    is_this(&ask)?;
    let names = field_names(items(&ask.after_ident(1)));
    answer(&shown(&ask, &fields_named(&names)?))
}

/// `GET /v1/conductors/H/…/…`, which Ironic takes for a list of fields too, and fails.
pub(super) async fn nowhere(ask: Ask) -> Result<Response, Fault> {
    since_1_49(&ask)?;
    is_this(&ask)?;
    Err(Fault::bad_request(format!(
        "there is nothing below {} of conductor {}",
        ask.after_ident(1),
        ask.ident
    )))
}

/// Below this version there is no such resource.
fn since_1_49(ask: &Ask) -> Result<(), Fault> {
    if ask.version.reaches(49) {
        Ok(())
    } else {
        Err(Fault::not_found(
            "The API is not supported for this version; conductors came with 1.49",
        ))
    }
}

fn is_this(ask: &Ask) -> Result<(), Fault> {
    if *ask.ident == *ask.context.host {
        Ok(())
    } else {
        Err(not_found(&ask.ident))
    }
}

fn not_found(host: &str) -> Fault {
    Fault::not_found(format!("Conductor {host} could not be found."))
}

fn fields_named(names: &[String]) -> Result<Vec<&'static str>, Fault> {
    only_known("a conductor", &FIELDS, names)?;
    let wanted = FIELDS
        .into_iter()
        .filter(|field| *field == "links" || names.iter().any(|name| name == field));
    Ok(wanted.collect())
}

fn shown(ask: &Ask, fields: &[&'static str]) -> Value {
    let context = &ask.context;
    let host = &*context.host;
    let value = |field: &str| match field {
        "hostname" => host.into(),
        "conductor_group" => context.config.conductor.conductor_group.as_str().into(),
        "alive" => true.into(),
        "drivers" => context.catalogue.iter().map(|(name, _)| name).collect(),
        "created_at" => json(Time(context.started_at)),
        // The heartbeat of one that answers is this answer.
        "updated_at" => json(Time(Timestamp::now())),
        _ => json(links(&ask.base, &format!("conductors/{host}"))),
    };
    fields
        .iter()
        .map(|field| ((*field).to_owned(), value(field)))
        .collect::<Map<_, _>>()
        .into()
}

fn json(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
