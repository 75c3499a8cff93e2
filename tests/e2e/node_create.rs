//! POST of a node: what may be given, what it becomes, what is refused.

use bessemer_tests::Server;
use serde_json::{Value, json};

use super::nodes::{UUID, assert_refused};

/// The record's fields: what Ironic's clients were seen to need, and `driver_internal_info`.
const FIELDS: [&str; 20] = [
    "created_at",
    "description",
    "driver",
    "driver_info",
    "driver_internal_info",
    "extra",
    "instance_uuid",
    "last_error",
    "links",
    "maintenance",
    "maintenance_reason",
    "name",
    "power_state",
    "properties",
    "provision_state",
    "reservation",
    "resource_class",
    "updated_at",
    "uuid",
    "vendor_interface",
];

#[tokio::test]
async fn a_node_is_created_with_all_that_is_given() {
    let server = Server::start().await;
    let given = json!({
        "driver": "fake", "name": "rack1.node-2", "uuid": UUID, "driver_info": {"address": "192.0.2.1", "port": 623},
        "properties": {"cpus": 4}, "extra": {"note": "é", "deep": [{"a": null}]}, "resource_class": "large",
        "description": "words", "instance_uuid": "3e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a0001", "maintenance": true,
        "maintenance_reason": "new", "vendor_interface": "fake",
    });
    let answer = server.post("/v1/nodes", &given).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.header("location"), format!("{}/v1/nodes/{UUID}", server.base()));
    let node = answer.json();
    assert_eq!(node.as_object().unwrap().keys().collect::<Vec<_>>(), FIELDS);
    for (attribute, value) in given.as_object().unwrap() {
        assert_eq!(node[attribute], *value, "{attribute}");
    }
    assert_eq!(node["provision_state"], "enroll");
    for field in ["power_state", "reservation", "last_error", "updated_at"] {
        assert_eq!(node[field], Value::Null, "{field}");
    }
    let time = node["created_at"].as_str().unwrap();
    assert!(time.len() == 32 && time.ends_with("+00:00"), "{time}");
    for path in [
        format!("/v1/nodes/{UUID}"),
        "/v1/nodes/rack1.node-2".into(),
        "/nodes/rack1.node-2/".into(),
    ] {
        assert_eq!(server.get(&path).await.json(), node, "{path}");
    }
    let links = json!([
        {"href": format!("{}/v1/nodes/{UUID}", server.base()), "rel": "self"},
        {"href": format!("{}/nodes/{UUID}", server.base()), "rel": "bookmark"},
    ]);
    assert_eq!(node["links"], links);
}

#[tokio::test]
async fn the_least_node_has_a_driver() {
    let server = Server::start().await;
    let answer = server
        .post(
            "/v1/nodes",
            &json!({"driver": "fake", "name": null, "driver_info": null}),
        )
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let node = answer.json();
    assert_eq!(node["name"], Value::Null);
    assert_eq!(node["driver_info"], json!({}));
    assert_eq!(node["uuid"].as_str().unwrap().len(), 36);
}

#[tokio::test]
async fn nodes_outlive_their_server() {
    let state = tempfile::tempdir().unwrap();
    let server = Server::builder().state(state.path()).start().await;
    let node =
        json!({"driver": "fake", "name": "n", "uuid": UUID, "driver_info": {"password": "secret"}, "extra": {"a": 1}});
    let created = server.post("/v1/nodes", &node).await.json();
    server.kill();
    let server = Server::builder().state(state.path()).start().await;
    let mut shown = server.get("/v1/nodes/n").await.json();
    // The port is another one.
    shown["links"] = created["links"].clone();
    assert_eq!(shown, created);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_node_is_told_at_once() {
    let server = Server::start().await;
    let refused =
        async |body: Value, parts: &[&str]| assert_refused(&server.post("/v1/nodes", &body).await, 400, parts);
    refused(json!({}), &["driver"]).await;
    refused(json!([]), &["object", "an array"]).await;
    refused(json!("x"), &["object", "a string"]).await;
    refused(json!({"name": "n"}), &["Missing mandatory parameter: driver"]).await;
    refused(
        json!({"driver": "fak"}),
        &["No valid host was found", "fak", "did you mean fake?"],
    )
    .await;
    refused(
        json!({"driver": 1, "name": "a b", "owner": "x", "reservation": "h"}),
        &[
            "driver must be a string, not a number",
            "\"a b\" has ' '",
            "owner, reservation cannot be given",
            "resource_class",
        ],
    )
    .await;
    refused(
        json!({"driver": "fake", "provision_state": "active"}),
        &["provision_state"],
    )
    .await;
    refused(
        json!({"driver": "fake", "extra": "x"}),
        &["extra must be an object, not a string"],
    )
    .await;
    refused(json!({"driver": "fake", "uuid": "x"}), &["uuid \"x\" is not a uuid"]).await;
    refused(
        json!({"driver": "fake", "maintenance": "perhaps"}),
        &["maintenance", "perhaps", "true or false"],
    )
    .await;
    refused(
        json!({"driver": "fake", "maintenance_reason": "r"}),
        &["maintenance is not true"],
    )
    .await;
    refused(
        json!({"driver": "fake", "power_interface": "ipmitool"}),
        &["interfaces.power", "ipmitool"],
    )
    .await;
    refused(
        json!({"driver": "fake", "vendor_interface": "other"}),
        &["interfaces.vendor", "['fake']"],
    )
    .await;
    refused(
        json!({"driver": "fake", "resource_class": "c".repeat(81)}),
        &["resource_class", "81", "80"],
    )
    .await;
    for name in ["", "a/b", UUID, "detail", "vendor_passthru", ".."] {
        refused(json!({"driver": "fake", "name": name}), &["name"]).await;
    }
    assert_eq!(
        server.get("/v1/nodes").await.json()["nodes"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn bodies_that_are_no_sound_json_are_a_400() {
    let server = Server::start().await;
    let deep = format!(
        r#"{{"driver": "fake", "extra": {}1{}}}"#,
        r#"{"a":"#.repeat(25),
        "}".repeat(25)
    );
    for (body, parts) in [
        (r#"{"driver": "fake""#, "column"),
        (r#"{"driver": "fake", "driver": "fake"}"#, "\"driver\" is given twice"),
        ("driver=fake", "JSON"),
    ] {
        let answer = server.send(server.request("POST", "/v1/nodes").body(body)).await;
        assert_refused(&answer, 400, &[parts]);
    }
    let answer = server.send(server.request("POST", "/v1/nodes").body(deep)).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.text().contains("25 levels"), "{answer:?}");
    let answer = server
        .send(server.request("POST", "/v1/nodes").body(" ".repeat((1 << 20) + 1)))
        .await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn what_is_taken_is_a_409_that_names_it() {
    let server = Server::start().await;
    let node = |name: &str, uuid: &str, instance: &str| json!({"driver": "fake", "name": name, "uuid": uuid, "instance_uuid": instance});
    let (other, instance) = (
        "9be26c0b-03f2-4d2e-ae87-c02d7f33c129",
        "3e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a0001",
    );
    assert_eq!(server.post("/v1/nodes", &node("n", UUID, instance)).await.status, 201);
    assert_refused(
        &server.post("/v1/nodes", &node("m", UUID, other)).await,
        409,
        &[UUID, "already exists"],
    );
    assert_refused(
        &server.post("/v1/nodes", &node("n", other, other)).await,
        409,
        &["name n already exists"],
    );
    assert_refused(
        &server.post("/v1/nodes", &node("m", other, instance)).await,
        409,
        &[instance, UUID],
    );
}
