//! The API as it was recorded from OpenStack Ironic 38: each row of that record is a test here, named by what the row
//! says, with the requests that show it and their neighbours. A row that this server answers differently says so, and
//! why, after "differs:". How the rows are written is in `case.rs` and `shape.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod case;
mod clients;
mod common;
mod conductors;
mod discovery;
mod driver_calls;
mod drivers;
mod listings;
mod locks;
mod node_create;
mod node_list;
mod node_patch;
mod nodes;
mod passthru;
mod passthru_bodies;
mod passthru_errors;
mod restarts;
mod shape;

use bessemer_tests::{Client, Probe, Server};
use serde_json::{Value, json};

use crate::case::Case;

/// A node's uuid, for those who choose it.
const UUID: &str = "1be26c0b-03f2-4d2e-ae87-c02d7f33c123";

/// The fields of a node's record.
const NODE_FIELDS: [&str; 20] = [
    "uuid",
    "name",
    "driver",
    "driver_info",
    "driver_internal_info",
    "properties",
    "extra",
    "instance_uuid",
    "power_state",
    "provision_state",
    "maintenance",
    "maintenance_reason",
    "reservation",
    "last_error",
    "created_at",
    "updated_at",
    "resource_class",
    "description",
    "vendor_interface",
    "links",
];

/// What a driver has a choice of implementations for, in Ironic.
const INTERFACES: [&str; 13] = [
    "bios",
    "boot",
    "console",
    "deploy",
    "firmware",
    "inspect",
    "management",
    "network",
    "power",
    "raid",
    "rescue",
    "storage",
    "vendor",
];

/// Sends the requests of a row, in their order, and says of all that are answered wrongly what was expected.
async fn holds(row: &str, server: &impl Served, cases: impl IntoIterator<Item = Case>) {
    let mut wrong = Vec::new();
    for case in cases {
        wrong.extend(case.complaints(server.client()).await);
    }
    assert!(wrong.is_empty(), "\nrow: {row}\n{}\n", wrong.join("\n"));
}

/// The same on the stock server, with nothing configured: drivers `fake` and `fake-hardware`, node `demo-0` of `fake`.
async fn on_stock(row: &str, cases: impl IntoIterator<Item = Case>) {
    holds(row, &Server::start().await, cases).await;
}

/// What requests can be sent to.
trait Served {
    fn client(&self) -> &Client;
}

impl Served for Server {
    fn client(&self) -> &Client {
        self
    }
}

impl Served for Probe {
    fn client(&self) -> &Client {
        self
    }
}

/// The two links of a resource.
fn links(resource: &str) -> Value {
    json!([
        { "href": format!("<base>/v1/{resource}"), "rel": "self" },
        { "href": format!("<base>/{resource}"), "rel": "bookmark" },
    ])
}
