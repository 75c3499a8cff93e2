//! Section 6.1: PATCH of a node, and secrets in its settings.

use serde_json::{Value, json};

use crate::case::{Case, delete, get, patch, post, put, send};
use crate::on_stock;

const NODE: &str = "/v1/nodes/demo-0";

/// A patch of one operation.
fn one(op: &str, path: &str, value: Value) -> Case {
    patch(NODE, json!([{ "op": op, "path": path, "value": value }]))
}

fn remove(path: &str) -> Case {
    patch(NODE, json!([{ "op": "remove", "path": path }]))
}

#[tokio::test]
async fn operations() {
    on_stock(
        "PATCH /v1/nodes/X [ops]: whole new record; add, replace, remove only (test, move, copy 400); `add` replaces; \
         missing parent, missing member of remove/replace 400; `[]` allowed; not an array 400",
        [
            one("add", "/extra/a", json!({ "b": 1 }))
                .has(json!({ "extra": { "a": { "b": 1 } }, "updated_at": "<time>" })),
            one("add", "/extra/a", json!(2)).has(json!({ "extra": { "a": 2 }, "links": "<list>", "driver": "fake" })),
            one("replace", "/extra/a", json!(null)).has(json!({ "extra": { "a": null } })),
            one("add", "/extra/l", json!([1])).is(200),
            one("add", "/extra/l/-", json!(2)).is(200),
            one("add", "/extra/l/0", json!(0)).has(json!({ "extra": { "l": [0, 1, 2] } })),
            remove("/extra/l/1").has(json!({ "extra": { "l": [0, 2] } })),
            remove("/extra/a").shows_extra(json!({ "l": [0, 2] })),
            remove("/extra/a").fails(400, "…/extra/a"),
            one("replace", "/extra/none", json!(1)).fails(400, "…/extra/none"),
            one("add", "/extra/none/below", json!(1)).fails(400, "…/extra/none/below"),
            one("add", "/extra/l/9", json!(1)).fails(400, "…/extra/l/9"),
            one("test", "/extra/l", json!(1)).fails(400, "…\"test\""),
            patch(NODE, json!([{ "op": "move", "from": "/extra/l", "path": "/extra/m" }])).fails(400, "…\"move\""),
            patch(NODE, json!([{ "op": "copy", "from": "/extra/l", "path": "/extra/m" }])).fails(400, "…\"copy\""),
            patch(NODE, json!([{ "op": "add", "path": "/extra/m" }])).fails(400, "…no value"),
            patch(NODE, json!([{ "path": "/extra/m", "value": 1 }])).fails(400, "…no op"),
            patch(NODE, json!([{ "op": "add", "value": 1 }])).fails(400, "…no path"),
            one("add", "extra/m", json!(1)).fails(400, "…extra/m"),
            patch(NODE, json!([])).shows_extra(json!({ "l": [0, 2] })),
            patch(NODE, json!({})).fails(400, "…an array"),
            patch(NODE, json!("x")).fails(400, "…an array"),
            patch(NODE, json!(null)).fails(400, "…an array"),
            send("PATCH", NODE).fails(400, "…an array"),
            send("PATCH", NODE).raw("[").fails(400, ""),
            patch(NODE, json!(["x"])).fails(400, "…must be an object"),
            patch("/v1/nodes/nope", json!([])).fails(404, "Node nope could not be found."),
        ],
    )
    .await;
}

impl Case {
    /// The node's extra, exactly, among all else.
    fn shows_extra(self, extra: Value) -> Self {
        let text = format!("\"extra\":{extra}");
        self.says(&text)
    }
}

