//! Secrets in a node's settings: never shown, and kept where a client writes back what it was shown.

use bessemer_tests::Server;
use serde_json::{Value, json};

fn settings() -> Value {
    json!({
        "address": "192.0.2.1", "ipmi_password": "s3cret-a", "snmp": {"auth_key": "s3cret-b", "version": "3"},
        "users": [{"name": "u", "password": "s3cret-c"}], "url": "https://root:s3cret-d@bmc/redfish",
        "credentials": {"user": "s3cret-e"},
    })
}

fn masked() -> Value {
    json!({
        "address": "192.0.2.1", "ipmi_password": "******", "snmp": {"auth_key": "******", "version": "3"},
        "users": [{"name": "u", "password": "******"}], "url": "https://root:******@bmc/redfish",
        "credentials": "******",
    })
}

async fn one(server: &Server) {
    let node = json!({"driver": "fake", "name": "n", "driver_info": settings()});
    let created = server.post("/v1/nodes", &node).await;
    assert_eq!(
        (created.status, created.json()["driver_info"].clone()),
        (201, masked()),
        "{created:?}"
    );
}

/// What is stored, read behind the server's back.
fn stored(server: &Server) -> Value {
    let state = server.state();
    let path = [state.join("state"), state.to_owned()]
        .into_iter()
        .find_map(|directory| {
            let entries = std::fs::read_dir(directory).ok()?;
            let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
            paths.find(|path| {
                path.extension()
                    .is_some_and(|ext| ext == "sqlite" || ext == "db" || ext == "sqlite3")
            })
        });
    let database = rusqlite::Connection::open(path.expect("the state directory has a database")).unwrap();
    let text: String = database
        .query_row("SELECT driver_info FROM nodes WHERE name = 'n'", [], |row| row.get(0))
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn no_view_shows_a_secret() {
    let server = Server::start().await;
    one(&server).await;
    for path in [
        "/v1/nodes/n",
        "/v1/nodes/detail",
        "/v1/nodes?detail=true",
        "/v1/nodes?fields=driver_info",
        "/v1/nodes/n?fields=driver_info",
    ] {
        let text = server.get(path).await.text();
        assert!(text.contains("******") && !text.contains("s3cret"), "{path}: {text}");
    }
    let patched = server
        .patch("/v1/nodes/n", &json!([{"op": "add", "path": "/extra/a", "value": 1}]))
        .await
        .text();
    assert!(patched.contains("******") && !patched.contains("s3cret"), "{patched}");
    assert_eq!(stored(&server), settings());
    assert!(!server.stop().stderr.contains("s3cret"));
}

#[tokio::test]
async fn the_mask_written_back_keeps_what_is_stored() {
    let server = Server::start().await;
    one(&server).await;
    let whole = json!([{"op": "replace", "path": "/driver_info", "value": masked()}]);
    assert_eq!(server.patch("/v1/nodes/n", &whole).await.status, 200);
    assert_eq!(stored(&server), settings());
    let parts = json!([
        {"op": "add", "path": "/driver_info/ipmi_password", "value": "******"},
        {"op": "replace", "path": "/driver_info/snmp/auth_key", "value": "******"},
        {"op": "replace", "path": "/driver_info/users/0", "value": {"name": "v", "password": "******"}},
        {"op": "replace", "path": "/driver_info/url", "value": "https://root:******@bmc/redfish"},
        {"op": "replace", "path": "/driver_info/address", "value": "192.0.2.2"},
    ]);
    let answer = server.patch("/v1/nodes/n", &parts).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let mut wanted = settings();
    wanted["users"][0]["name"] = "v".into();
    wanted["address"] = "192.0.2.2".into();
    assert_eq!(stored(&server), wanted);
}

#[tokio::test]
async fn a_new_secret_takes_the_place_of_the_old() {
    let server = Server::start().await;
    one(&server).await;
    let patch = json!([{"op": "replace", "path": "/driver_info/ipmi_password", "value": "s3cret-new"}]);
    let answer = server.patch("/v1/nodes/n", &patch).await;
    assert_eq!(answer.json()["driver_info"], masked());
    assert_eq!(stored(&server)["ipmi_password"], "s3cret-new");
}

#[tokio::test]
async fn a_mask_that_stands_for_nothing_is_refused() {
    let server = Server::start().await;
    one(&server).await;
    let created = server
        .post(
            "/v1/nodes",
            &json!({"driver": "fake", "driver_info": {"password": "******"}}),
        )
        .await;
    assert_eq!(created.status, 400, "{created:?}");
    assert!(
        created
            .faultstring()
            .contains("driver_info/password is the mask of a secret"),
        "{created:?}"
    );
    let patch = json!([{"op": "add", "path": "/driver_info/other_token", "value": "******"}]);
    let answer = server.patch("/v1/nodes/n", &patch).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.faultstring().contains("driver_info/other_token"), "{answer:?}");
    assert_eq!(stored(&server), settings());
    // Where nothing is masked, stars are stars.
    let patch = json!([{"op": "add", "path": "/driver_info/note", "value": "******"}]);
    assert_eq!(server.patch("/v1/nodes/n", &patch).await.status, 200);
}

#[tokio::test]
async fn a_node_without_its_driver_can_be_kept_and_ended_but_not_called() {
    let state = tempfile::tempdir().unwrap();
    let server = Server::builder().state(state.path()).start().await;
    one(&server).await;
    drop(server);
    let server = Server::builder()
        .state(state.path())
        .config("enabled_drivers = []\n")
        .start()
        .await;
    assert_eq!(server.get("/v1/nodes/n").await.json()["driver_info"], masked());
    let patch = json!([{"op": "add", "path": "/extra/a", "value": 1}, {"op": "replace", "path": "/driver_info", "value": masked()}]);
    let answer = server.patch("/v1/nodes/n", &patch).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(stored(&server), settings());
    assert_eq!(
        server
            .put("/v1/nodes/n/maintenance", &json!({"reason": "no driver"}))
            .await
            .status,
        202
    );
    assert_eq!(
        server.get("/v1/nodes?driver=fake&maintenance=true").await.json()["nodes"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for path in ["/v1/nodes/n/validate", "/v1/nodes/n/vendor_passthru/methods"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        assert!(answer.faultstring().contains("No valid host was found"), "{answer:?}");
    }
    let other = server
        .patch(
            "/v1/nodes/n",
            &json!([{"op": "replace", "path": "/driver", "value": "fake-hardware"}]),
        )
        .await;
    assert_eq!(other.status, 400, "{other:?}");
    assert_eq!(server.delete("/v1/nodes/n").await.status, 204);
}
