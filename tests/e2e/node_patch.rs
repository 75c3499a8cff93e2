//! PATCH of a node: the operations, what may change, all or nothing.

use bessemer_tests::{Answer, Probe, Server};
use serde_json::{Value, json};

/// A server with one node `n`.
async fn one() -> Server {
    let server = Server::builder().config("").start().await;
    let node = json!({
        "driver": "fake", "name": "n", "driver_info": {"address": "a", "list": [1, 2, 3], "a/b": {"c~d": 1}},
        "extra": {"x": {"y": 1}}, "resource_class": "large",
    });
    let answer = server.post("/v1/nodes", &node).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    server
}

async fn patch(server: &Server, operations: Value) -> Answer {
    server.patch("/v1/nodes/n", &operations).await
}

#[tokio::test]
async fn operations_are_carried_out_in_their_order() {
    let server = one().await;
    let answer = patch(
        &server,
        json!([
            {"op": "add", "path": "/properties/cpus", "value": 4},
            {"op": "replace", "path": "/properties/cpus", "value": 8},
            {"op": "add", "path": "/extra/x/y", "value": {"deep": true}},
            {"op": "add", "path": "/extra/x/y/deeper", "value": null},
            {"op": "add", "path": "/driver_info/list/-", "value": 4},
            {"op": "add", "path": "/driver_info/list/0", "value": 0},
            {"op": "remove", "path": "/driver_info/list/2"},
            {"op": "replace", "path": "/driver_info/list/1", "value": "one"},
            {"op": "replace", "path": "/driver_info/a~1b/c~0d", "value": 2},
            {"op": "remove", "path": "/resource_class"},
            {"op": "add", "path": "/description", "value": "words"},
            {"op": "replace", "path": "/instance_uuid", "value": "3e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a0001"},
        ]),
    )
    .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let node = answer.json();
    assert_eq!(node["properties"], json!({"cpus": 8}));
    assert_eq!(node["extra"], json!({"x": {"y": {"deep": true, "deeper": null}}}));
    assert_eq!(
        node["driver_info"],
        json!({"address": "a", "list": [0, "one", 3, 4], "a/b": {"c~d": 2}})
    );
    assert_eq!(
        (&node["resource_class"], &node["description"]),
        (&Value::Null, &json!("words"))
    );
    assert_eq!(node["instance_uuid"], "3e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a0001");
    assert!(node["updated_at"].as_str().unwrap() > node["created_at"].as_str().unwrap());
    assert_eq!(server.get("/v1/nodes/n").await.json(), node);
}

#[tokio::test]
async fn one_wrong_operation_undoes_all() {
    let server = one().await;
    let before = server.get("/v1/nodes/n").await.json();
    let good = json!({"op": "add", "path": "/extra/good", "value": 1});
    for (bad, part) in [
        (
            json!({"op": "replace", "path": "/extra/none", "value": 1}),
            "/extra/none: there is nothing to replace",
        ),
        (
            json!({"op": "remove", "path": "/extra/none"}),
            "there is nothing to remove",
        ),
        (
            json!({"op": "add", "path": "/extra/none/below", "value": 1}),
            "no \"none\" in an object",
        ),
        (
            json!({"op": "add", "path": "/extra/x/y/z", "value": 1}),
            "a number has nothing below it",
        ),
        (
            json!({"op": "add", "path": "/driver_info/list/9", "value": 1}),
            "no place in an array of 3",
        ),
        (
            json!({"op": "add", "path": "/driver_info/list/01", "value": 1}),
            "no place in an array of 3",
        ),
        (
            json!({"op": "remove", "path": "/driver_info/list/-"}),
            "nothing to remove",
        ),
        (
            json!({"op": "replace", "path": "/driver_info/list/3", "value": 1}),
            "nothing to replace",
        ),
        (json!({"op": "add", "path": "/extra/a"}), "has no value"),
        (
            json!({"op": "test", "path": "/extra/x", "value": 1}),
            "\"test\" is not carried out here",
        ),
        (
            json!({"op": "move", "from": "/extra/x", "path": "/extra/z"}),
            "add, replace, remove",
        ),
        (
            json!({"op": "copy", "from": "/extra/x", "path": "/extra/z"}),
            "add, replace, remove",
        ),
        (json!({"path": "/extra/a", "value": 1}), "has no op"),
        (json!({"op": "add", "value": 1}), "has no path"),
        (
            json!({"op": "add", "path": "extra", "value": 1}),
            "does not begin with /",
        ),
        (json!({"op": "add", "path": "", "value": {}}), "does not begin with /"),
        (json!("add"), "must be an object"),
        (
            json!({"op": "replace", "path": "/driver_info", "value": [1]}),
            "driver_info must be an object, not an array",
        ),
        (
            json!({"op": "replace", "path": "/resource_class", "value": 7}),
            "resource_class must be a string",
        ),
        (
            json!({"op": "replace", "path": "/instance_uuid", "value": "x"}),
            "not a uuid",
        ),
        (
            json!({"op": "add", "path": "/name/x", "value": "n"}),
            "a string has nothing below it",
        ),
    ] {
        let answer = patch(&server, json!([good, bad])).await;
        assert_eq!(answer.status, 400, "{bad}: {answer:?}");
        assert!(answer.faultstring().contains(part), "{bad}: {answer:?}");
    }
    assert_eq!(server.get("/v1/nodes/n").await.json(), before);
}

