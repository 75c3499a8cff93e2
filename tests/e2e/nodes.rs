//! Nodes: creation, one node shown, its states and what its interfaces say, its end.

use std::time::Duration;

use bessemer_tests::{Answer, Client, Probe, Server};
use serde_json::{Value, json};

const UUID: &str = "1be26c0b-03f2-4d2e-ae87-c02d7f33c123";

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

async fn at_version(client: &Client, version: &str, verb: &str, path: &str, body: Option<Value>) -> Answer {
    let request = client
        .request(verb, path)
        .header("x-openstack-ironic-api-version", version);
    client
        .send(body.into_iter().fold(request, |request, body| request.json(&body)))
        .await
}

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, parts: &[&str]) {
    assert_eq!(answer.status, status, "{answer:?}");
    let text = answer.faultstring();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}

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

#[tokio::test]
async fn only_the_asked_fields_are_shown() {
    let server = Server::start().await;
    let keys = async |fields: &str| -> Vec<String> {
        let answer = server.get(&format!("/v1/nodes/demo-0?{fields}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json().as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys("fields=name,driver").await, ["driver", "links", "name"]);
    assert_eq!(
        keys("fields=name%2Cdriver&fields=uuid").await,
        ["driver", "links", "name", "uuid"]
    );
    assert_eq!(keys("fields=").await, ["links"]);
    let unknown = server.get("/v1/nodes/demo-0?fields=name,colour").await;
    assert_refused(&unknown, 400, &["\"colour\"", "resource_class"]);
    assert_refused(
        &server.get("/v1/nodes/demo-0?detail=true").await,
        400,
        &["Unexpected arguments: detail"],
    );
}

#[tokio::test]
async fn what_addresses_no_node_is_a_404_or_a_400() {
    let server = Server::start().await;
    let node = json!({"driver": "fake", "uuid": UUID});
    assert_eq!(server.post("/v1/nodes", &node).await.status, 201);
    for ident in ["demo-1", "9be26c0b-03f2-4d2e-ae87-c02d7f33c129", &UUID.to_uppercase()] {
        for (verb, path) in [
            ("GET", ""),
            ("GET", "/states"),
            ("GET", "/validate"),
            ("PUT", "/maintenance"),
            ("DELETE", ""),
        ] {
            let answer = server
                .send(server.request(verb, &format!("/v1/nodes/{ident}{path}")))
                .await;
            assert_refused(&answer, 404, &[&format!("Node {ident} could not be found.")]);
        }
    }
    for ident in ["a%20b", "a%2Fb", "%FF"] {
        assert_refused(
            &server.get(&format!("/v1/nodes/{ident}")).await,
            400,
            &["Expected a logical name or UUID"],
        );
    }
    let nowhere = server.get("/v1/nodes/demo-0/nowhere").await;
    assert_eq!((nowhere.status, nowhere.fault()["code"].clone()), (404, json!(404)));
}

#[tokio::test]
async fn a_version_that_is_asked_for_closes_its_gates() {
    let server = Server::start().await;
    let get = async |version: &str, path: &str| at_version(&server, version, "GET", path, None).await.status;
    assert_eq!(
        (
            get("1.4", "/v1/nodes/demo-0").await,
            get("1.5", "/v1/nodes/demo-0").await
        ),
        (404, 200)
    );
    assert_eq!(
        (
            get("1.7", "/v1/nodes?fields=name").await,
            get("1.8", "/v1/nodes?fields=name").await
        ),
        (406, 200)
    );
    assert_eq!(
        (
            get("1.7", "/v1/nodes/demo-0?fields=name").await,
            get("1.8", "/v1/nodes/demo-0?fields=name").await
        ),
        (406, 200)
    );
    assert_eq!(
        (
            get("1.90", "/v1/nodes/demo-0.json").await,
            get("1.91", "/v1/nodes/demo-0.json").await
        ),
        (200, 404)
    );
    let uuid = server.get("/v1/nodes/demo-0").await.json()["uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        (
            get("1.1", &format!("/v1/nodes/{uuid}")).await,
            get("1.4", &format!("/v1/nodes/{uuid}.json")).await
        ),
        (200, 200)
    );
    for (version, state) in [("1.10", "available"), ("1.11", "enroll")] {
        let node = at_version(&server, version, "POST", "/v1/nodes", Some(json!({"driver": "fake"})))
            .await
            .json();
        assert_eq!(node["provision_state"], state, "{version}");
    }
}

#[tokio::test]
async fn a_deleted_node_is_gone_and_its_name_free() {
    let server = Server::start().await;
    let answer = server.delete("/v1/nodes/demo-0").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0), "{answer:?}");
    assert_refused(
        &server.delete("/v1/nodes/demo-0").await,
        404,
        &["Node demo-0 could not be found."],
    );
    assert_eq!(server.get("/v1/nodes").await.json(), json!({"nodes": []}));
    assert_eq!(
        server
            .post("/v1/nodes", &json!({"driver": "fake", "name": "demo-0"}))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn only_vendor_methods_are_supported_and_validated() {
    let server = Server::start().await;
    let answer = server.get("/v1/nodes/demo-0/validate").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let interfaces = answer.json().as_object().unwrap().clone();
    let names: Vec<&String> = interfaces.keys().collect();
    assert_eq!(
        names,
        [
            "bios",
            "boot",
            "console",
            "deploy",
            "firmware",
            "inspect",
            "management",
            "network",
            "power",
            "raid",
            "rescue",
            "storage",
            "vendor",
        ]
    );
    assert_eq!(interfaces["vendor"], json!({"result": true}));
    assert_eq!(interfaces["power"], json!({"result": null, "reason": "not supported"}));
}

#[tokio::test]
async fn states_are_those_of_the_record() {
    let server = Server::start().await;
    let states = server.get("/v1/nodes/demo-0/states").await.json();
    assert_eq!(states["provision_state"], "enroll");
    for field in [
        "power_state",
        "target_power_state",
        "target_provision_state",
        "last_error",
    ] {
        assert_eq!(states.get(field), Some(&Value::Null), "{field}");
    }
}

#[tokio::test]
async fn verbs_that_a_route_does_not_have_are_a_405_with_allow() {
    let server = Server::start().await;
    for (verb, path, allow) in [
        ("PUT", "/v1/nodes", "GET, POST"),
        ("HEAD", "/v1/nodes", "GET, POST"),
        ("POST", "/v1/nodes/detail", "GET"),
        ("PUT", "/v1/nodes/demo-0", "DELETE, GET, PATCH"),
        ("HEAD", "/v1/nodes/demo-0", "DELETE, GET, PATCH"),
        ("GET", "/v1/nodes/demo-0/maintenance", "DELETE, PUT"),
        ("POST", "/v1/nodes/demo-0/states", "GET"),
        ("PUT", "/v1/nodes/demo-0/validate", "GET"),
    ] {
        let answer = server.send(server.request(verb, path)).await;
        assert_eq!((answer.status, answer.header("allow")), (405, allow), "{verb} {path}");
        assert_eq!(answer.header("x-openstack-ironic-api-version"), "", "{verb} {path}");
    }
}

#[tokio::test]
async fn a_change_waits_for_the_node_and_is_made_on_what_it_is_then() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\n").await;
    let held = probe.calling("hold_async", json!({"gate": "a", "note": "from the method"}));
    probe.entered("a", 1).await;
    assert_eq!(held.await.unwrap().status, 202);
    assert_ne!(probe.node("reservation").await, Value::Null);
    let client = Client::clone(&probe);
    let patched = tokio::spawn(async move {
        client
            .patch(
                "/v1/nodes/n",
                &json!([{"op": "replace", "path": "/extra/note", "value": "from the client"}]),
            )
            .await
    });
    probe.open("a").await;
    // The member exists only because the method's change came first.
    let answer = patched.await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["extra"], json!({"note": "from the client"}));
    assert_eq!(answer.json()["reservation"], Value::Null);
}

#[tokio::test]
async fn a_client_that_leaves_while_its_change_waits_changes_nothing() {
    let probe = Probe::with("[conductor]\nlock_wait = \"60s\"\n").await;
    let held = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let client = Client::clone(&probe);
    let patch = json!([{"op": "add", "path": "/extra/left", "value": 1}]);
    let leaving = tokio::time::timeout(Duration::from_millis(50), client.patch("/v1/nodes/n", &patch));
    assert!(leaving.await.is_err());
    drop(client);
    probe.open("a").await;
    assert_eq!(held.await.unwrap().status, 200);
    let next = json!([{"op": "add", "path": "/extra/next", "value": 1}]);
    let answer = probe.patch("/v1/nodes/n", &next).await;
    assert_eq!(
        (answer.status, answer.json()["extra"].clone()),
        (200, json!({"next": 1}))
    );
}
