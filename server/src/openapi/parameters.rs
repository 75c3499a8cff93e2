//! The parameters of the built-in routes, each described once. Arguments of methods are made in `operation.rs`.

use serde_json::{Map, Value, json};

/// The header that all operations have.
pub(super) const VERSION: &str = "api_version";

/// A reference to a parameter.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// All of them by the names that references have. `drivers` are the enabled ones.
pub(super) fn all(drivers: &[&str]) -> Map<String, Value> {
    let mut all = Map::new();
    let text = || json!({ "type": "string" });
    let flag = || json!({ "type": "boolean" });
    all.insert(
        VERSION.into(),
        json!({
            "name": "X-OpenStack-Ironic-API-Version",
            "in": "header",
            "description": "The API version that the client speaks. Without it, every name and field is served.",
            "schema": { "type": "string", "pattern": r"^(latest|1\.[0-9]+)$" },
            "example": "1.115",
        }),
    );
    let mut driver = text();
    if !drivers.is_empty() {
        driver["enum"] = json!(drivers);
    }
    for (name, description, schema) in [
        ("node_ident", "The node's uuid or name.", text()),
        ("driver_name", "A driver by any name it is enabled under.", driver),
        ("method_name", "A method of the driver.", text()),
        ("conductor", "The name of this server.", text()),
        (
            "task",
            "The task's uuid.",
            json!({ "type": "string", "format": "uuid" }),
        ),
    ] {
        let parameter =
            json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema });
        all.insert(name.into(), parameter);
    }
    let uuid = || json!({ "type": "string", "format": "uuid" });
    for (name, description, schema) in [
        (
            "limit",
            "Most items of the page; never more than api.max_limit.",
            json!({ "type": "integer", "minimum": 1 }),
        ),
        ("marker", "The last item of the page before.", text()),
        (
            "sort_key",
            "The field to sort by; `id` is the order of creation.",
            json!({ "type": "string", "default": "id" }),
        ),
        (
            "sort_dir",
            "Smallest or largest first.",
            json!({ "type": "string", "enum": ["asc", "desc"], "default": "asc" }),
        ),
        ("detail", "Whether to show all fields.", flag()),
        ("driver", "Only of this driver.", text()),
        ("maintenance", "Only in maintenance, or only not in it.", flag()),
        ("associated", "Only with an instance, or only without one.", flag()),
        ("instance_uuid", "Only the node of this instance.", uuid()),
        ("provision_state", "Only in this state.", text()),
        ("resource_class", "Only of this class.", text()),
        ("conductor_group", "Only of this group.", text()),
        (
            "description_contains",
            "Only with this text in the description, in any case.",
            text(),
        ),
        (
            "type",
            "Only drivers of this type; all are dynamic.",
            json!({ "type": "string", "enum": ["dynamic", "classic"] }),
        ),
        ("node", "Only of this node, by its uuid or name.", text()),
        ("method", "Only of this method.", text()),
        ("state", "Only in this state.", super::schemas::task_state()),
        (
            "since",
            "Only begun since then.",
            json!({ "type": "string", "format": "date-time" }),
        ),
        (
            "reset_interfaces",
            "Taken beside a change of driver; there is nothing to reset.",
            flag(),
        ),
    ] {
        all.insert(
            name.into(),
            json!({ "name": name, "in": "query", "description": description, "schema": schema }),
        );
    }
    all.insert(
        "fields".into(),
        json!({
            "name": "fields",
            "in": "query",
            "description": "Only these fields, and links.",
            "style": "form",
            "explode": false,
            "schema": { "type": "array", "items": { "type": "string" } },
        }),
    );
    all
}
