//! Section 4: queries and bodies of calls.

use bessemer_tests::Probe;
use serde_json::json;

use crate::case::{Case, get, post, send};
use crate::{holds, on_stock};

const ECHO: &str = "/v1/nodes/demo-0/vendor_passthru/echo";
const TYPES: &str = "/v1/nodes/n/vendor_passthru/types";

/// A call of `echo` with this body.
fn echo(verb: &str, body: &str) -> Case {
    send(verb, ECHO).raw(body)
}

/// A call of `types`, whose arguments have types, with this body.
fn types(body: &str) -> Case {
    send("POST", TYPES).raw(body)
}

#[tokio::test]
async fn extra_query_parameters() {
    let probe = Probe::start().await;
    let taken = json!({ "s": "a b", "i": 7, "b": false, "l": [1, 2], "v": "3" });
    holds(
        "extra query parameters: 400 \"Unexpected arguments: a\" for POST, PUT, PATCH. differs: for GET and DELETE they \
         are arguments, and refused if they are in the body too",
        &probe,
        [
            post(&format!("{TYPES}?s=a"), json!({})).fails(400, "Unexpected arguments: s"),
            post(&format!("{TYPES}?s=a"), json!({ "s": "b" })).fails(400, "Unexpected arguments: s"),
            post("/v1/nodes/n/vendor_passthru?method=types&s=a", json!({})).fails(400, "Unexpected arguments: s"),
            post(&format!("{TYPES}?x=1&y=2"), json!({ "s": "b" })).fails(400, "Unexpected arguments: x, y"),
            get(&format!("{TYPES}?s=a%20b&i=7&b=no&l=1&l=2&v=3")).shows(taken.clone()),
            get("/v1/nodes/n/vendor_passthru?method=types&s=a+b&i=7&b=0&l=1&l=2&v=3").shows(taken),
            get(&format!("{TYPES}?s=a&colour=1")).fails(400, "unknown argument `colour`"),
            get(&format!("{TYPES}?s=a")).json(&json!({ "s": "b" })).fails(400, "…both in the query and in the body"),
            get("/v1/drivers/probe/vendor_passthru/at?gate=g").shows(json!(0)),
            post("/v1/drivers/probe/vendor_passthru/open?gate=g", json!({})).fails(400, "Unexpected arguments: gate"),
        ],
    )
    .await;
    on_stock(
        "extra query parameters of DELETE. differs: arguments",
        [
            send("DELETE", &format!("{ECHO}?a=1&b=2&b=3")).has(json!({ "args": { "a": "1", "b": ["2", "3"] } })),
            // Beside a body, be it one that says nothing.
            get(&format!("{ECHO}?a=1")).raw("null").has(json!({ "args": { "a": "1" } })),
            get(&format!("{ECHO}?a=1")).json(&json!({ "b": [2] })).has(json!({ "args": { "a": "1", "b": [2] } })),
            get(&format!("{ECHO}?a=1")).json(&json!({ "a": 1 })).fails(400, "argument `a` is given both"),
            get(&format!("{ECHO}?a=1")).json(&json!([1])).fails(400, "…a body that is no object"),
        ],
    )
    .await;
}

#[tokio::test]
async fn no_body() {
    let mut cases = Vec::new();
    for verb in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        cases.push(send(verb, ECHO).has(json!({ "args": {} })));
        cases.push(echo(verb, "null").has(json!({ "args": {} })));
        cases.push(echo(verb, " \n").has(json!({ "args": {} })));
        cases.push(echo(verb, "{}").has(json!({ "args": {} })));
    }
    let nothing = "/v1/nodes/demo-0/vendor_passthru/nothing";
    cases.extend([send("POST", nothing), send("POST", nothing).raw("null"), send("POST", nothing).raw("{}")]);
    on_stock("no body / `null`: no arguments", cases).await;
}

