//! Maintenance: set, unset, again and again.

use bessemer_tests::Server;
use serde_json::{Value, json};

async fn state(server: &Server) -> (Value, Value) {
    let node = server.get("/v1/nodes/demo-0").await.json();
    (node["maintenance"].clone(), node["maintenance_reason"].clone())
}

#[tokio::test]
async fn it_is_set_and_unset_with_its_reason() {
    let server = Server::start().await;
    let path = "/v1/nodes/demo-0/maintenance";
    for (body, reason) in [
        (json!({"reason": "fan"}), json!("fan")),
        (json!({"reason": "disk"}), json!("disk")),
        (json!({}), Value::Null),
    ] {
        let answer = server.put(path, &body).await;
        assert_eq!(
            (answer.status, answer.body.len(), answer.header("content-type")),
            (202, 0, ""),
            "{answer:?}"
        );
        assert_eq!(state(&server).await, (json!(true), reason));
    }
    assert_eq!(server.put(path, &json!({"reason": "again"})).await.status, 202);
    for _ in 0..2 {
        let answer = server.delete(path).await;
        assert_eq!((answer.status, answer.body.len()), (202, 0), "{answer:?}");
        assert_eq!(state(&server).await, (json!(false), Value::Null));
    }
}

#[tokio::test]
async fn it_needs_no_body() {
    let server = Server::start().await;
    let answer = server.send(server.request("PUT", "/v1/nodes/demo-0/maintenance")).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(state(&server).await, (json!(true), Value::Null));
    assert_eq!(
        server.put("/v1/nodes/demo-0/maintenance", &Value::Null).await.status,
        202
    );
}

#[tokio::test]
async fn what_is_wrong_changes_nothing() {
    let server = Server::start().await;
    for (body, part) in [
        (json!({"reason": 1}), "reason must be a string"),
        (json!({"why": "x", "reason": "y"}), "Unexpected arguments: why"),
        (json!(["x"]), "must be a JSON object"),
        (json!({"reason": "r".repeat(5000)}), "5000 characters"),
    ] {
        let answer = server.put("/v1/nodes/demo-0/maintenance", &body).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert!(answer.faultstring().contains(part), "{answer:?}");
    }
    assert_eq!(server.delete("/v1/nodes/demo-0/maintenance?reason=x").await.status, 400);
    assert_eq!(state(&server).await, (json!(false), Value::Null));
}

#[tokio::test]
async fn methods_run_in_maintenance() {
    let server = Server::start().await;
    assert_eq!(server.put("/v1/nodes/demo-0/maintenance", &json!({})).await.status, 202);
    let answer = server.post("/v1/nodes/demo-0/vendor_passthru/echo", &json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}
