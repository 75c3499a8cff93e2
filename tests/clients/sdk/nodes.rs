//! Calls about nodes, but for their methods.

use bessemer_tests::{Binary, Server};
use serde_json::{Value, json};

use super::{Sdk, names};
use crate::held::{Locked, answered, line};

#[tokio::test]
async fn a_node_is_created_fetched_and_deleted() {
    let mut sdk = Sdk::start().await;
    let made = sdk.call(
        "create_node",
        &json!({
            "driver": "fake", "name": "n1", "driver_info": {"address": "10.0.0.1"}, "properties": {"cpus": 8},
            "extra": {"rack": "r7"}, "resource_class": "large", "description": "first",
        }),
    );
    for (field, value) in [
        ("name", json!("n1")),
        ("driver", json!("fake")),
        ("driver_info", json!({"address": "10.0.0.1"})),
        ("properties", json!({"cpus": 8})),
        ("extra", json!({"rack": "r7"})),
        ("resource_class", json!("large")),
        ("description", json!("first")),
        ("provision_state", json!("enroll")),
        ("is_maintenance", json!(false)),
    ] {
        assert_eq!(made[field], value, "{field} of {made:#}");
    }
    assert_eq!(sdk.call("get_node", &json!({"node": made["id"]})), made);
    assert_eq!(sdk.call("get_node", &json!({"node": "n1"})), made);
    let some = sdk.call("get_node", &json!({"node": "n1", "fields": ["name", "driver"]}));
    assert_eq!(
        (&some["name"], &some["driver"], some.get("extra")),
        (&json!("n1"), &json!("fake"), None)
    );

    sdk.call("delete_node", &json!({"node": "n1"}));
    let raised = sdk.raised("get_node", &json!({"node": "n1"}));
    assert_eq!((&*raised.error, raised.status), ("NotFoundException", Some(404)));
    assert!(raised.text.contains("Node n1 could not be found."), "{raised:?}");
    // One that is gone is no mistake, unless the caller says so.
    assert_eq!(sdk.call("delete_node", &json!({"node": "n1"})), Value::Null);
    let raised = sdk.raised("delete_node", &json!({"node": "n1", "ignore_missing": false}));
    assert_eq!(raised.status, Some(404), "{raised:?}");
}

#[tokio::test]
async fn a_node_that_cannot_be_made_is_refused() {
    let mut sdk = Sdk::start().await;
    for (node, part) in [
        (json!({"driver": "nope"}), "No valid host was found"),
        (json!({"driver": "fake", "name": "a b"}), "a b"),
    ] {
        let raised = sdk.raised("create_node", &node);
        assert_eq!((&*raised.error, raised.status), ("BadRequestException", Some(400)));
        assert!(raised.text.contains(part), "{raised:?}");
    }
}

/// To this client any conflict is one that passes: it asks again.
#[tokio::test]
async fn a_name_that_is_taken_is_refused() {
    let mut sdk = Sdk::with(
        Server::start().await,
        &json!({"baremetal_status_code_retry_delay": 0.01}),
    );
    let raised = sdk.raised("create_node", &json!({"driver": "fake", "name": "demo-0"}));
    assert_eq!((&*raised.error, raised.status), ("ConflictException", Some(409)));
    assert!(raised.text.contains("demo-0"), "{raised:?}");
    assert_eq!(answered(&sdk.server, "POST", "/v1/nodes", 409).await, 6);
    assert_eq!(names(&sdk.call("nodes", &json!({}))), ["demo-0"]);
}

#[tokio::test]
async fn a_node_is_found() {
    let mut sdk = Sdk::start().await;
    let found = sdk.call("find_node", &json!({"name_or_id": "demo-0"}));
    assert_eq!(found["name"], "demo-0");
    assert_eq!(sdk.call("find_node", &json!({"name_or_id": found["id"]})), found);
    // Then it looks through all of them.
    assert_eq!(sdk.call("find_node", &json!({"name_or_id": "demo-1"})), Value::Null);
    sdk.server.logged(&line("GET", "/v1/nodes/demo-1", 404));
    sdk.server.logged(&line("GET", "/v1/nodes/detail", 200));
    let raised = sdk.raised("find_node", &json!({"name_or_id": "demo-1", "ignore_missing": false}));
    assert_eq!(raised.error, "NotFoundException", "{raised:?}");
}

