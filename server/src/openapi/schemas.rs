//! The schemas of what the built-in routes take and answer. They describe what the views in `http/` write: a test
//! holds answers of a server against them. A field that `fields=` or an old version may leave out is not required.

use serde_json::{Map, Value, json};

use super::names::reference;
use crate::store::TaskState;

/// The names of all; a driver's type of the same name gets another one.
pub(super) const NAMES: &[&str] = &[
    "BareFault",
    "Conductor",
    "ConductorList",
    "Driver",
    "DriverList",
    "Fault",
    "FaultText",
    "Link",
    "Lock",
    "LockList",
    "Maintenance",
    "Method",
    "Methods",
    "Node",
    "NodeCreate",
    "NodeList",
    "NodeStates",
    "OpenApi",
    "Patch",
    "Ready",
    "Root",
    "RoutingText",
    "Task",
    "TaskList",
    "Texts",
    "V1",
    "Validation",
    "Version",
];

/// All of them. `drivers` are the enabled ones.
pub(super) fn all(drivers: &[&str]) -> Map<String, Value> {
    NAMES
        .iter()
        .map(|name| ((*name).to_owned(), schema(name, drivers)))
        .collect()
}

/// What a task may be.
pub(super) fn task_state() -> Value {
    json!({ "type": "string", "enum": TaskState::ALL.map(TaskState::as_str) })
}

fn schema(name: &str, drivers: &[&str]) -> Value {
    match name {
        "BareFault" => object(
            json!({ "faultcode": text(), "faultstring": text() }),
            &["faultcode", "faultstring"],
        ),
        "Conductor" => fields(json!({
            "hostname": text(), "conductor_group": text(), "alive": flag(), "links": links(), "drivers": texts(),
            "created_at": time(), "updated_at": time(),
        })),
        "ConductorList" => listed("conductors", "Conductor"),
        // Beside these there are default_…_interface and enabled_…_interfaces.
        "Driver" => fields(json!({
            "name": text(), "hosts": texts(), "type": text(), "properties": links(), "links": links(),
        })),
        "DriverList" => listed("drivers", "Driver"),
        "Fault" => {
            let text = json!({
                "type": "string",
                "description": "JSON inside JSON, as Ironic has it.",
                "contentMediaType": "application/json",
                "contentSchema": { "anyOf": [refer("FaultText"), refer("RoutingText")] },
            });
            object(json!({ "error_message": text }), &["error_message"])
        }
        "FaultText" => object(
            json!({
                "faultcode": { "enum": ["Client", "Server"] },
                "faultstring": { "type": "string", "description": "What is wrong." },
                "debuginfo": { "type": "null" },
            }),
            &["faultcode", "faultstring"],
        ),
        "Link" => object(
            json!({ "href": { "type": "string" }, "rel": text(), "type": text() }),
            &["href", "rel"],
        ),
        "Lock" => lock(),
        "LockList" => listed("locks", "Lock"),
        "Maintenance" => closed(json!({ "reason": nullable("string") }), &[]),
        "Method" => method(true),
        "Methods" => json!({ "type": "object", "additionalProperties": method(false) }),
        "Node" => node(),
        "NodeCreate" => node_create(drivers),
        "NodeList" => listed("nodes", "Node"),
        "NodeStates" => fields(json!({
            "power_state": nullable("string"), "target_power_state": nullable("string"), "provision_state": text(),
            "target_provision_state": nullable("string"), "provision_updated_at": nullable("string"),
            "last_error": nullable("string"), "console_enabled": flag(), "raid_config": { "type": "object" },
            "target_raid_config": { "type": "object" }, "boot_mode": nullable("string"),
            "secure_boot": nullable("boolean"),
        })),
        "OpenApi" => json!({ "type": "object", "description": "OpenAPI 3.1.", "required": ["openapi"] }),
        "Patch" => patch(),
        "Ready" => {
            let check = object(
                json!({ "name": text(), "ok": flag(), "detail": text() }),
                &["name", "ok"],
            );
            object(json!({ "ready": flag(), "checks": list(check) }), &["ready", "checks"])
        }
        "Root" => object(
            json!({
                "name": text(), "description": text(), "default_version": refer("Version"),
                "versions": list(refer("Version")),
            }),
            &["default_version", "versions"],
        ),
        "RoutingText" => object(
            json!({ "code": { "type": "integer" }, "title": text(), "description": text() }),
            &["code", "title", "description"],
        ),
        "Task" => task(),
        "TaskList" => listed("tasks", "Task"),
        "Texts" => json!({ "type": "object", "additionalProperties": text() }),
        "V1" => fields(json!({
            "id": text(), "links": links(), "media_types": fields(json!({ "base": text(), "type": text() })),
            "version": refer("Version"), "chassis": links(), "nodes": links(), "ports": links(), "drivers": links(),
            "conductors": links(),
        })),
        "Validation" => {
            let said = object(json!({ "result": nullable("boolean"), "reason": text() }), &["result"]);
            json!({ "type": "object", "additionalProperties": said })
        }
        _ => fields(json!({
            "id": text(), "links": links(), "status": text(), "min_version": text(), "version": text(),
        })),
    }
}