#[tokio::test]
async fn a_body_that_is_no_patch_is_refused() {
    let server = one().await;
    for body in [
        json!({}),
        json!(null),
        json!("x"),
        json!({"op": "add", "path": "/extra/a", "value": 1}),
    ] {
        let answer = patch(&server, body).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.faultstring().contains("an array of operations"), "{answer:?}");
    }
}

#[tokio::test]
async fn an_empty_patch_and_one_that_changes_nothing_write_nothing() {
    let server = one().await;
    let before = server.get("/v1/nodes/n").await.json();
    for operations in [
        json!([]),
        json!([{"op": "replace", "path": "/name", "value": "n"}]),
        json!([
            {"op": "add", "path": "/extra/a", "value": 1}, {"op": "remove", "path": "/extra/a"},
        ]),
    ] {
        let answer = patch(&server, operations).await;
        assert_eq!((answer.status, answer.json()), (200, before.clone()));
    }
}

#[tokio::test]
async fn what_may_not_change_is_named_with_what_may() {
    let server = one().await;
    for path in [
        "uuid",
        "provision_state",
        "power_state",
        "reservation",
        "links",
        "last_error",
        "created_at",
        "maintenance_reason",
        "driver_internal_info/a",
        "colour",
        "power_interface",
    ] {
        let answer = patch(
            &server,
            json!([{"op": "add", "path": format!("/{path}"), "value": "x"}]),
        )
        .await;
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        let (text, first) = (answer.faultstring(), path.split('/').next().unwrap());
        assert!(
            text.contains(&format!("/{first} cannot be changed")) && text.contains("/driver_info"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn names_are_checked_and_unique_and_move_with_the_node() {
    let server = one().await;
    assert_eq!(
        server
            .post("/v1/nodes", &json!({"driver": "fake", "name": "taken"}))
            .await
            .status,
        201
    );
    let renamed = |name: Value| json!([{"op": "replace", "path": "/name", "value": name}]);
    for name in ["a b", "states", "", "1be26c0b-03f2-4d2e-ae87-c02d7f33c123"] {
        assert_eq!(patch(&server, renamed(name.into())).await.status, 400, "{name:?}");
    }
    let taken = patch(&server, renamed("taken".into())).await;
    assert_eq!(taken.status, 409, "{taken:?}");
    assert!(taken.faultstring().contains("taken"), "{taken:?}");
    assert_eq!(patch(&server, renamed("m".into())).await.status, 200);
    assert_eq!(
        (
            server.get("/v1/nodes/n").await.status,
            server.get("/v1/nodes/m").await.status
        ),
        (404, 200)
    );
    let unnamed = server
        .patch("/v1/nodes/m", &json!([{"op": "remove", "path": "/name"}]))
        .await;
    assert_eq!((unnamed.status, unnamed.json()["name"].clone()), (200, Value::Null));
    assert_eq!(server.get("/v1/nodes/m").await.status, 404);
    let uuid = unnamed.json()["uuid"].as_str().unwrap().to_owned();
    assert_eq!(
        server
            .patch(&format!("/v1/nodes/{uuid}"), &renamed("n".into()))
            .await
            .status,
        200
    );
    assert_eq!(server.get("/v1/nodes/n").await.json()["uuid"], uuid);
}

#[tokio::test]
async fn a_driver_is_replaced_by_one_that_is_offered() {
    let server = one().await;
    let driver = |name: &str| json!([{"op": "replace", "path": "/driver", "value": name}]);
    let answer = patch(&server, driver("nope")).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(
        answer.faultstring().contains("No valid host was found") && answer.faultstring().contains("nope"),
        "{answer:?}"
    );
    assert_eq!(
        patch(&server, json!([{"op": "remove", "path": "/driver"}]))
            .await
            .status,
        400
    );
    let answer = server
        .patch("/v1/nodes/n?reset_interfaces=true", &driver("fake-hardware"))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        (&answer.json()["driver"], &answer.json()["vendor_interface"]),
        (&json!("fake-hardware"), &json!("fake"))
    );
    let alone = server.patch("/v1/nodes/n?reset_interfaces=true", &json!([])).await;
    assert_eq!(alone.status, 400, "{alone:?}");
    assert!(
        alone
            .faultstring()
            .contains("reset_interfaces parameter can only be used when changing"),
        "{alone:?}"
    );
    let unexpected = server.patch("/v1/nodes/n?colour=red", &json!([])).await;
    assert_eq!(unexpected.status, 400, "{unexpected:?}");
}

#[tokio::test]
async fn the_vendor_interface_is_the_drivers() {
    let server = one().await;
    let given = |name: &str| json!([{"op": "add", "path": "/vendor_interface", "value": name}]);
    assert_eq!(patch(&server, given("fake")).await.status, 200);
    assert_eq!(
        patch(&server, json!([{"op": "remove", "path": "/vendor_interface"}]))
            .await
            .status,
        200
    );
    let answer = patch(&server, given("no-vendor")).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.faultstring().contains("['fake']"), "{answer:?}");
}

#[tokio::test]
async fn maintenance_may_change_and_takes_its_reason_along() {
    let server = one().await;
    assert_eq!(
        server
            .put("/v1/nodes/n/maintenance", &json!({"reason": "fan"}))
            .await
            .status,
        202
    );
    let kept = patch(
        &server,
        json!([{"op": "replace", "path": "/maintenance", "value": true}]),
    )
    .await
    .json();
    assert_eq!(
        (&kept["maintenance"], &kept["maintenance_reason"]),
        (&json!(true), &json!("fan"))
    );
    let ended = patch(
        &server,
        json!([{"op": "replace", "path": "/maintenance", "value": false}]),
    )
    .await
    .json();
    assert_eq!(
        (&ended["maintenance"], &ended["maintenance_reason"]),
        (&json!(false), &Value::Null)
    );
}

#[tokio::test]
async fn changes_outlive_a_kill() {
    let state = tempfile::tempdir().unwrap();
    let probe = Probe::at(state.path()).await;
    let answer = probe
        .patch(
            "/v1/nodes/n",
            &json!([{"op": "add", "path": "/extra/kept", "value": [1]}]),
        )
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    probe.server.kill();
    assert_eq!(Probe::at(state.path()).await.node("extra").await, json!({"kept": [1]}));
}

#[tokio::test]
async fn patches_at_the_same_time_all_come_through() {
    let server = one().await;
    let patches: Vec<_> = (0..30)
        .map(|index| {
            let client = bessemer_tests::Client::clone(&server);
            tokio::spawn(async move {
                client
                    .patch(
                        "/v1/nodes/n",
                        &json!([{"op": "add", "path": format!("/extra/k{index}"), "value": index}]),
                    )
                    .await
            })
        })
        .collect();
    for patch in patches {
        assert_eq!(patch.await.unwrap().status, 200);
    }
    assert_eq!(
        server.get("/v1/nodes/n").await.json()["extra"]
            .as_object()
            .unwrap()
            .len(),
        31
    );
}