#[tokio::test]
async fn nodes_are_listed_and_filtered() {
    let mut sdk = Sdk::start().await;
    let large = json!({"driver": "fake-hardware", "name": "n1", "resource_class": "large"});
    sdk.call("create_node", &large);
    sdk.call(
        "create_node",
        &json!({"driver": "fake", "name": "n2", "extra": {"rack": "r7"}}),
    );
    sdk.call("set_node_maintenance", &json!({"node": "n2"}));
    for (filter, expected) in [
        (json!({}), &["demo-0", "n1", "n2"][..]),
        (json!({"driver": "fake-hardware"}), &["n1"]),
        (json!({"resource_class": "large"}), &["n1"]),
        (json!({"is_maintenance": true}), &["n2"]),
        (json!({"is_maintenance": false, "driver": "fake"}), &["demo-0"]),
        (json!({"provision_state": "active"}), &[]),
    ] {
        assert_eq!(names(&sdk.call("nodes", &filter)), expected, "{filter}");
    }
    let short = sdk.call("nodes", &json!({}));
    assert_eq!(short[2].get("extra"), None, "{short:#}");
    let long = sdk.call("nodes", &json!({"details": true}));
    assert_eq!(long[2]["extra"], json!({"rack": "r7"}), "{long:#}");
    let some = sdk.call("nodes", &json!({"fields": ["name", "extra"]}));
    assert_eq!(some[2]["extra"], json!({"rack": "r7"}), "{some:#}");
    assert_eq!(some[2].get("provision_state"), None, "{some:#}");
}