#[tokio::test]
async fn get_and_delete_with_a_body() {
    on_stock(
        "GET, DELETE with JSON body: arguments",
        ["GET", "DELETE"]
            .map(|verb| echo(verb, r#"{"id": 7}"#).has(json!({ "http_method": verb, "args": { "id": 7 } }))),
    )
    .await;
    let get = get(TYPES).json(&json!({ "s": "x" })).has(json!({ "s": "x" }));
    holds("GET with JSON body: arguments", &Probe::start().await, [get]).await;
}

#[tokio::test]
async fn a_body_that_is_no_object() {
    let row = "body is array, string, number, boolean: 500, Python text. differs: 400 that says what is expected";
    let bodies = ["[1]", "[]", "\"s\"", "7", "-1.5", "true", "false"];
    let probe = Probe::start().await;
    holds(row, &probe, bodies.map(|body| types(body).fails(400, "…expected a JSON object"))).await;
    on_stock(row, bodies.map(|body| echo("POST", body).fails(400, ""))).await;
}

#[tokio::test]
async fn malformed_json() {
    let row = "malformed JSON: 500, the parser's text; invalid UTF-8 400. differs: 400 for both";
    let bodies = ["{\"s\": ", "{", "{'s': 1}", "{\"s\": \"a\"} x", "{\"s\": \"\u{1}\"}", "nul", "{\"s\": \"a\",}"];
    let probe = Probe::start().await;
    holds(row, &probe, bodies.map(|body| types(body).fails(400, "…the body is not JSON"))).await;
    let utf8 = send("POST", TYPES).raw(b"{\"s\": \"\xff\"}".as_slice());
    holds(row, &probe, [utf8.fails(400, "")]).await;
    on_stock(row, bodies.map(|body| echo("POST", body).fails(400, ""))).await;
}

#[tokio::test]
async fn body_key_method() {
    let args = json!({ "method": "other", "http_method": 1, "task": 2, "self": 3 });
    on_stock(
        "body key `method`: 400; `http_method`, `task`, `self`: 500. differs: they are arguments like any other; \
         `method` in the query names the method",
        [
            post(ECHO, args.clone()).has(json!({ "http_method": "POST", "args": args })),
            post("/v1/nodes/demo-0/vendor_passthru?method=echo", args.clone()).has(json!({ "args": args })),
            post("/v1/nodes/demo-0/vendor_passthru", args).fails(400, "Missing mandatory parameter: method"),
            post("/v1/nodes/demo-0/vendor_passthru/nothing", json!({ "task": 1 }))
                .fails(400, "unknown argument `task`"),
        ],
    )
    .await;
}

#[tokio::test]
async fn content_types() {
    let with = |kind: &str, body: &str| echo("POST", body).header("content-type", kind);
    let form = "application/x-www-form-urlencoded";
    on_stock(
        "content type text/plain with JSON: parsed as JSON; form content type with JSON: 400; form text: 500. differs: \
         form text 400; both name the way out",
        [
            with("text/plain", r#"{"a": 1}"#).has(json!({ "args": { "a": 1 } })),
            with("application/octet-stream", r#"{"a": 1}"#).has(json!({ "args": { "a": 1 } })),
            echo("POST", r#"{"a": 1}"#).has(json!({ "args": { "a": 1 } })),
            with(form, r#"{"a": 1}"#).fails(400, "Unexpected arguments").says("curl --json"),
            with(form, "a=1&b=2").fails(400, "Unexpected arguments"),
            with(&format!("{}; charset=utf-8", form.to_uppercase()), "{}").fails(400, "Unexpected arguments"),
            with(form, " ").has(json!({ "args": {} })),
            send("POST", "/v1/nodes")
                .header("content-type", form)
                .raw(r#"{"driver": "fake"}"#)
                .fails(400, "Unexpected"),
            send("PATCH", "/v1/nodes/demo-0").header("content-type", form).raw("[]").fails(400, "Unexpected"),
            send("PUT", "/v1/nodes/demo-0/maintenance").header("content-type", form).raw("{}").fails(400, "Unexpected"),
            send("PUT", "/v1/nodes/demo-0/maintenance").header("content-type", form).is(202),
            get("/v1/nodes/demo-0").has(json!({ "maintenance": true })),
        ],
    )
    .await;
    let wrong = types("s=a").header("content-type", form).fails(400, "Unexpected arguments");
    holds("form text: 500. differs: 400", &Probe::start().await, [wrong]).await;
}

#[tokio::test]
async fn body_size() {
    let of = |bytes: usize| format!("{{\"a\": \"{}\"}}", "x".repeat(bytes - 9));
    on_stock(
        "body > 1 MiB: 413; 500 kB fine; limits configurable",
        [
            echo("POST", &of(500_000)),
            send("POST", "/v1/nodes/demo-0/vendor_passthru/log_passthrough").raw(of(1 << 20)).is(202),
            echo("POST", &of((1 << 20) + 1)).fails_bare(413, "Request object too large").sets("connection", "close"),
        ],
    )
    .await;
    let small = Probe::with("[api]\nmax_json_body_size = 1\n").await;
    let cases = [types(&of(1025)).fails_bare(413, ""), types(r#"{"s": "x"}"#)];
    holds("body size: configurable", &small, cases).await;
}

#[tokio::test]
async fn body_depth() {
    let of = |depth: usize| format!("{{\"a\": {}1{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    on_stock(
        "nesting > 25: 400",
        [
            echo("POST", &of(25)),
            echo("POST", &of(26)).fails_bare(400, "…nested deeper than 25"),
            // Brackets in a text are no nesting.
            echo("POST", &format!("{{\"a\": \"{}\"}}", "[{".repeat(50))),
        ],
    )
    .await;
}

#[tokio::test]
async fn odd_json() {
    let digits = "9".repeat(400);
    holds(
        "duplicate keys, NaN, 400-digit integers: last wins, echoed, echoed. differs: an argument given twice, or what \
         is no JSON, is a 400 that names it",
        &Probe::start().await,
        [
            types(r#"{"s": "a", "s": "b"}"#).fails(400, "argument `s` is given twice"),
            types(r#"{"s": "a", "v": NaN}"#).fails(400, "the body is not JSON"),
            types(r#"{"s": "a", "v": Infinity}"#).fails(400, "the body is not JSON"),
            // A text keeps what it is given.
            types(&format!("{{\"s\": {digits}}}")).has(json!({ "s": digits })),
            types(&format!("{{\"s\": \"a\", \"v\": {digits}}}")).fails(400, "…argument `v`"),
        ],
    )
    .await;
    on_stock(
        "duplicate keys of a free object: last wins",
        [echo("POST", r#"{"a": 1, "a": 2}"#).has(json!({ "args": { "a": 2 } }))],
    )
    .await;
}

#[tokio::test]
async fn any_bytes() {
    holds(
        "beyond Ironic: a method that takes any bytes is given them untouched, whatever they are called",
        &Probe::start().await,
        [
            send("PUT", "/v1/nodes/n/vendor_passthru/raw")
                .header("content-type", "image/x")
                .raw(b"\xff\x00{[".as_slice())
                .shows(json!({ "bytes": 4, "content_type": "image/x" })),
            send("POST", "/v1/nodes/n/vendor_passthru?method=raw")
                .header("content-type", "application/x-www-form-urlencoded")
                .raw("a=1")
                .shows(json!({ "bytes": 3, "content_type": "application/x-www-form-urlencoded" })),
        ],
    )
    .await;
}