fn node() -> Value {
    let object = || json!({ "type": "object" });
    fields(json!({
        "uuid": uuid(),
        "name": nullable("string"),
        "driver": text(),
        "driver_info": { "type": "object", "description": "The driver's settings. Secrets are masked." },
        "driver_internal_info": object(),
        "properties": object(),
        "extra": object(),
        "instance_uuid": nullable("string"),
        "power_state": nullable("string"),
        "provision_state": text(),
        "maintenance": flag(),
        "maintenance_reason": nullable("string"),
        "reservation": { "type": ["string", "null"], "description": "This server, while somebody holds the node." },
        "last_error": { "type": ["string", "null"], "description": "How the last asynchronous call failed." },
        "created_at": time(),
        "updated_at": nullable_time(),
        "resource_class": nullable("string"),
        "description": nullable("string"),
        "vendor_interface": text(),
        "links": links(),
    }))
}

fn node_create(drivers: &[&str]) -> Value {
    let mut driver = text();
    if let Some(first) = drivers.first() {
        driver["enum"] = json!(drivers);
        driver["examples"] = json!([first]);
    }
    let object = || json!({ "type": ["object", "null"] });
    closed(
        json!({
            "driver": driver,
            "uuid": { "type": ["string", "null"], "format": "uuid" },
            "name": { "type": ["string", "null"], "examples": ["rack7"] },
            "driver_info": object(),
            "properties": object(),
            "extra": object(),
            "instance_uuid": { "type": ["string", "null"], "format": "uuid" },
            "resource_class": { "type": ["string", "null"], "maxLength": 80 },
            "description": { "type": ["string", "null"], "maxLength": 4096 },
            "maintenance": nullable("boolean"),
            "maintenance_reason": { "type": ["string", "null"], "maxLength": 4096 },
            "vendor_interface": nullable("string"),
        }),
        &["driver"],
    )
}

fn patch() -> Value {
    let operation = closed(
        json!({
            "op": { "enum": ["add", "replace", "remove"] },
            "path": { "type": "string", "pattern": "^/", "examples": ["/extra/rack"] },
            "value": {},
        }),
        &["op", "path"],
    );
    json!({
        "type": "array",
        "items": operation,
        "examples": [[{ "op": "add", "path": "/extra/rack", "value": "7" }]],
    })
}

fn method(is_whole: bool) -> Value {
    let mut members = json!({
        "http_methods": texts(),
        "async": flag(),
        "description": text(),
        "attach": flag(),
        "require_exclusive_lock": flag(),
        "scope": { "enum": ["node", "driver"] },
        "lock": { "enum": ["exclusive", "shared", "none"] },
        "timeout": { "type": "number", "description": "In seconds." },
        "deprecated": { "type": ["object", "null"] },
        "arguments": { "type": ["object", "boolean", "null"], "description": "A JSON Schema; null for any bytes." },
        "result": { "type": ["object", "boolean", "null"], "description": "A JSON Schema; null for none." },
    });
    if is_whole {
        members["name"] = text();
    }
    object(members, &["http_methods", "async", "description", "attach"])
}

fn task() -> Value {
    let progress = object(
        json!({ "done": { "type": "integer" }, "total": { "type": "integer" }, "text": text() }),
        &["done", "total", "text"],
    );
    object(
        json!({
            "uuid": uuid(),
            "node": nullable("string"),
            "driver": text(),
            "method": text(),
            "state": task_state(),
            "error": nullable("string"),
            "cancelling": flag(),
            "progress": { "anyOf": [progress, { "type": "null" }] },
            "request_id": text(),
            "caller": nullable("string"),
            "conductor": text(),
            "started_at": time(),
            "finished_at": nullable_time(),
            "deadline": nullable_time(),
            "links": links(),
            "arguments": { "type": ["object", "null"], "description": "While it runs; secrets are masked." },
        }),
        &["uuid", "driver", "method", "state"],
    )
}

fn lock() -> Value {
    let asker = |more: Value| {
        let mut members = json!({
            "method": text(), "request_id": text(), "task": nullable("string"), "caller": nullable("string"),
            "since": time(), "seconds": { "type": "number" },
        });
        if let (Value::Object(members), Value::Object(more)) = (&mut members, more) {
            members.extend(more);
        }
        list(object(members, &["method", "request_id", "since"]))
    };
    let modes = json!(["exclusive", "shared"]);
    object(
        json!({
            "node": uuid(),
            "name": nullable("string"),
            "mode": { "enum": ["exclusive", "shared", null] },
            "holders": asker(json!({ "waited_seconds": { "type": "number" } })),
            "waiters": asker(json!({ "mode": { "enum": modes }, "deadline": time() })),
        }),
        &["node", "mode", "holders", "waiters"],
    )
}

fn refer(name: &str) -> Value {
    json!({ "$ref": reference(name) })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn uuid() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn nullable_time() -> Value {
    json!({ "type": ["string", "null"], "format": "date-time" })
}

fn nullable(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

fn texts() -> Value {
    list(text())
}

fn links() -> Value {
    list(refer("Link"))
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn object(members: Value, required: &[&str]) -> Value {
    let mut schema = json!({ "type": "object", "properties": members });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn fields(members: Value) -> Value {
    object(members, &[])
}

fn closed(members: Value, required: &[&str]) -> Value {
    let mut schema = object(members, required);
    schema["additionalProperties"] = false.into();
    schema
}

fn listed(collection: &str, item: &str) -> Value {
    object(
        json!({ collection: list(refer(item)), "next": { "type": "string", "description": "The next page." } }),
        &[collection],
    )
}
