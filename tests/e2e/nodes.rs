//! Nodes: one node shown, its states and what its interfaces say, its end; gates and verbs of the routes.

use bessemer_tests::{Answer, Client, Probe, Server};
use serde_json::{Value, json};

use super::drivers::INTERFACES;
use super::locks::{LEFT, WATCHED, queued};

pub(super) const UUID: &str = "1be26c0b-03f2-4d2e-ae87-c02d7f33c123";

async fn at_version(client: &Client, version: &str, verb: &str, path: &str, body: Option<Value>) -> Answer {
    let request = client
        .request(verb, path)
        .header("x-openstack-ironic-api-version", version);
    client
        .send(body.into_iter().fold(request, |request, body| request.json(&body)))
        .await
}

#[track_caller]
pub(super) fn assert_refused(answer: &Answer, status: u16, parts: &[&str]) {
    assert_eq!(answer.status, status, "{answer:?}");
    let text = answer.faultstring();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
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
            &["Expected UUID or name for node"],
        );
    }
    let nowhere = server.get("/v1/nodes/demo-0/traits").await;
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
    assert_eq!(names, INTERFACES);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_while_its_change_waits_changes_nothing() {
    let probe = Probe::with(WATCHED).await;
    let held = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let client = Client::clone(&probe);
    let patch = json!([{"op": "add", "path": "/extra/left", "value": 1}]);
    let leaving = tokio::spawn(async move { client.patch("/v1/nodes/n", &patch).await });
    queued(&probe, "PATCH", 1);
    leaving.abort();
    probe.server.logged(LEFT);
    probe.open("a").await;
    assert_eq!(held.await.unwrap().status, 200);
    let next = json!([{"op": "add", "path": "/extra/next", "value": 1}]);
    let answer = probe.patch("/v1/nodes/n", &next).await;
    assert_eq!(
        (answer.status, answer.json()["extra"].clone()),
        (200, json!({"next": 1}))
    );
}
