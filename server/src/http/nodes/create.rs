//! A new node from the body of a POST.

use bessemer::host::NodeFields;
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::fault::Fault;
use super::super::version::Version;
use super::attributes::{AT_CREATION, CHANGEABLE, Draft, interface_of, no_interface, uuid, wrong_kind};
use super::since;
use crate::context::Context;
use crate::store::NodeRow;

/// The first state, and the first state for clients that do not know `enroll`.
const PROVISION_STATE_BEFORE_ENROLL: &str = "available";

/// The node that the body describes; nothing is stored yet.
///
/// # Errors
/// 400 with everything that is wrong.
pub(super) fn read(context: &Context, version: Version, mut body: Map<String, Value>) -> Result<NodeRow, Fault> {
    if body.is_empty() {
        return Err(Fault::bad_request(format!(
            "the body must be a JSON object with at least driver in it; besides it may have {}",
            may_be_given("driver")
        )));
    }
    since::check(version, body.keys().map(String::as_str))?;
    let mut wrong = None;
    let id = match body.remove("uuid").filter(|value| !value.is_null()) {
        Some(value) => uuid("uuid", value)
            .map_err(|text| wrong = Some(text))
            .unwrap_or_default(),
        None => Uuid::new_v4(),
    };
    let mut node = NodeRow::new(id, NodeFields::default(), Timestamp::now());
    if !version.reaches(11) {
        node.provision_state = PROVISION_STATE_BEFORE_ENROLL.into();
    }
    let mut draft = Draft::of(node);
    wrong.into_iter().for_each(|text| draft.fault(text));
    if body.get("driver").is_none_or(Value::is_null) {
        draft.fault("Missing mandatory parameter: driver".into());
        body.remove("driver");
    }
    // Before its reason, which is dropped where there is no maintenance.
    if let Some(maintenance) = body.remove("maintenance") {
        draft.set("maintenance", Some(maintenance));
    }
    let mut unknown = Vec::new();
    for (attribute, value) in body {
        if CHANGEABLE.contains(&&*attribute) {
            draft.set(&attribute, Some(value));
        } else if attribute == "maintenance_reason" {
            if draft.node().fields.maintenance || value.is_null() {
                draft.set(&attribute, Some(value));
            } else {
                draft.fault("maintenance_reason is given, but maintenance is not true".into());
            }
        } else if let Some(interface) = interface_of(&attribute) {
            match value {
                Value::Null => {}
                Value::String(wanted) => draft.fault(no_interface(interface, &wanted, "")),
                other => draft.fault(wrong_kind(&attribute, "a string", &other)),
            }
        } else {
            unknown.push(attribute);
        }
    }
    if !unknown.is_empty() {
        draft.fault(format!(
            "{} cannot be given; a node may have {}",
            unknown.join(", "),
            may_be_given("")
        ));
    }
    draft.finish(context, None)
}

/// The attributes that a body may have, but for one.
fn may_be_given(but: &str) -> String {
    let names: Vec<&str> = CHANGEABLE
        .into_iter()
        .chain(AT_CREATION)
        .filter(|name| *name != but)
        .collect();
    names.join(", ")
}
