//! The vendor passthru of the package `nodes`.

use bessemer_tests::Server;
use serde_json::{Value, json};

use super::go::METHOD;
use super::{Gophercloud, MICROVERSIONS};
use crate::held::{Busy, Locked};

/// ListVendorPassthruMethods, GetVendorPassthruMethods
#[tokio::test]
async fn methods_are_listed() {
    let server = Server::start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        let methods = client.get("nodes/demo-0/vendor_passthru/methods").await;
        for method in methods.as_object().expect("an object of methods").values() {
            METHOD.takes(method);
        }
        assert_eq!(methods["first_method"]["async"], true);
        assert_eq!(methods["third_method_sync"]["require_exclusive_lock"], true);
    }
}

/// CallVendorPassthru. GetSubscription is the same with GET, DeleteSubscription with DELETE, both with a body;
/// GetAllSubscriptions has none.
#[tokio::test]
async fn a_method_is_called_with_each_verb() {
    let server = Server::start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        let path = "nodes/demo-0/vendor_passthru?method=echo";
        for verb in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            for (body, args) in [(Some(json!({"id": "7"})), json!({"id": "7"})), (None, json!({}))] {
                let answer = client.succeeds(verb, path, body.as_ref(), 200).await.json();
                assert_eq!((&answer["http_method"], &answer["args"]), (&json!(verb), &args));
            }
        }
        // As its own tests do.
        let missing = "nodes/demo-0/vendor_passthru?method=gophercloud_acceptance_missing_method";
        let refused = client.request("POST", missing, Some(&json!({"noop": true}))).await;
        assert_eq!(refused.status, 400, "{refused:?}");
    }
}

/// What is answered is nothing or JSON: anything else is an error to it.
#[tokio::test]
async fn what_a_method_returns_is_json_or_nothing() {
    let server = Server::start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        for (method, body, code, told) in [
            ("third_method_sync", json!({"bar": "meow"}), 200, Some(json!(true))),
            ("nothing", json!({}), 200, None),
            ("first_method", json!({"bar": "baz"}), 202, None),
        ] {
            let path = format!("nodes/demo-0/vendor_passthru?method={method}");
            let answer = client.succeeds("POST", &path, Some(&body), code).await;
            let read = (!answer.body.is_empty()).then(|| answer.json());
            assert_eq!(read, told, "{method}: {answer:?}");
        }
    }
}

/// By itself it asks once, and hands the code to its caller, who may ask again.
#[tokio::test]
async fn a_refusal_is_an_error_with_nothing_done() {
    let note = json!({"key": "k", "value": 1});
    let (server, held) = Locked::start().await;
    let client = Gophercloud::of(&server, Some("1.109"));
    let path = "nodes/n/vendor_passthru?method=note";
    assert_eq!(client.request("POST", path, Some(&note)).await.status, 409);
    held.free().await;
    assert_eq!(client.get("nodes/n").await["extra"], json!({}));
    client.succeeds("POST", path, Some(&note), 200).await;
    assert_eq!(client.get("nodes/n").await["extra"], json!({"k": 1}));

    let (server, _busy) = Busy::start().await;
    let client = Gophercloud::of(&server, Some("1.109"));
    let path = "nodes/m/vendor_passthru?method=note";
    assert_eq!(client.request("POST", path, Some(&note)).await.status, 503);
    let node = client.get("nodes/m").await;
    assert_eq!((&node["extra"], &node["last_error"]), (&json!({}), &Value::Null));
}
