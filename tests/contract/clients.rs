//! Sections 6.3 and 6.4: requests as Ironic's clients send them, with all of their headers, and the smallest records
//! that they can work with. The clients themselves run in the `clients` suite.

use serde_json::{Value, json};

use crate::case::{Case, VERSION, delete, get, patch, post, put, send};
use crate::{NODE_FIELDS, UUID, on_stock};

/// With what `baremetal` adds to each request but DELETE.
fn cli(case: Case) -> Case {
    case.version("1.115").header("x-auth-token", "notused").header("accept", "application/json").sets(VERSION, "1.115")
}

/// With what `baremetal` adds to DELETE.
fn cli_delete(path: &str) -> Case {
    let case = delete(path).version("1.115").header("x-auth-token", "notused");
    case.header("accept", "*/*").header("content-type", "application/octet-stream")
}

/// With both version headers, as openstacksdk and gophercloud send them.
fn sdk(case: Case, version: &str) -> Case {
    let common = format!("baremetal {version}");
    case.version(version).header("openstack-api-version", &common).header("accept", "*/*").sets(VERSION, version)
}

#[tokio::test]
async fn the_command_line() {
    let method = "/v1/nodes/n/vendor_passthru/third_method_sync";
    on_stock(
        "baremetal: X-OpenStack-Ironic-API-Version, X-Auth-Token: notused, Accept and Content-Type application/json; \
         DELETE with Accept */*, Content-Type application/octet-stream",
        [
            cli(get("/v1/drivers")).has(json!({ "drivers": "<list>" })),
            cli(get("/v1/drivers/?type=dynamic")),
            cli(get("/v1/drivers/?detail=True")),
            cli(get("/v1/drivers/?fields=name,hosts")),
            cli(get("/v1/drivers/fake")),
            cli(get("/v1/drivers/fake?fields=name")),
            cli(get("/v1/drivers/fake/properties")),
            cli(get("/v1/drivers/fake/raid/logical_disk_properties")),
            cli(get("/v1/drivers/fake/vendor_passthru/methods")),
            cli(post("/v1/drivers/fake/vendor_passthru/echo", json!({ "a": 1 }))),
            cli(get("/v1/drivers/fake/vendor_passthru/echo")),
            cli(post("/v1/nodes", json!({ "driver": "fake", "name": "n", "uuid": UUID }))).is(201),
            cli(get("/v1/nodes")),
            cli(get("/v1/nodes/?driver=fake&limit=1&maintenance=False&resource_class=large")),
            cli(get("/v1/nodes/?fields=uuid,name")),
            cli(get("/v1/nodes/detail")),
            cli(get("/v1/nodes/n")),
            cli(patch("/v1/nodes/n", json!([{ "op": "add", "path": "/extra/k", "value": "v" }]))),
            cli(get("/v1/nodes/n/validate")),
            cli(put("/v1/nodes/n/maintenance", json!({ "reason": "fan" }))).is(202),
            cli_delete("/v1/nodes/n/maintenance").is(202),
            cli(get("/v1/nodes/n/vendor_passthru/methods")),
            cli(post(method, json!({ "bar": "meow" }))).shows(json!(true)),
            cli_delete("/v1/nodes/n/vendor_passthru/echo").has(json!({ "args": {} })),
            cli(get("/v1/conductors")),
            cli(get("/v1/conductors/?detail=True")),
            cli_delete("/v1/nodes/n").is(204),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_newest_version_is_found() {
    on_stock(
        "the CLI asks for the newest version it knows, on 406 does GET /v1 and reads the maximum from its header",
        [
            get("/v1/nodes").version("1.120").misses(406),
            get("/v1").version("1.1").sets("x-openstack-ironic-api-maximum-version", "1.115"),
            get("/v1").sets("x-openstack-ironic-api-maximum-version", "1.115"),
            get("/v1/nodes").version("1.115"),
        ],
    )
    .await;
}

#[tokio::test]
async fn openstacksdk_and_gophercloud() {
    let by_query = "/v1/nodes/n/vendor_passthru?method=echo";
    on_stock(
        "openstacksdk, gophercloud: both version headers, ?method=, none for driver passthru; commas percent-encoded",
        [
            sdk(get("/v1/drivers?detail=True"), "1.86"),
            sdk(get("/v1/drivers/fake"), "1.86"),
            get("/v1/drivers/fake/vendor_passthru/methods").header("accept", "*/*").sets(VERSION, "1.1"),
            post("/v1/drivers/fake/vendor_passthru?method=echo", json!({ "a": 1 }))
                .header("accept", "*/*")
                .sets(VERSION, "1.1"),
            sdk(post("/v1/nodes", json!({ "driver": "fake", "name": "n", "uuid": UUID })), "1.109").is(201),
            sdk(get("/v1/nodes/detail?fields="), "1.109").fails(400, ""),
            sdk(get("/v1/nodes?fields=uuid%2Cname"), "1.109"),
            sdk(get("/v1/nodes/n"), "1.109"),
            sdk(patch("/v1/nodes/n", json!([{ "op": "add", "path": "/name", "value": "n" }])), "1.109"),
            sdk(put("/v1/nodes/n/maintenance", json!({ "reason": null })), "1.109").is(202),
            sdk(send("DELETE", by_query).json(&json!({ "id": "7" })), "1.109").has(json!({ "args": { "id": "7" } })),
            sdk(get(by_query).json(&json!({ "id": "7" })), "1.109").has(json!({ "args": { "id": "7" } })),
            sdk(get("/v1/conductors"), "1.49"),
            sdk(delete("/v1/nodes/n"), "1.109").is(204),
        ],
    )
    .await;
}

#[tokio::test]
async fn smallest_records() {
    let node: Value = NODE_FIELDS
        .iter()
        .filter(|field| **field != "driver_internal_info")
        .map(|field| ((*field).to_owned(), json!("<any>")))
        .collect();
    let driver = json!({
        "name": "<text>", "hosts": "<list>", "links": "<list>", "type": "<text>", "properties": "<list>",
        "default_vendor_interface": "<text>", "enabled_vendor_interfaces": "<list>",
    });
    on_stock(
        "smallest records that satisfied all clients: a node of 19 fields, a driver of 7; times RFC 3339",
        [
            get("/v1/nodes/demo-0").has(node),
            get("/v1/nodes/demo-0").has(json!({ "created_at": "<time>", "links": "<list>", "properties": "<object>" })),
            get("/v1/drivers/fake").has(driver),
        ],
    )
    .await;
}
