//! Listings of methods are richer than Ironic's, not different: the members that its clients read, then what a caller
//! must know besides, and each method by itself.

use serde_json::json;

use crate::case::{get, post, send};
use crate::on_stock;

const NODE: &str = "/v1/nodes/demo-0/vendor_passthru/methods";
const DRIVER: &str = "/v1/drivers/fake/vendor_passthru/methods";

#[tokio::test]
async fn ironics_members_are_kept() {
    let entry = |verbs: &[&str], is_async: bool, exclusive: bool| {
        json!({
            "http_methods": verbs, "async": is_async, "description": "<text>", "attach": false,
            "require_exclusive_lock": exclusive,
        })
    };
    on_stock(
        "GET .../vendor_passthru/methods: method -> {http_methods[], async, description, attach, require_exclusive_lock}",
        [
            get(NODE).has(json!({
                "second_method": entry(&["POST"], true, true),
                "third_method_sync": entry(&["POST"], false, true),
                "fourth_method_shared_lock": entry(&["POST"], true, false),
                "log_passthrough": entry(&["POST"], true, true),
                "peek": entry(&["GET"], false, false),
            })),
            get(NODE).has(json!({ "attachment": { "attach": true } })),
            get(&format!("{NODE}?x=1")).fails(400, "Unexpected arguments: x"),
            get("/v1/nodes/nope/vendor_passthru/methods").fails(404, "Node nope could not be found."),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_rest_is_told_too() {
    on_stock(
        "GET .../vendor_passthru/methods, beyond Ironic: lock, scope, timeout, deprecated, arguments, result",
        [
            get(NODE).has(json!({
                "third_method_sync": {
                    "lock": "exclusive", "scope": "node", "timeout": 60.0, "deprecated": null,
                    "result": { "type": "boolean" },
                },
                "second_method": { "timeout": 1800.0, "result": null },
                "echo": { "lock": "shared", "arguments": { "type": ["object", "null"] }, "result": { "$ref": "#/$defs/Echo", "$defs": { "Echo": { "type": "object" } } } },
                "peek": { "lock": "none" },
                "fail": { "timeout": 2.0 },
                "nothing": { "arguments": { "type": "object", "properties": {}, "additionalProperties": false }, "result": null },
                // Any bytes are taken.
                "log_passthrough": { "arguments": null },
                "attachment": { "result": null, "arguments": { "properties": { "fill": { "default": "x" } } } },
            })),
            get(DRIVER).has(json!({ "info": { "lock": "none", "scope": "driver" } })),
        ],
    )
    .await;
}

#[tokio::test]
async fn arguments_are_a_schema_with_docs_and_defaults() {
    on_stock(
        "GET .../vendor_passthru/methods, beyond Ironic: arguments as JSON Schema",
        [get(NODE).has(json!({ "fail": { "arguments": {
            "type": "object",
            "additionalProperties": false,
            "required": ["kind"],
            "properties": {
                "kind": { "$ref": "#/$defs/Failure", "description": "how" },
                "message": { "type": "string", "description": "what to say", "default": "failed as asked" },
            },
            "$defs": { "Failure": "<object>" },
        } } }))],
    )
    .await;
}

#[tokio::test]
async fn one_method_by_itself() {
    on_stock(
        "GET .../vendor_passthru/methods/M, beyond Ironic: one method, its documentation whole",
        [
            get(&format!("{NODE}/third_method_sync")).shows(json!({
                "name": "third_method_sync", "http_methods": ["POST"], "async": false, "attach": false,
                "require_exclusive_lock": true, "description": "Tests whether `bar` is `meow`.",
                "lock": "exclusive", "scope": "node", "timeout": 60.0, "deprecated": null,
                "result": "<object>", "arguments": "<object>",
            })),
            get(&format!("{NODE}/second_method")).says("The answer is only logged"),
            get(&format!("{DRIVER}/info")).has(json!({ "name": "info", "scope": "driver" })),
            get("/nodes/demo-0//vendor_passthru/methods/echo/").has(json!({ "name": "echo" })),
            get(&format!("{NODE}/nope")).fails(404, "No handler for method nope"),
            get(&format!("{NODE}/info")).fails(404, "No handler for method info"),
            get(&format!("{DRIVER}/nothing")).fails(404, "No handler for method nothing"),
            get("/v1/nodes/nope/vendor_passthru/methods/echo").fails(404, "Node nope could not be found."),
            get("/v1/drivers/nope/vendor_passthru/methods/info").fails(404, "…nope"),
            get("/v1/nodes/demo-0/vendor_passthru/methods/echo").version("1.4").fails(404, "Node demo-0"),
            get(&format!("{NODE}/echo?x=1")).fails(400, "Unexpected arguments: x"),
            post(&format!("{NODE}/echo"), json!({})).misses(405).sets("allow", "GET"),
            send("HEAD", &format!("{DRIVER}/info")).misses(405).sets("allow", "GET"),
            get(&format!("{NODE}/echo/more")).misses(404),
        ],
    )
    .await;
}
