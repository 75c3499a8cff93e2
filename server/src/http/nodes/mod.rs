//! The node routes. Reads are served from memory and wait for nobody. What changes a node takes its exclusive lock
//! like any method would, and goes on to its end when its client leaves.

mod attributes;
mod below;
mod create;
mod filter;
mod find;
mod list;
mod mask;
mod names;
mod patch;
mod ready;
mod since;
mod view;

use std::fmt::Display;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(super) use self::attributes::INTERFACES;
pub(super) use self::below::{nowhere, show_fields};
use self::find::find;
pub(super) use self::find::malformed;
use self::list::Listing;
pub(super) use self::mask::{MASK, masked_by_keys};
use self::patch::Patch;
use self::ready::Question;
pub(crate) use self::ready::Ready;
use self::view::{Fields, View};
pub(super) use self::view::{Time, vendor_interface};
use super::ask::{Ask, answer, to_its_end};
use super::edge::Answer;
use super::fault::Fault;
use super::passthru::described;
use crate::context::Context;
use crate::dispatch::{CallError, enabled, validate as validate_node};
use crate::lock::Who;
use crate::node::{Node, Text};
use crate::store::NodeRow;
use crate::target::exclusive;

/// `GET /v1/nodes`.
pub(super) fn list(ask: Ask) -> Result<Answer, Fault> {
    listed(ask, "nodes", false)
}

/// `GET /v1/nodes/detail`.
pub(super) fn list_detail(ask: Ask) -> Result<Answer, Fault> {
    listed(ask, "nodes/detail", true)
}

fn listed(ask: Ask, path: &str, detail: bool) -> Result<Answer, Fault> {
    let context = &ask.context;
    let question = Question {
        query: ask.raw_query(),
        base: &ask.base,
        version: ask.version,
        detail,
    };
    let page = context.ready.page(&context.nodes, &question, || {
        let listing = Listing::read(context, ask.version, ask.query.clone(), detail)?;
        let holds = listing.holds();
        Ok::<_, Fault>((listing.page(context)?.written(context, &ask.base, path), holds))
    })?;
    Ok(Answer::ready(page.filled(context)))
}

