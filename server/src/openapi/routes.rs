//! The built-in routes, a line for each verb. A test compares them with those that `http/mod.rs` has.

use serde_json::{Map, Value, json};

use super::names::reference;
use super::{answers, parameters, put};

/// What the routes are about.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("service", "What this server is, and whether it is well."),
    ("nodes", "The machines."),
    ("drivers", "What is offered, under every name it is enabled under."),
    ("conductors", "There is one: this server."),
    ("tasks", "What became of asynchronous calls."),
    ("locks", "Who holds which node, and who waits for it."),
];

/// One verb of one path.
struct Route {
    verb: &'static str,
    path: &'static str,
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    query: &'static [&'static str],
    body: Option<&'static str>,
    status: u16,
    answer: Answer,
    faults: &'static [u16],
}

/// What is answered if all is well.
enum Answer {
    /// JSON of a schema.
    Json(&'static str),
    /// Something else, by its content type.
    Other(&'static str),
    /// The same, as a stream of events: OpenAPI 3.1 has no schema for one.
    Stream(&'static str),
    Nothing,
}

const fn get(
    path: &'static str,
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    query: &'static [&'static str],
    schema: &'static str,
) -> Route {
    Route {
        verb: "get",
        path,
        tag,
        id,
        summary,
        query,
        body: None,
        status: 200,
        answer: Answer::Json(schema),
        faults: READS,
    }
}

const READS: &[u16] = &[400, 404, 406];
const CHANGES: &[u16] = &[400, 403, 404, 406, 409, 413, 500, 503, 507];

const NODE: &str = "/v1/nodes/{node_ident}";
const MAINTENANCE: &str = "/v1/nodes/{node_ident}/maintenance";

const NODES: &[&str] = &[
    "limit",
    "marker",
    "sort_key",
    "sort_dir",
    "fields",
    "detail",
    "driver",
    "maintenance",
    "associated",
    "instance_uuid",
    "provision_state",
    "resource_class",
    "conductor_group",
    "description_contains",
];
const NODES_DETAIL: &[&str] = &[
    "limit",
    "marker",
    "sort_key",
    "sort_dir",
    "driver",
    "maintenance",
    "associated",
    "instance_uuid",
    "provision_state",
    "resource_class",
    "conductor_group",
    "description_contains",
];
const CONDUCTORS: &[&str] = &["limit", "marker", "sort_key", "sort_dir", "fields", "detail"];
const TASKS: &[&str] = &["limit", "marker", "node", "driver", "method", "state", "since"];

#[rustfmt::skip]
const ROUTES: &[Route] = &[
    get("/", "service", "root", "What this server is", &[], "Root"),
    get("/v1", "service", "v1", "The collections and the versions", &[], "V1"),
    Route { answer: Answer::Other("text/plain"), faults: &[], ..get("/livez", "service", "livez", "Whether the server answers", &[], "") },
    Route { faults: &[], ..get("/readyz", "service", "readyz", "Whether it may be sent requests", &[], "Ready") },
    Route { answer: Answer::Other("text/plain"), faults: &[404], ..get("/healthcheck", "service", "healthcheck", "The same, as Ironic's middleware says it", &[], "") },
    Route { answer: Answer::Other("application/openmetrics-text"), faults: &[404], ..get("/metrics", "service", "metrics", "What the server counts, for Prometheus", &[], "") },
    Route { faults: &[406], ..get("/openapi.json", "service", "openapi", "This document", &[], "OpenApi") },
    Route { answer: Answer::Other("text/html"), faults: &[406], ..get("/docs", "service", "docs", "This document as a page, to read and to call methods", &[], "") },

    get("/v1/nodes", "nodes", "node_list", "Lists nodes", NODES, "NodeList"),
    Route { verb: "post", status: 201, body: Some("NodeCreate"), faults: CHANGES, ..get("/v1/nodes", "nodes", "node_create", "Adds a node", &[], "Node") },
    get("/v1/nodes/detail", "nodes", "node_list_detail", "Lists nodes with all their fields", NODES_DETAIL, "NodeList"),
    get(NODE, "nodes", "node_show", "Shows a node", &["fields"], "Node"),
    Route { verb: "patch", body: Some("Patch"), faults: CHANGES, ..get(NODE, "nodes", "node_patch", "Changes a node, by a JSON Patch", &["reset_interfaces"], "Node") },
    Route { verb: "delete", status: 204, answer: Answer::Nothing, faults: CHANGES, ..get(NODE, "nodes", "node_delete", "Deletes a node", &[], "") },
    Route { verb: "put", body: Some("Maintenance"), status: 202, answer: Answer::Nothing, faults: CHANGES, ..get(MAINTENANCE, "nodes", "node_maintenance_set", "Puts a node into maintenance", &[], "") },
    Route { verb: "delete", status: 202, answer: Answer::Nothing, faults: CHANGES, ..get(MAINTENANCE, "nodes", "node_maintenance_unset", "Takes a node out of maintenance", &[], "") },
    get("/v1/nodes/{node_ident}/states", "nodes", "node_states", "Shows the states of a node", &[], "NodeStates"),
    get("/v1/nodes/{node_ident}/validate", "nodes", "node_validate", "Tells whether the driver would take the node's settings", &[], "Validation"),
    get("/v1/nodes/{node_ident}/vendor_passthru/methods", "nodes", "node_methods", "Lists the methods that the node's driver has for nodes", &[], "Methods"),
    get("/v1/nodes/{node_ident}/vendor_passthru/methods/{method_name}", "nodes", "node_method", "Tells all of one such method", &[], "Method"),

    get("/v1/drivers", "drivers", "driver_list", "Lists the enabled drivers", &["type", "detail", "fields"], "DriverList"),
    get("/v1/drivers/{driver_name}", "drivers", "driver_show", "Shows a driver", &["fields"], "Driver"),
    get("/v1/drivers/{driver_name}/properties", "drivers", "driver_properties", "Tells what the driver reads from a node's driver_info", &[], "Texts"),
    get("/v1/drivers/{driver_name}/raid/logical_disk_properties", "drivers", "driver_raid_properties", "Tells nothing: no driver here builds arrays", &[], "Texts"),
    get("/v1/drivers/{driver_name}/vendor_passthru/methods", "drivers", "driver_methods", "Lists the driver's own methods", &[], "Methods"),
    get("/v1/drivers/{driver_name}/vendor_passthru/methods/{method_name}", "drivers", "driver_method", "Tells all of one such method", &[], "Method"),

    get("/v1/conductors", "conductors", "conductor_list", "Lists the one conductor", CONDUCTORS, "ConductorList"),
    get("/v1/conductors/{conductor}", "conductors", "conductor_show", "Shows it", &["fields"], "Conductor"),

    get("/v1/tasks", "tasks", "task_list", "Lists tasks, the newest first", TASKS, "TaskList"),
    get("/v1/tasks/{task}", "tasks", "task_show", "Shows a task", &[], "Task"),
    Route { verb: "post", status: 202, faults: &[400, 404, 406, 409, 413], ..get("/v1/tasks/{task}/cancel", "tasks", "task_cancel", "Tells a task's method to stop", &[], "Task") },
    Route { answer: Answer::Stream("text/event-stream"), faults: &[400, 404, 406, 503], ..get("/v1/tasks/{task}/events", "tasks", "task_events", "Follows a task: its state, what it tells, its end", &[], "") },

    get("/v1/locks", "locks", "lock_list", "Lists the locked nodes", &["limit", "marker"], "LockList"),
    get("/v1/locks/{node_ident}", "locks", "lock_show", "Shows the lock of a node, held or not", &[], "Lock"),
];

/// The built-in part of `paths`.
pub(super) fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    for route in ROUTES {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.verb] = route.operation();
    }
    paths
}