#[tokio::test]
async fn all_or_nothing() {
    let good = json!({ "op": "add", "path": "/extra/good", "value": 1 });
    let bad = json!({ "op": "remove", "path": "/extra/none" });
    let untouched = || get(NODE).has(json!({ "extra": {}, "updated_at": null }));
    on_stock(
        "PATCH: all or nothing",
        [
            patch(NODE, json!([good, bad])).fails(400, "…/extra/none"),
            untouched(),
            patch(NODE, json!([bad, good])).fails(400, "…/extra/none"),
            untouched(),
            patch(NODE, json!([good, { "op": "add", "path": "/uuid", "value": "x" }])).fails(400, "…uuid"),
            untouched(),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_may_not_change() {
    let mut cases = Vec::new();
    for path in ["uuid", "provision_state", "reservation", "links", "colour", "power_state", "last_error", "created_at"]
    {
        cases.push(one("add", &format!("/{path}"), json!("x")).fails(400, &format!("…/{path} cannot be changed")));
        cases.push(one("replace", &format!("/{path}"), json!("x")).fails(400, "…/driver_info"));
        cases.push(remove(&format!("/{path}")).fails(400, "…/driver_info"));
    }
    cases.push(one("replace", "/maintenance", json!(true)).has(json!({ "maintenance": true })));
    cases.push(
        one("replace", "/maintenance", json!(false)).has(json!({ "maintenance": false, "maintenance_reason": null })),
    );
    on_stock(
        "PATCH /uuid, /provision_state, /reservation, /links, unknown: 400, lists what may change; /maintenance may",
        cases,
    )
    .await;
}

#[tokio::test]
async fn wrong_values() {
    on_stock(
        "PATCH to a taken name / malformed name / driver nobody serves / removing the driver: 409 / 400 / 400 / 400, \
         names it",
        [
            post("/v1/nodes", json!({ "driver": "fake", "name": "taken" })).is(201),
            one("replace", "/name", json!("taken")).fails(409, "A node with name taken already exists."),
            one("replace", "/name", json!("a b")).fails(400, "…\"a b\""),
            one("replace", "/name", json!("states")).fails(400, "…states"),
            one("replace", "/driver", json!("ipmii")).fails(400, "…ipmii"),
            remove("/driver").fails(400, "…driver"),
            one("replace", "/driver_info", json!([])).fails(400, "…driver_info must be an object"),
            one("replace", "/resource_class", json!(7)).fails(400, "…resource_class must be a string"),
            one("replace", "/instance_uuid", json!("x")).fails(400, "…instance_uuid"),
            one("add", "/vendor_interface", json!("no-vendor")).fails(400, "…no-vendor"),
            one("replace", "/name", json!("demo-0")).is(200),
            one("replace", "/name", json!("other")).has(json!({ "name": "other" })),
            get(NODE).fails(404, "Node demo-0 could not be found."),
            patch("/v1/nodes/other", json!([{ "op": "remove", "path": "/name" }])).has(json!({ "name": null })),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_instance_is_taken_away_before_another_comes() {
    let instance = |last: u8| json!(format!("3e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a000{last}"));
    let associated = "… is associated with instance 3e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a0001.";
    on_stock(
        "DELETE of a node with an instance, and another instance for it: 409; DELETE in maintenance: 204",
        [
            one("add", "/instance_uuid", instance(1)).has(json!({ "instance_uuid": instance(1) })),
            one("add", "/instance_uuid", instance(1)).is(200),
            one("replace", "/instance_uuid", instance(2)).fails(409, associated),
            delete(NODE).fails(409, associated),
            delete(NODE).fails(409, "Node ").says("/instance_uuid"),
            get(NODE).has(json!({ "instance_uuid": instance(1) })),
            remove("/instance_uuid").has(json!({ "instance_uuid": null })),
            one("add", "/instance_uuid", instance(2)).has(json!({ "instance_uuid": instance(2) })),
            put(&format!("{NODE}/maintenance"), json!({})).is(202),
            delete(NODE).is(204),
        ],
    )
    .await;
}

#[tokio::test]
async fn replace_driver() {
    let driver = json!([{ "op": "replace", "path": "/driver", "value": "fake-hardware" }]);
    let reset = format!("{NODE}?reset_interfaces=true");
    on_stock(
        "PATCH replace /driver: interfaces re-derived; ?reset_interfaces=true only together with a driver change, else 400",
        [
            patch(NODE, driver.clone()).has(json!({ "driver": "fake-hardware", "vendor_interface": "fake" })),
            patch(&reset, driver).has(json!({ "driver": "fake-hardware" })),
            patch(&reset, json!([])).fails(400, "The reset_interfaces parameter can only be used when changing"),
            patch(&reset, json!([{ "op": "add", "path": "/extra/a", "value": 1 }])).fails(400, "The reset_interfaces"),
            patch(&format!("{NODE}?x=1"), json!([])).fails(400, "Unexpected arguments: x"),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_the_clients_send() {
    let set = |path: &str, value: &str| json!({ "op": "add", "path": path, "value": value });
    on_stock(
        "node set / unset: one PATCH: ops `add` / `remove` on /name, /driver, /description, /extra/k, /properties/k, \
         /driver_info/k",
        [
            patch(
                NODE,
                json!([
                    set("/name", "n"),
                    set("/driver", "fake-hardware"),
                    set("/description", "words"),
                    set("/resource_class", "large"),
                    set("/extra/k", "1"),
                    set("/properties/k", "2"),
                    set("/driver_info/k", "3"),
                ]),
            )
            .has(json!({
                "name": "n", "driver": "fake-hardware", "description": "words", "resource_class": "large",
                "extra": { "k": "1" }, "properties": { "k": "2" }, "driver_info": { "k": "3" },
            })),
            patch(
                "/v1/nodes/n",
                json!([
                    { "op": "remove", "path": "/description" }, { "op": "remove", "path": "/resource_class" },
                    { "op": "remove", "path": "/extra/k" }, { "op": "remove", "path": "/driver_info/k" },
                ]),
            )
            .has(json!({ "description": null, "resource_class": null, "extra": {}, "driver_info": {} })),
        ],
    )
    .await;
}

#[tokio::test]
async fn secrets() {
    let settings = json!({
        "address": "192.0.2.1", "ipmi_password": "s3cret", "Token": "s3cret", "api_secret": "s3cret",
        "fernetkey": "s3cret", "my_SSLKey_2": "s3cret", "configdrive": "s3cret", "new_pass": "s3cret",
        "deep": { "list": [{ "password": "s3cret", "user": "u" }] },
    });
    let masked = json!({
        "address": "192.0.2.1", "ipmi_password": "******", "Token": "******", "api_secret": "******",
        "fernetkey": "******", "my_SSLKey_2": "******", "configdrive": "******", "new_pass": "******",
        "deep": { "list": [{ "password": "******", "user": "u" }] },
    });
    let shown = || json!({ "driver_info": masked });
    on_stock(
        "secrets: any key that looks like a password, token, secret is shown as `******` at any depth of driver_info. \
         differs: `******` written back keeps the secret",
        [
            post("/v1/nodes", json!({ "driver": "fake", "name": "n", "driver_info": settings })).is(201).has(shown()),
            get("/v1/nodes/n").has(shown()),
            get("/v1/nodes/n?fields=driver_info").has(shown()),
            get("/v1/nodes/detail?sort_key=name&sort_dir=desc&limit=1").has(json!({ "nodes": [shown()] })),
            patch("/v1/nodes/n", json!([{ "op": "replace", "path": "/driver_info", "value": masked }])).has(shown()),
            patch("/v1/nodes/n", json!([{ "op": "add", "path": "/driver_info/ipmi_password", "value": "******" }]))
                .has(shown()),
            patch("/v1/nodes/n", json!([{ "op": "add", "path": "/driver_info/new_token", "value": "******" }]))
                .fails(400, "…driver_info/new_token"),
        ],
    )
    .await;
}
