//! What is answered: results of methods, and faults in Ironic's two forms. Which error has which status is decided in
//! `http/fault.rs`.

use serde_json::{Map, Value, json};

use super::example::{self, Members};
use super::methods::Method;
use super::names::reference;
use super::operation::any_of;
use super::{Defined, put};
use bessemer::host::LockMode;

/// A status, the name of its fault in the document, when it is answered, an example of its text.
type Status = (u16, &'static str, &'static str, &'static str);

const FAULTS: &[Status] = &[
    (
        400,
        "BadRequest",
        "An argument, a parameter or the method's name is wrong, the verb is not the method's, or the node lacks a \
         setting; or the method refused what it was asked.",
        "argument `bar` is missing: a string",
    ),
    (
        403,
        "Forbidden",
        "Refused by the method.",
        "the account may not do that",
    ),
    (
        404,
        "NotFound",
        "There is no such node, driver or thing.",
        "Node n could not be found.",
    ),
    (
        406,
        "NotAcceptable",
        "The API version or the content type that is asked for is not served.",
        "Version 1.999 was requested but the minor version is not supported by this service. The supported version \
         range is: [1.1, 1.115].",
    ),
    (
        409,
        "Conflict",
        "The node is locked, or what is asked does not fit to how things are. Nothing was carried out.",
        "Node n is locked by host rack-1, please retry after the current operation is completed.",
    ),
    (
        413,
        "TooLarge",
        "The body is longer than api.max_json_body_size, or the node would become too large.",
        "Request object too large: the body may have 1048576 bytes; api.max_json_body_size is the bound",
    ),
    (500, "Failed", "The method, or the server, failed.", "failed as asked"),
    (502, "Rejected", "The hardware refused.", "the BMC answered 401"),
    (
        503,
        "Busy",
        "Too many calls wait or run, or the server stops; or the hardware is busy. Nothing was carried out.",
        "too many calls are running; try again",
    ),
    (
        504,
        "TimedOut",
        "The hardware was silent, or the method's time was up.",
        "the BMC did not answer",
    ),
    (
        507,
        "StoreFull",
        "There is no space left to save what was to be saved.",
        "the disk is full",
    ),
];

/// The faults that responses refer to.
pub(super) fn faults() -> Map<String, Value> {
    let named = FAULTS.iter().map(|(status, name, description, text)| {
        let is_client = *status < 500;
        let inner = json!({
            "faultcode": if is_client { "Client" } else { "Server" }, "faultstring": text, "debuginfo": null,
        });
        let (schema, example) = match status {
            413 => (
                json!({ "anyOf": [{ "$ref": reference("BareFault") }, { "$ref": reference("Fault") }] }),
                json!({ "faultcode": "Client", "faultstring": text }),
            ),
            400 => (
                json!({ "anyOf": [{ "$ref": reference("Fault") }, { "$ref": reference("BareFault") }] }),
                json!({ "error_message": inner.to_string() }),
            ),
            _ => (
                json!({ "$ref": reference("Fault") }),
                json!({ "error_message": inner.to_string() }),
            ),
        };
        let mut headers = json!({ "x-openstack-request-id": { "$ref": "#/components/headers/RequestId" } });
        if *status == 503 {
            headers["Retry-After"] = json!({ "$ref": "#/components/headers/RetryAfter" });
        }
        let fault = json!({
            "description": description,
            "headers": headers,
            "content": { "application/json": { "schema": schema, "example": example } },
        });
        ((*name).to_owned(), fault)
    });
    named.collect()
}

/// The headers that responses refer to.
pub(super) fn headers() -> Value {
    json!({
        "RequestId": {
            "description": "The id of the request, by which the log speaks of it.",
            "schema": { "type": "string" },
            "example": "req-1be26c0b-03f2-4d2e-ae87-c02d7f33c123",
        },
        "RetryAfter": {
            "description": "After how many seconds the request may be sent again.",
            "schema": { "type": "integer", "minimum": 1 },
            "example": 1,
        },
        "TaskLocation": {
            "description": "The task that the call became.",
            "schema": { "type": "string", "format": "uri" },
            "example": "http://127.0.0.1:6385/v1/tasks/1be26c0b-03f2-4d2e-ae87-c02d7f33c123",
        },
    })
}

/// A response by its status.
pub(super) fn fault(status: u16) -> (String, Value) {
    let (_, name, ..) = FAULTS
        .iter()
        .find(|(known, ..)| *known == status)
        .expect("each status that is named here is in the table above");
    (
        status.to_string(),
        json!({ "$ref": format!("#/components/responses/{name}") }),
    )
}

/// All responses of a method, or of several that share a path.
pub(super) fn of(methods: &[&Method], defined: &Defined) -> Map<String, Value> {
    let mut responses = Map::new();
    let (later, now): (Vec<&Method>, Vec<&Method>) = methods.iter().partition(|method| method.record.is_async);
    if !now.is_empty() {
        responses.insert("200".into(), ok(&now, defined));
    }
    if !later.is_empty() {
        let accepted = json!({
            "description": "It runs in the background; its task tells how it ends.",
            "headers": { "Location": { "$ref": "#/components/headers/TaskLocation" } },
        });
        responses.insert("202".into(), accepted);
    }
    let mut statuses = vec![400, 404, 406, 413, 500, 503];
    if methods
        .iter()
        .any(|method| method.record.entry.lock() != LockMode::None)
    {
        statuses.push(409);
    }
    if now.is_empty() {
        // The end of the task is told by the task; that it began must be on disk.
        statuses.push(507);
    } else {
        statuses.extend([403, 409, 502, 504, 507]);
    }
    responses.extend(statuses.into_iter().map(fault));
    responses
}

fn ok(methods: &[&Method], defined: &Defined) -> Value {
    let mut content = Map::new();
    let results: Vec<(&Method, &Value)> = methods
        .iter()
        .filter_map(|method| Some((*method, method.result.as_ref()?)))
        .collect();
    if !results.is_empty() {
        content.insert("application/json".into(), media(&results, defined, Members::All));
    }
    if methods.iter().any(|method| method.record.attach) {
        content.insert("*/*".into(), json!({}));
    }
    if content.is_empty() {
        json!({ "description": "It was carried out; there is no result." })
    } else {
        json!({ "description": "It was carried out.", "content": content })
    }
}

/// Schema and examples, one of each driver.
pub(super) fn media(schemas: &[(&Method, &Value)], defined: &Defined, members: Members) -> Value {
    let mut media = json!({ "schema": any_of(schemas) });
    let examples: Map<String, Value> = schemas
        .iter()
        .filter_map(|(method, schema)| {
            let example = example::of(schema, defined, members)?;
            Some((method.driver.to_owned(), json!({ "value": example })))
        })
        .collect();
    put(&mut media, "examples", (!examples.is_empty()).then_some(examples));
    media
}
