//! `baremetal node passthru …`

use bessemer_tests::Probe;
use serde_json::{Value, json};

use super::Baremetal;

/// A Python dictionary of plain values, as JSON.
fn from_python(text: &str) -> Value {
    let text = text.trim().replace('\'', "\"").replace("None", "null");
    let text = text.replace("True", "true").replace("False", "false");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[tokio::test]
async fn methods_are_listed() {
    let baremetal = Baremetal::start().await;
    let list = baremetal.json("node passthru list demo-0");
    let method = |name: &str| {
        let found = list
            .as_array()
            .into_iter()
            .flatten()
            .find(|method| method["Name"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {list:#}"))
    };
    let echo = method("echo");
    assert_eq!(echo["Supported HTTP methods"], "DELETE, GET, PATCH, POST, PUT");
    assert_eq!(
        (&echo["Async"], &echo["Response is attachment"]),
        (&json!(false), &json!(false))
    );
    assert!(
        echo["Description"].as_str().is_some_and(|text| !text.is_empty()),
        "{echo}"
    );
    assert_eq!(method("first_method")["Async"], true);
    assert_eq!(method("attachment")["Response is attachment"], true);
}

#[tokio::test]
async fn a_synchronous_method_answers_with_its_arguments() {
    let baremetal = Baremetal::start().await;
    let printed = baremetal.text("node passthru call demo-0 echo --arg text=x --arg number=1 --arg flag=true");
    let answer = from_python(&printed);
    assert_eq!(answer["http_method"], "POST");
    assert_eq!(answer["args"], json!({"text": "x", "number": 1, "flag": true}));

    let printed = baremetal.text("node passthru call demo-0 peek --http-method GET");
    assert_eq!(from_python(&printed)["name"], "demo-0");
    // This client sends no arguments with GET and DELETE, and prints nothing after DELETE, whichever server it
    // talks to.
    let args = json!({"a": 1});
    for (verb, sent) in [("PUT", &args), ("PATCH", &args), ("GET", &json!({}))] {
        let printed = baremetal.text(&format!(
            "node passthru call demo-0 echo --http-method {verb} --arg a=1"
        ));
        let answer = from_python(&printed);
        assert_eq!((&answer["http_method"], &answer["args"]), (&json!(verb), sent));
    }
    assert_eq!(
        baremetal.text("node passthru call demo-0 echo --http-method DELETE"),
        ""
    );
}

#[tokio::test]
async fn a_method_without_a_result_prints_nothing() {
    let baremetal = Baremetal::start().await;
    assert_eq!(baremetal.text("node passthru call demo-0 nothing"), "");
}

#[tokio::test]
async fn a_result_that_is_nothing_in_python_prints_nothing() {
    let baremetal = Baremetal::start().await;
    let method = "node passthru call demo-0 third_method_sync";
    assert_eq!(baremetal.text(&format!("{method} --arg bar=purr")), "");
    // It cannot print `true`, nor anything else but an object, whichever server it talks to.
    let complaint = baremetal.complaint(&format!("{method} --arg bar=meow"));
    assert!(!complaint.contains("HTTP"), "{complaint}");
}

#[tokio::test]
async fn a_call_is_carried_out_once_although_its_result_cannot_be_printed() {
    let probe = Probe::start().await;
    let baremetal = Baremetal::of(probe.server);
    let complaint = baremetal.complaint("node passthru call n count");
    assert!(!complaint.contains("HTTP"), "{complaint}");
    let count = baremetal
        .server
        .post("/v1/nodes/n/vendor_passthru/count", &json!({}))
        .await;
    assert_eq!(count.json(), 2, "{count:?}");
}

#[tokio::test]
async fn an_asynchronous_method_is_accepted_and_its_failure_found_at_the_node() {
    let baremetal = Baremetal::start().await;
    assert_eq!(
        baremetal.text("node passthru call demo-0 first_method --arg bar=baz"),
        ""
    );
    assert_eq!(
        baremetal.text("node passthru call demo-0 fail_async --arg kind=rejected --arg message=smoke"),
        ""
    );
    // Whoever asks for the node's lock waits for the method: then its end is stored.
    baremetal.text("node passthru call demo-0 nothing");
    let error = baremetal.text("node show demo-0 --fields last_error -f value");
    assert!(error.contains("smoke"), "{error}");
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_complained_of() {
    let baremetal = Baremetal::start().await;
    for (call, parts) in [
        ("demo-0 nope", &["No handler for method nope", "(HTTP 400)"][..]),
        (
            "demo-0 peek",
            &["The method peek does not support HTTP POST", "(HTTP 400)"],
        ),
        ("demo-0 first_method", &["missing argument `bar`", "(HTTP 400)"]),
        (
            "demo-0 first_method --arg foo=1",
            &["unknown argument `foo`", "(HTTP 400)"],
        ),
        ("demo-1 echo", &["demo-1", "(HTTP 404)"]),
    ] {
        let complaint = baremetal.complaint(&format!("node passthru call {call}"));
        for part in parts {
            assert!(complaint.contains(part), "no `{part}` in {complaint}");
        }
        assert!(complaint.contains("(Request-ID: req-"), "{complaint}");
    }
}

#[tokio::test]
async fn a_failing_method_is_complained_of_with_its_text() {
    let baremetal = Baremetal::start().await;
    for (kind, status) in [("invalid", 400), ("rejected", 502)] {
        let call = format!("node passthru call demo-0 fail --arg kind={kind} --arg message=smoke");
        let complaint = baremetal.complaint(&call);
        assert!(complaint.contains("smoke"), "{complaint}");
        assert!(complaint.contains(&format!("(HTTP {status})")), "{complaint}");
    }
    // What a panic says is for the log only; the request's id leads there.
    let complaint = baremetal.complaint("node passthru call demo-0 fail --arg kind=panic --arg message=smoke");
    assert!(
        complaint.contains("(HTTP 500)") && !complaint.contains("smoke"),
        "{complaint}"
    );
}
