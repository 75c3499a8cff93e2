//! Vendor passthru: both levels, both URL forms, how arguments come in and results go out, and what is refused.

use bessemer_tests::{Probe, Server};
use serde_json::{Value, json};

const TYPES: &str = "/v1/nodes/n/vendor_passthru/types";

#[tokio::test]
async fn both_url_forms_reach_the_method() {
    let server = Server::start().await;
    for path in [
        "/v1/nodes/demo-0/vendor_passthru?method=echo",
        "/v1/nodes/demo-0/vendor_passthru/echo",
    ] {
        let answer = server.post(path, &json!({"hello": "world"})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["args"], json!({"hello": "world"}));
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn a_node_answers_by_uuid_as_by_name() {
    let server = Server::start().await;
    let uuid = server.get("/v1/nodes/demo-0").await.json()["uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = server
        .get(&format!("/v1/nodes/{uuid}/vendor_passthru?method=peek"))
        .await;
    assert_eq!(
        (answer.status, &answer.json()["name"]),
        (200, &json!("demo-0")),
        "{answer:?}"
    );
    let upper = server
        .get(&format!(
            "/v1/nodes/{}/vendor_passthru?method=peek",
            uuid.to_uppercase()
        ))
        .await;
    assert_eq!(upper.status, 404, "{upper:?}");
}

#[tokio::test]
async fn every_answer_carries_ids_and_versions() {
    let server = Server::start().await;
    let request = server.request("POST", "/v1/nodes/demo-0/vendor_passthru/nothing");
    let answer = server
        .send(request.header("X-OpenStack-Ironic-API-Version", "1.30"))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("x-openstack-ironic-api-version"), "1.30");
    assert_eq!(answer.header("x-openstack-ironic-api-minimum-version"), "1.1");
    assert_eq!(answer.header("x-openstack-ironic-api-maximum-version"), "1.115");
    let id = answer.header("x-openstack-request-id");
    assert!(id.strip_prefix("req-").is_some_and(|id| id.len() == 36), "{id}");
    assert_eq!(answer.header("openstack-request-id"), id);
}

#[tokio::test]
async fn a_version_out_of_range_runs_nothing() {
    let probe = Probe::start().await;
    let request = probe
        .request("POST", "/v1/nodes/n/vendor_passthru/note")
        .json(&json!({"key": "a", "value": 1}));
    let answer = probe
        .send(request.header("X-OpenStack-Ironic-API-Version", "1.999"))
        .await;
    assert_eq!(answer.status, 406, "{answer:?}");
    assert_eq!(answer.header("x-openstack-ironic-api-maximum-version"), "1.115");
    assert_eq!(answer.header("x-openstack-ironic-api-version"), "");
    assert_eq!(probe.node("extra").await, json!({}));
}

#[tokio::test]
async fn a_method_without_result_answers_an_empty_200() {
    let server = Server::start().await;
    let answer = server
        .post("/v1/nodes/demo-0/vendor_passthru/nothing", &json!({}))
        .await;
    assert_eq!((answer.status, answer.body.len()), (200, 0), "{answer:?}");
    assert_eq!(answer.header("content-length"), "0");
    assert_eq!(answer.header("content-type"), "");
}

#[tokio::test]
async fn methods_are_listed_at_both_levels() {
    let server = Server::start().await;
    let node = server.get("/v1/nodes/demo-0/vendor_passthru/methods").await.json();
    assert_eq!(node["nothing"]["http_methods"], json!(["POST"]));
    assert_eq!(node["nothing"]["require_exclusive_lock"], json!(true));
    assert_eq!(node["echo"]["async"], json!(false));
    let driver = server.get("/v1/drivers/fake/vendor_passthru/methods").await;
    assert_eq!(driver.status, 200, "{driver:?}");
    assert!(
        driver.json()["echo"].get("require_exclusive_lock").is_none(),
        "{driver:?}"
    );
    let query = server.get("/v1/nodes/demo-0/vendor_passthru/methods?x=1").await;
    assert_eq!(
        (query.status, query.faultstring().as_str()),
        (400, "Unexpected arguments: x")
    );
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let probe = Probe::start().await;
    let check = async |verb: &str, path: &str, status: u16, text: &str| {
        let answer = probe.send(probe.request(verb, path)).await;
        assert_eq!(answer.status, status, "{verb} {path}: {answer:?}");
        assert!(answer.faultstring().starts_with(text), "{verb} {path}: {answer:?}");
        assert_eq!(answer.fault()["faultcode"], "Client");
    };
    check(
        "POST",
        "/v1/nodes/m/vendor_passthru/note",
        404,
        "Node m could not be found.",
    )
    .await;
    check(
        "POST",
        "/v1/drivers/m/vendor_passthru/note",
        404,
        "The driver 'm' is unknown.",
    )
    .await;
    check(
        "POST",
        "/v1/nodes/n/vendor_passthru/noet",
        400,
        "No handler for method noet; did you mean note?",
    )
    .await;
    check(
        "POST",
        "/v1/nodes/n/vendor_passthru/open",
        400,
        "No handler for method open; the driver itself has",
    )
    .await;
    check(
        "POST",
        "/v1/nodes/n/vendor_passthru/methods",
        400,
        "No handler for method methods",
    )
    .await;
    check(
        "POST",
        "/v1/nodes/n/vendor_passthru",
        400,
        "Missing mandatory parameter: method",
    )
    .await;
    check(
        "POST",
        "/v1/nodes/n/vendor_passthru?method=",
        400,
        "Method not specified",
    )
    .await;
    check(
        "POST",
        "/v1/nodes/n/vendor_passthru?method=note&method=note",
        400,
        "method= is given more than once",
    )
    .await;
    check(
        "POST",
        "/v1/nodes/n/vendor_passthru/note?method=note",
        400,
        "the method is named twice",
    )
    .await;
}

#[tokio::test]
async fn a_wrong_verb_is_a_400_that_names_the_right_ones() {
    let probe = Probe::start().await;
    for verb in ["GET", "PATCH", "TRACE", "BREW"] {
        let answer = probe.send(probe.request(verb, "/v1/nodes/n/vendor_passthru/raw")).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(
            answer.faultstring(),
            format!("The method raw does not support HTTP {verb}; it answers POST, PUT")
        );
        assert_eq!(answer.header("allow"), "POST, PUT");
    }
}

#[tokio::test]
async fn a_query_gives_arguments_to_get_only() {
    let probe = Probe::start().await;
    let answer = probe.get(&format!("{TYPES}?s=a%20b&i=7&b=no&l=1&l=2&v=3")).await;
    assert_eq!(
        answer.json(),
        json!({"s": "a b", "i": 7, "b": false, "l": [1, 2], "v": "3"}),
        "{answer:?}"
    );
    let both = probe
        .send(probe.request("GET", &format!("{TYPES}?s=a")).json(&json!({"s": "b"})))
        .await;
    assert_eq!(
        both.faultstring(),
        "argument `s` is given both in the query and in the body"
    );
    let body = probe.send(probe.request("GET", TYPES).json(&json!({"s": "b"}))).await;
    assert_eq!(body.json()["s"], "b", "{body:?}");
    let post = probe.post(&format!("{TYPES}?s=a"), &json!({})).await;
    assert_eq!(post.status, 400);
    assert!(post.faultstring().starts_with("Unexpected arguments: s"), "{post:?}");
}

#[tokio::test]
async fn scalars_are_taken_as_the_clients_send_them() {
    let probe = Probe::start().await;
    let body = r#"{"s": 1.10, "i": "7", "b": "False", "l": ["1", 2], "v": 1}"#;
    let answer = probe.send(probe.request("POST", TYPES).body(body)).await;
    assert_eq!(
        answer.json(),
        json!({"s": "1.10", "i": 7, "b": false, "l": [1, 2], "v": 1}),
        "{answer:?}"
    );
}

#[tokio::test]
async fn faulty_arguments_are_all_named() {
    let probe = Probe::start().await;
    let answer = probe.call("types", &json!({"i": 300, "colour": "red"})).await;
    assert_eq!(answer.status, 400);
    let text = answer.faultstring();
    for part in [
        "unknown argument `colour`",
        "missing argument `s`, a string",
        "argument `i` must be",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn faulty_bodies_are_400() {
    let probe = Probe::start().await;
    for (body, text) in [
        ("[1]", "expected a JSON object"),
        ("7", "expected a JSON object"),
        ("\"s\"", "expected a JSON object"),
        ("{\"s\": ", "the body is not JSON"),
        ("{\"s\": \"\u{1}\"}", "the body is not JSON"),
        ("{\"s\": 1, \"s\": 2}", "argument `s` is given twice"),
        ("{\"s\": \"a\", \"task\": 1, \"self\": 2}", "unknown argument `self`"),
    ] {
        let answer = probe.send(probe.request("POST", TYPES).body(body)).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert!(answer.faultstring().contains(text), "{body}: {answer:?}");
    }
    let utf8 = probe
        .send(probe.request("POST", TYPES).body(b"{\"s\": \"\xff\"}".as_slice()))
        .await;
    assert_eq!(utf8.status, 400, "{utf8:?}");
}

#[tokio::test]
async fn bodies_too_large_or_too_deep_are_refused_unread() {
    let probe = Probe::start().await;
    let large = probe
        .send(probe.request("POST", TYPES).body(vec![b' '; (1 << 20) + 1]))
        .await;
    assert_eq!(large.status, 413, "{large:?}");
    assert_eq!(large.json()["faultcode"], "Client");
    let deep = format!("{{\"s\": \"a\", \"v\": {}1{}}}", "[".repeat(25), "]".repeat(25));
    let answer = probe.send(probe.request("POST", TYPES).body(deep)).await;
    assert_eq!(
        (answer.status, answer.json()["faultcode"].as_str()),
        (400, Some("Client")),
        "{answer:?}"
    );
    let fits = format!(
        "{{\"s\": \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\", \"v\": {}1{}}}",
        "[".repeat(24),
        "]".repeat(24)
    );
    assert_eq!(probe.send(probe.request("POST", TYPES).body(fits)).await.status, 200);
}

#[tokio::test]
async fn a_raw_body_is_passed_through_untouched() {
    let probe = Probe::start().await;
    let request = probe
        .request("PUT", "/v1/nodes/n/vendor_passthru/raw")
        .header("content-type", "image/x");
    let answer = probe.send(request.body(b"\xff\x00{[".as_slice())).await;
    assert_eq!(
        answer.json(),
        json!({"bytes": 4, "content_type": "image/x"}),
        "{answer:?}"
    );
}

#[tokio::test]
async fn an_attachment_is_served_as_bytes() {
    let server = Server::start().await;
    let answer = server.get("/v1/nodes/demo-0/vendor_passthru/attachment?bytes=5").await;
    assert_eq!((answer.status, answer.body.len()), (200, 5), "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/octet-stream");
}

#[tokio::test]
async fn a_drivers_error_has_its_kinds_status() {
    let server = Server::start().await;
    for (kind, status) in [
        ("invalid", 400),
        ("unsupported", 400),
        ("forbidden", 403),
        ("not_found", 404),
        ("conflict", 409),
        ("busy", 503),
        ("rejected", 502),
        ("silent", 504),
        ("internal", 500),
    ] {
        let arguments = json!({"kind": kind, "message": "fan 3 is on fire"});
        let answer = server.post("/v1/nodes/demo-0/vendor_passthru/fail", &arguments).await;
        assert_eq!(
            (answer.status, answer.faultstring().as_str()),
            (status, "fan 3 is on fire"),
            "{kind}: {answer:?}"
        );
        let code = if status < 500 { "Client" } else { "Server" };
        assert_eq!(answer.fault()["faultcode"], code);
    }
}

#[tokio::test]
async fn paths_are_taken_in_the_forms_that_clients_send() {
    let server = Server::start().await;
    for path in [
        "/nodes/demo-0/vendor_passthru/peek",
        "/v1//nodes/demo-0//vendor_passthru/peek/",
        "/v1/nodes/demo%2D0/vendor_passthru/p%65ek",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
    let options = server.send(server.request("OPTIONS", "/v1/nodes")).await;
    assert_eq!((options.status, options.body.len()), (200, 0));
}

#[tokio::test]
async fn a_node_without_an_enabled_driver_cannot_be_called() {
    let state = tempfile::tempdir().unwrap();
    drop(Probe::at(state.path()).await);
    let server = Server::builder().config("").state(state.path()).start().await;
    for (verb, path) in [
        ("GET", "/v1/nodes/n/vendor_passthru/methods"),
        ("POST", "/v1/nodes/n/vendor_passthru/note"),
    ] {
        let answer = server.send(server.request(verb, path)).await;
        assert_eq!(answer.status, 404, "{answer:?}");
        assert!(
            answer.faultstring().starts_with("No valid host was found."),
            "{answer:?}"
        );
        assert!(answer.faultstring().contains("probe"), "{answer:?}");
    }
    assert_eq!(server.get("/v1/nodes/n").await.json()["driver"], Value::from("probe"));
}
