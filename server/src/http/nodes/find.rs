//! The node that a path names, and what is said where it can name none.

use std::sync::Arc;

use super::super::ask::Ask;
use super::super::fault::Fault;
use super::super::path::JSON_SUFFIX_ENDED;
use super::names;
use crate::dispatch::CallError;
use crate::node::Node;

/// The node that the path names.
pub(super) fn find(ask: &Ask) -> Result<Arc<Node>, Fault> {
    let ident = &*ask.ident;
    if !names::is_addressable(ident)
        && let Some(fault) = malformed(ident, &ask.after_ident(1), true)
    {
        return Err(fault);
    }
    // The end of a path told that JSON is wanted, and may be the end of a name all the same.
    let is_suffix = |_: &&str| ask.version.predates(JSON_SUFFIX_ENDED) && ask.after_ident(1).is_empty();
    let stem = ident.strip_suffix(".json").filter(is_suffix);
    let found = stem.and_then(|stem| ask.context.nodes.find(stem));
    let found = found.or_else(|| ask.context.nodes.find(ident));
    // Names came with 1.5.
    let found = found.filter(|node| ask.version.reaches(5) || ident.starts_with(&node.id.to_string()));
    found.ok_or_else(|| CallError::NodeNotFound(ident.into()).into())
}

/// 400 of what can be no node's name or uuid, in one of two forms by what is asked of it: Ironic looks at some in a
/// controller, which is where a request that `is_routed` came to, and at all others before.
pub(in super::super) fn malformed(ident: &str, below: &str, is_routed: bool) -> Option<Fault> {
    if names::is_addressable(ident) {
        return None;
    }
    let in_controller = match below {
        "states" | "vendor_passthru" => true,
        "maintenance" => is_routed,
        _ => false,
    };
    Some(if in_controller {
        Fault::bad_request(format!("Expected UUID or name for node_ident: {ident}"))
    } else {
        Fault::bad_request(format!("Expected UUID or name for node: {ident}")).routing()
    })
}