impl Route {
    fn operation(&self) -> Value {
        let in_path = self
            .path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        let mut responses: Map<String, Value> = self.faults.iter().copied().map(answers::fault).collect();
        responses.insert(self.status.to_string(), self.response());
        if self.id == "readyz" {
            let mut response = self.response();
            response["description"] = "It may not.".into();
            responses.insert("503".into(), response);
        }
        let mut operation = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "parameters": in_path.chain(self.query.iter().copied()).map(parameters::reference).collect::<Vec<_>>(),
            "responses": responses,
        });
        let body = self.body.map(|schema| {
            json!({
                "required": schema != "Maintenance",
                "content": { "application/json": { "schema": { "$ref": reference(schema) } } },
            })
        });
        put(&mut operation, "requestBody", body);
        operation
    }

    fn response(&self) -> Value {
        let mut response = json!({ "description": match self.status {
            201 => "It was added.",
            202 => "It was accepted.",
            204 => "It was carried out.",
            _ => "What was asked for.",
        } });
        let content = match self.answer {
            Answer::Json(schema) => Some(json!({ "application/json": { "schema": { "$ref": reference(schema) } } })),
            Answer::Other(kind) => Some(json!({ kind: { "schema": { "type": "string" } } })),
            Answer::Stream(kind) => Some(json!({ kind: {} })),
            Answer::Nothing => None,
        };
        put(&mut response, "content", content);
        response
    }
}
