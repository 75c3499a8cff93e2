//! `GET /v1/nodes/X/…` where no other resource is: a list of fields.

use super::super::ask::Ask;
use super::super::edge::Answer;
use super::super::fault::Fault;
use super::super::query::{field_names, items};
use super::find::find;
use super::view::{Fields, View};

/// What Ironic has below a node and this server has not, or not so deep: none of them is a field.
const NOT_HERE: [&str; 14] = [
    "allocation",
    "bios",
    "children",
    "firmware",
    "history",
    "inventory",
    "management",
    "portgroups",
    "ports",
    "traits",
    "vendor_passthru",
    "vifs",
    "vmedia",
    "volume",
];

/// `GET /v1/nodes/X/name,driver`: what is not another resource is a list of fields.
pub(in super::super) fn show_fields(mut ask: Ask) -> Result<Answer, Fault> {
    let list = ask.after_ident(1);
    if NOT_HERE.contains(&&*list) {
        return Err(Fault::no_route());
    }
    ask.no_query()?;
    let node = find(&ask)?;
    let fields = Fields::named(ask.version, &field_names(items(&list)))?;
    Ok(Answer::ready(View::new(&ask.context, &ask.base, fields).alone(&node)))
}

/// `GET /v1/nodes/X/…/…`, which Ironic takes for a list of fields too, and fails.
pub(in super::super) fn nowhere(ask: Ask) -> Result<Answer, Fault> {
    let list = ask.after_ident(1);
    if NOT_HERE.contains(&&*list) {
        return Err(Fault::no_route());
    }
    find(&ask)?;
    Err(Fault::bad_request(format!(
        "there is nothing below {list} of node {}",
        ask.ident
    )))
}
