//! Calls of nodes' methods. It names the method only in the query, and has a body with every verb.

use bessemer_tests::Probe;
use serde_json::{Value, json};

use super::Sdk;

/// What an answer of `call_node_vendor_passthru` holds.
fn body(answer: &Value) -> Value {
    let text = answer["text"].as_str().expect("an answer has a text");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[tokio::test]
async fn methods_are_listed() {
    let mut sdk = Sdk::start().await;
    let methods = sdk.call("list_node_vendor_passthru", &json!({"node": "demo-0"}));
    let echo = &methods["echo"];
    assert_eq!(echo["http_methods"], json!(["GET", "POST", "PUT", "PATCH", "DELETE"]));
    assert_eq!(
        (&echo["async"], &echo["attach"], &echo["require_exclusive_lock"]),
        (&json!(false), &json!(false), &json!(false))
    );
    assert_eq!(methods["first_method"]["async"], true);
    assert_eq!(methods["attachment"]["attach"], true);
    let raised = sdk.raised("list_node_vendor_passthru", &json!({"node": "demo-1"}));
    assert_eq!(raised.status, Some(404), "{raised:?}");
}

#[tokio::test]
async fn a_method_is_called_with_each_verb() {
    let mut sdk = Sdk::start().await;
    for verb in ["GET", "POST", "PUT", "DELETE"] {
        let call = json!({"node": "demo-0", "verb": verb, "method": "echo", "body": {"text": "x", "number": 1}});
        let answer = sdk.call("call_node_vendor_passthru", &call);
        assert_eq!((&answer["status"], &answer["version"]), (&json!(200), &json!("1.109")));
        let told = body(&answer);
        assert_eq!(told["http_method"], verb);
        assert_eq!(told["args"], json!({"text": "x", "number": 1}));

        let call = json!({"node": "demo-0", "verb": verb, "method": "echo"});
        let told = body(&sdk.call("call_node_vendor_passthru", &call));
        assert_eq!((&told["http_method"], &told["args"]), (&json!(verb), &json!({})));
    }
}

#[tokio::test]
async fn whatever_a_method_returns_is_there_as_it_is() {
    let mut sdk = Sdk::start().await;
    for (verb, method, arguments, status, text) in [
        ("POST", "third_method_sync", json!({"bar": "meow"}), 200, "true"),
        ("POST", "nothing", json!({}), 200, ""),
        ("POST", "first_method", json!({"bar": "baz"}), 202, ""),
        ("GET", "attachment", json!({"bytes": 3}), 200, "xxx"),
    ] {
        let call = json!({"node": "demo-0", "verb": verb, "method": method, "body": arguments});
        let answer = sdk.call("call_node_vendor_passthru", &call);
        assert_eq!(
            (&answer["status"], &answer["text"]),
            (&json!(status), &json!(text)),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_call_changes_the_node() {
    let mut sdk = Sdk::of(Probe::start().await.server);
    let note = json!({"node": "n", "verb": "POST", "method": "note", "body": {"key": "k", "value": {"deep": [1]}}});
    sdk.call("call_node_vendor_passthru", &note);
    let node = sdk.call("get_node", &json!({"node": "n"}));
    assert_eq!(node["extra"], json!({"k": {"deep": [1]}}));
}

#[tokio::test]
async fn the_failure_of_an_asynchronous_method_is_found_at_the_node() {
    let mut sdk = Sdk::start().await;
    let arguments = json!({"kind": "rejected", "message": "smoke"});
    let fail = json!({"node": "demo-0", "verb": "POST", "method": "fail_async", "body": arguments});
    assert_eq!(sdk.call("call_node_vendor_passthru", &fail)["status"], 202);
    // Whoever asks for the node's lock waits for the method: then its end is stored.
    let nothing = json!({"node": "demo-0", "verb": "POST", "method": "nothing"});
    sdk.call("call_node_vendor_passthru", &nothing);
    let node = sdk.call("get_node", &json!({"node": "demo-0"}));
    let error = node["last_error"].as_str();
    assert!(error.is_some_and(|error| error.contains("smoke")), "{node:#}");
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_raised_with_its_text() {
    let mut sdk = Sdk::start().await;
    let failing = |kind: &str| json!({"kind": kind, "message": "smoke"});
    for (node, method, arguments, error, status, part) in [
        (
            "demo-0",
            "nope",
            json!({}),
            "BadRequestException",
            400,
            "No handler for method nope",
        ),
        (
            "demo-0",
            "peek",
            json!({}),
            "BadRequestException",
            400,
            "does not support HTTP POST",
        ),
        (
            "demo-0",
            "first_method",
            json!({}),
            "BadRequestException",
            400,
            "missing argument `bar`",
        ),
        (
            "demo-0",
            "fail",
            failing("invalid"),
            "BadRequestException",
            400,
            "smoke",
        ),
        ("demo-0", "fail", failing("rejected"), "HttpException", 502, "smoke"),
        ("demo-1", "echo", json!({}), "NotFoundException", 404, "demo-1"),
    ] {
        let call = json!({"node": node, "verb": "POST", "method": method, "body": arguments});
        let raised = sdk.raised("call_node_vendor_passthru", &call);
        assert_eq!((&*raised.error, raised.status), (error, Some(status)), "{raised:?}");
        assert!(raised.text.contains(part), "no `{part}` in {raised:?}");
    }
}