#[tokio::test]
async fn a_list_is_followed_from_page_to_page() {
    let server = Server::builder().config("[api]\nmax_limit = 2\n").start().await;
    for name in ["n1", "n2", "n3", "n4", "n5"] {
        let made = server.post("/v1/nodes", &json!({"driver": "fake", "name": name})).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let mut sdk = Sdk::of(server);
    for pages in [
        json!({}),
        json!({"limit": 1}),
        json!({"details": true}),
        json!({"fields": ["uuid", "name"]}),
        json!({"driver": "fake"}),
    ] {
        let list = sdk.call("nodes", &pages);
        assert_eq!(names(&list), ["n1", "n2", "n3", "n4", "n5"], "{pages}");
    }
}

#[tokio::test]
async fn a_node_is_patched() {
    let mut sdk = Sdk::start().await;
    let patch = json!([
        {"op": "add", "path": "/extra/rack", "value": "r7"},
        {"op": "replace", "path": "/name", "value": "n1"},
    ]);
    let node = sdk.call("patch_node", &json!({"node": "demo-0", "patch": patch}));
    assert_eq!((&node["name"], &node["extra"]), (&json!("n1"), &json!({"rack": "r7"})));
    assert_eq!(sdk.call("get_node", &json!({"node": "n1"})), node);

    let patch = json!([{"op": "remove", "path": "/extra/gone"}]);
    let raised = sdk.raised("patch_node", &json!({"node": "n1", "patch": patch}));
    assert_eq!((&*raised.error, raised.status), ("BadRequestException", Some(400)));
    assert!(raised.text.contains("gone"), "{raised:?}");
}

/// It finds out itself what is to be added, replaced and removed.
#[tokio::test]
async fn a_node_is_updated() {
    let mut sdk = Sdk::start().await;
    let before = json!({
        "driver": "fake", "name": "n1", "extra": {"rack": "r7", "row": 1}, "properties": {"cpus": 8},
        "driver_info": {"fake_password": "secret", "address": "a"},
    });
    sdk.call("create_node", &before);
    let seen = sdk.call("get_node", &json!({"node": "n1"}))["driver_info"].take();
    assert_eq!(seen, json!({"fake_password": "******", "address": "a"}));
    let node = sdk.call(
        "update_node",
        &json!({
            "node": {"fetched": "n1"}, "name": "n2", "description": "some", "extra": {"rack": "r8", "shelf": 2},
            "driver_info": {"fake_password": "******", "address": "b"},
        }),
    );
    for (field, value) in [
        ("name", json!("n2")),
        ("description", json!("some")),
        ("extra", json!({"rack": "r8", "shelf": 2})),
        ("properties", json!({"cpus": 8})),
        ("driver_info", json!({"fake_password": "******", "address": "b"})),
    ] {
        assert_eq!(node[field], value, "{field} of {node:#}");
    }
    assert_eq!(sdk.call("get_node", &json!({"node": "n2"})), node);
}

#[tokio::test]
async fn a_node_is_put_into_maintenance_and_back() {
    let mut sdk = Sdk::start().await;
    let node = sdk.call("set_node_maintenance", &json!({"node": "demo-0", "reason": "fan"}));
    assert_eq!(
        (&node["is_maintenance"], &node["maintenance_reason"]),
        (&json!(true), &json!("fan"))
    );
    let node = sdk.call("unset_node_maintenance", &json!({"node": "demo-0"}));
    assert_eq!(
        (&node["is_maintenance"], node.get("maintenance_reason")),
        (&json!(false), None)
    );
    // Without a reason it sends null for one.
    let node = sdk.call("set_node_maintenance", &json!({"node": "demo-0"}));
    assert_eq!(
        (&node["is_maintenance"], node.get("maintenance_reason")),
        (&json!(true), None)
    );
}

#[tokio::test]
async fn a_node_is_validated() {
    let server = Server::builder().binary(Binary::Fixture("settings")).start().await;
    let mut sdk = Sdk::of(server);
    sdk.call("create_node", &json!({"driver": "reader", "name": "n"}));
    let all = sdk.call("validate_node", &json!({"node": "n", "required": []}));
    assert_eq!(all["vendor"]["result"], false);
    assert_eq!(all["power"], json!({"result": null, "reason": "not supported"}));
    let raised = sdk.raised("validate_node", &json!({"node": "n", "required": ["vendor"]}));
    assert_eq!(raised.error, "ValidationException");
    let reason = all["vendor"]["reason"].as_str().expect("what is wrong has a reason");
    assert!(raised.text.contains(reason), "no `{reason}` in {raised:?}");

    let right = json!({"address": "a", "verify": true, "pin": 1});
    let patch = json!([{"op": "add", "path": "/driver_info", "value": right}]);
    sdk.call("patch_node", &json!({"node": "n", "patch": patch}));
    let all = sdk.call("validate_node", &json!({"node": "n", "required": ["vendor"]}));
    assert_eq!(all["vendor"]["result"], true, "{all:#}");
}

#[tokio::test]
async fn a_locked_node_is_waited_for() {
    let (server, held) = Locked::start().await;
    let node = server.get("/v1/nodes/n").await.json();
    let by_uuid = format!("/v1/nodes/{}", node["uuid"].as_str().expect("a node has a uuid"));
    let mut sdk = Sdk::of(server);
    sdk.begin(
        "wait_for_node_reservation",
        &json!({"node": {"fetched": "n"}, "timeout": 60}),
    );
    // It has seen that the node is reserved, and looks again; the first look was by the node's name.
    sdk.server.logged(&line("GET", &by_uuid, 200));
    held.free().await;
    let free = sdk.end().unwrap_or_else(|raised| panic!("{raised:?}"));
    assert_eq!((&free["name"], free.get("reservation")), (&json!("n"), None));
    // Who finds it free does not wait at all.
    sdk.call(
        "wait_for_node_reservation",
        &json!({"node": {"fetched": "n"}, "timeout": 60}),
    );
}

#[tokio::test]
async fn a_wait_for_a_node_that_stays_locked_is_given_up() {
    let (server, held) = Locked::start().await;
    let mut sdk = Sdk::of(server);
    let wait = json!({"node": {"fetched": "n"}, "timeout": 0.1});
    let raised = sdk.raised("wait_for_node_reservation", &wait);
    assert_eq!(raised.error, "ResourceTimeout", "{raised:?}");
    held.free().await;
}