/// `POST /v1/nodes`.
pub(super) async fn create(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let body = ask.object().await?;
    let node = create::read(&ask.context, ask.version, body)?;
    instance_is_free(&ask.context, &node)?;
    let context = Arc::clone(&ask.context);
    let node = to_its_end(async move { Ok(context.node_create(node).await?) }).await?;
    let mut response = whole(&ask, &node);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = HeaderValue::try_from(format!("{}/v1/nodes/{}", ask.base, node.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// `GET /v1/nodes/X`.
pub(super) fn show(mut ask: Ask) -> Result<Answer, Fault> {
    let names = ask.query.take_fields();
    ask.no_query()?;
    let node = find(&ask)?;
    let fields = match names {
        Some(names) => Fields::named(ask.version, &names)?,
        None => Fields::WHOLE.known_in(ask.version),
    };
    Ok(Answer::ready(View::new(&ask.context, &ask.base, fields).alone(&node)))
}

/// `PATCH /v1/nodes/X`.
pub(super) async fn patch(mut ask: Ask) -> Result<Response, Fault> {
    let reset_interfaces = ask.query.take_bool("reset_interfaces")?;
    ask.no_query()?;
    if reset_interfaces.is_some() {
        since::reached(ask.version, "reset_interfaces=", 45)?;
    }
    let id = find(&ask)?.id;
    let patch = Patch::read(ask.document().await?, ask.context.config.api.patch_operations_max)?;
    since::check(ask.version, patch.attributes())?;
    if reset_interfaces == Some(true) && !patch.names_driver() {
        return Err(Fault::bad_request(
            "The reset_interfaces parameter can only be used when changing the node's driver; leave it out",
        ));
    }
    let (context, who) = (Arc::clone(&ask.context), ask.who("PATCH"));
    let node = change(context, id, who, move |context, node| patch.apply(context, node)).await?;
    Ok(whole(&ask, &node))
}

/// `DELETE /v1/nodes/X`.
pub(super) async fn delete(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    ask.no_body().await?;
    let id = find(&ask)?.id;
    let (context, who) = (Arc::clone(&ask.context), ask.who("DELETE"));
    let hold = exclusive(&context, id, who).await?;
    to_its_end(async move {
        let node = current(&context, id)?;
        // In maintenance a node may go whatever is on it, as in Ironic.
        if let Some(instance) = node.instance_uuid().filter(|_| !node.maintenance()) {
            return Err(associated(id, instance));
        }
        context.node_delete(id).await?;
        drop(hold);
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `PUT /v1/nodes/X/maintenance`.
pub(super) async fn maintenance_set(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let id = find(&ask)?.id;
    let mut body = ask.object().await?;
    let reason = match body.remove("reason") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(_) => return Err(Fault::bad_request("reason must be a string")),
    };
    if !body.is_empty() {
        let names: Vec<String> = body.into_iter().map(|(name, _)| name).collect();
        return Err(Fault::bad_request(format!(
            "Unexpected arguments: {}; there is only reason",
            names.join(", ")
        )));
    }
    maintenance(ask, id, true, reason).await
}

/// `DELETE /v1/nodes/X/maintenance`.
pub(super) async fn maintenance_unset(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    ask.no_body().await?;
    let id = find(&ask)?.id;
    maintenance(ask, id, false, None).await
}

async fn maintenance(ask: Ask, id: Uuid, on: bool, reason: Option<String>) -> Result<Response, Fault> {
    let (context, who) = (Arc::clone(&ask.context), ask.who("maintenance"));
    change(context, id, who, move |_, node| {
        attributes::in_maintenance(node, on, reason)
    })
    .await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// `GET /v1/nodes/X/validate`: what each interface would say. Ours have no interface but that of vendor methods.
pub(super) async fn validate(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let node = find(&ask)?;
    let driver = enabled(&ask.context, &node)?;
    let vendor = match validate_node(driver, &node) {
        Ok(()) => json!({ "result": true }),
        Err(error) => json!({ "result": false, "reason": error.to_string() }),
    };
    let entry = |interface: &str| match interface {
        "vendor" => vendor.clone(),
        _ => json!({ "result": null, "reason": "not supported" }),
    };
    answer(
        &INTERFACES
            .into_iter()
            .map(|interface| (interface.to_owned(), entry(interface)))
            .collect::<Map<_, _>>(),
    )
}

/// `GET /v1/nodes/X/vendor_passthru/methods/M`.
pub(super) async fn method(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let node = find(&ask)?;
    let name = ask.after_ident(3);
    described(enabled(&ask.context, &node)?.node_method(&name), name)
}

/// `GET /v1/nodes/X/states`.
pub(super) async fn states(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let node = find(&ask)?;
    let mut states = json!({
        "power_state": node.text(Text::PowerState),
        "target_power_state": null,
        "provision_state": node.provision_state(),
        "target_provision_state": null,
        "provision_updated_at": null,
        "last_error": node.text(Text::LastError),
        "console_enabled": false,
        "raid_config": {},
        "target_raid_config": {},
        "boot_mode": null,
        "secure_boot": null,
    });
    if let Value::Object(states) = &mut states {
        let unknown = since::STATES.iter().filter(|(_, minor)| !ask.version.reaches(*minor));
        unknown.for_each(|(state, _)| drop(states.remove(*state)));
    }
    answer(&states)
}

/// 409: Ironic's sentence, then the way out.
fn associated(node: Uuid, instance: impl Display) -> Fault {
    Fault::conflict(format!(
        "Node {node} is associated with instance {instance}. Take that away first: \
         PATCH [{{\"op\": \"remove\", \"path\": \"/instance_uuid\"}}]"
    ))
}

fn current(context: &Context, id: Uuid) -> Result<Arc<Node>, Fault> {
    context
        .nodes
        .get(&id)
        .ok_or_else(|| CallError::NodeNotFound(id.to_string()).into())
}

/// A node that was written, with its whole record.
fn whole(ask: &Ask, node: &Arc<Node>) -> Response {
    let view = View::new(&ask.context, &ask.base, Fields::WHOLE.known_in(ask.version));
    Answer::ready(view.alone(node)).into_response()
}

/// Changes a node under its exclusive lock. What `next` makes of the node as it is then is stored, all or nothing;
/// a node that stays the same is not written.
async fn change(
    context: Arc<Context>,
    id: Uuid,
    who: Who,
    next: impl FnOnce(&Context, &NodeRow) -> Result<NodeRow, Fault> + Send + 'static,
) -> Result<Arc<Node>, Fault> {
    let hold = exclusive(&context, id, who).await?;
    to_its_end(async move {
        let kept = current(&context, id)?;
        let seen = kept.to_row();
        let next = next(&context, &seen)?;
        if next == seen {
            return Ok(kept);
        }
        if next.instance_uuid != seen.instance_uuid {
            if let (Some(instance), true) = (seen.instance_uuid, next.instance_uuid.is_some()) {
                return Err(associated(id, instance));
            }
            instance_is_free(&context, &next)?;
        }
        // All but last_error, which the end of a task may set at any time.
        let stored = context.node_change(id, |node| {
            *node = NodeRow {
                last_error: node.last_error.take(),
                revision: node.revision,
                ..next
            };
        });
        let node = stored.await?;
        drop(hold);
        Ok(node)
    })
    .await
}

/// One instance runs on one node. Two that are noted at the same moment are not seen here.
fn instance_is_free(context: &Context, node: &NodeRow) -> Result<(), Fault> {
    let Some(instance) = node.instance_uuid else {
        return Ok(());
    };
    let text = instance.to_string();
    let others = context.nodes.page(None, false, 1, |other| {
        other.instance_uuid() == Some(&text) && other.id != node.id
    });
    match others.as_deref() {
        Some([other, ..]) => Err(Fault::conflict(format!(
            "Instance {instance} is already associated with a node, {}, it cannot be associated with this other node {}",
            other.id, node.id
        ))),
        _ => Ok(()),
    }
}
