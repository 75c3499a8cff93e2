//! Section 1: what is common to all answers, and the envelopes of errors. Each case of every other file is held to
//! the first three rows too, see `case.rs`.

use bessemer_tests::Server;
use serde_json::json;

use crate::case::{RANGE, VERSION, delete, get, patch, post, put, send};
use crate::{holds, links, on_stock};

#[tokio::test]
async fn headers_on_success_and_on_controller_errors() {
    on_stock(
        "headers on success and on controller errors: minimum, maximum and used version; both request ids, req-<uuid>",
        [
            get("/v1/drivers").version("1.30").sets(VERSION, "1.30"),
            get("/v1/drivers/nope").version("1.30").fails(404, "").sets(VERSION, "1.30"),
            get("/v1/drivers").sets(VERSION, "1.1"),
            delete("/v1/nodes/demo-0/maintenance").version("1.9").is(202).sets(VERSION, "1.9"),
            post("/v1/nodes/demo-0/vendor_passthru/nope", json!({}))
                .version("1.31")
                .fails(400, "No handler for method nope")
                .sets(VERSION, "1.31"),
        ],
    )
    .await;
}

#[tokio::test]
async fn headers_on_routing_errors() {
    let mut cases = vec![
        get("/v1/nope").misses(404),
        get("/nope").version("1.30").misses(404),
        put("/v1/nodes", json!({})).misses(405),
    ];
    cases.extend(RANGE.map(|(name, _)| get("/v1/nope").misses(404).lacks(name)));
    for (name, value) in RANGE {
        cases.push(get("/v1/nodes").version("1.999").misses(406).sets(name, value));
    }
    on_stock(
        "headers on routing errors (404/405 no such resource): request ids only; 406: min/max but not the used one",
        cases,
    )
    .await;
}

#[tokio::test]
async fn content_type() {
    let echoed = json!({ "é": "naïve \u{1F600}" });
    on_stock(
        "content type: application/json, no charset; non-ASCII escaped as \\uXXXX",
        [
            get("/").sets("content-type", "application/json"),
            post("/v1/nodes/demo-0/vendor_passthru/echo", echoed.clone())
                .sets("content-type", "application/json")
                .says(r"\u00e9")
                .says(r"\ud83d\ude00")
                .has(json!({ "args": echoed })),
            patch("/v1/nodes/demo-0", json!([{ "op": "add", "path": "/description", "value": "Größe" }]))
                .says(r"Gr\u00f6\u00dfe")
                .has(json!({ "description": "Größe" })),
            // Escaped in the JSON within, so escaped once more outside.
            post("/v1/nodes/demo-0/vendor_passthru/m%C3%A9thode", json!({}))
                .fails(400, "No handler for method méthode")
                .says(r"m\\u00e9thode"),
            get("/v1/nodes/demo-0/vendor_passthru/methods").sets("content-type", "application/json"),
        ],
    )
    .await;
}

#[tokio::test]
async fn answers_202() {
    on_stock(
        "202: Content-Length: 0, no Content-Type",
        [
            post("/v1/nodes/demo-0/vendor_passthru/second_method", json!({ "bar": "x" })).is(202).empty(),
            put("/v1/nodes/demo-0/maintenance", json!({})).is(202).empty(),
            delete("/v1/nodes/demo-0/maintenance").is(202).empty(),
        ],
    )
    .await;
}

#[tokio::test]
async fn links_are_absolute() {
    let row = "links: absolute, built from the Host header; X-Forwarded-* ignored unless configured; `self` under \
               /v1/..., `bookmark` without /v1";
    let elsewhere = |base: &str| {
        json!({ "links": [
            { "href": format!("{base}/v1/drivers/fake"), "rel": "self" },
            { "href": format!("{base}/drivers/fake"), "rel": "bookmark" },
        ] })
    };
    on_stock(
        row,
        [
            get("/v1/drivers/fake").has(json!({ "links": links("drivers/fake") })),
            get("/v1/drivers/fake").header("host", "api.example:81").has(elsewhere("http://api.example:81")),
            get("/v1/drivers/fake")
                .header("x-forwarded-host", "evil.example")
                .header("x-forwarded-proto", "https")
                .header("x-forwarded-prefix", "/baremetal")
                .has(json!({ "links": links("drivers/fake") })),
            get("/v1/nodes?limit=1").header("host", "h").has(json!({ "next": "<text>" })).says("\"http://h/v1/nodes?"),
        ],
    )
    .await;
    // What a proxy calls the API is said by the configuration, as in Ironic.
    let proxied =
        Server::builder().config("[api]\npublic_endpoint = \"https://cloud.example/baremetal\"\n").start().await;
    let case = get("/v1/drivers/fake").header("host", "inner").has(elsewhere("https://cloud.example/baremetal"));
    holds(row, &proxied, [case]).await;
}

#[tokio::test]
async fn options_on_anything() {
    let paths = [
        "/",
        "/v1",
        "/v1/nodes",
        "/v1/nodes/nope/maintenance",
        "/v1/nodes/demo-0/vendor_passthru?method=echo",
        "/v1/drivers/fake/vendor_passthru/methods",
        "/nope",
    ];
    let mut cases: Vec<_> = paths.iter().map(|path| send("OPTIONS", path).unversioned().empty()).collect();
    cases.push(send("OPTIONS", "/v1/nodes").version("1.999").unversioned().empty());
    on_stock("OPTIONS on anything: 200, empty", cases).await;
}

#[tokio::test]
async fn auth_token_under_noauth() {
    on_stock("X-Auth-Token under noauth: ignored", [get("/v1/drivers").header("x-auth-token", "notused")]).await;
}

#[tokio::test]
async fn trailing_slash_or_missing_prefix() {
    on_stock(
        "trailing slash, missing /v1 prefix: accepted",
        [
            get("/v1/nodes/").has(json!({ "nodes": "<list>" })),
            get("/nodes").has(json!({ "nodes": "<list>" })),
            get("/nodes/demo-0/").has(json!({ "name": "demo-0" })),
            get("/v1/drivers/?detail=True").has(json!({ "drivers": "<list>" })),
            get("/drivers/fake/properties/"),
            get("/conductors/"),
            post("/nodes/demo-0/vendor_passthru/echo/", json!({})).has(json!({ "http_method": "POST" })),
            post("/v1/nodes/demo-0/vendor_passthru/?method=echo", json!({})).has(json!({ "http_method": "POST" })),
        ],
    )
    .await;
}

#[tokio::test]
async fn double_slash() {
    on_stock(
        "double slash in the path: /v1/drivers//x = /v1/drivers/x",
        [
            get("/v1/drivers//fake").has(json!({ "name": "fake" })),
            get("//v1//nodes//demo-0").has(json!({ "name": "demo-0" })),
            get("/v1/nodes/demo-0//vendor_passthru//peek").has(json!({ "name": "demo-0" })),
        ],
    )
    .await;
}

#[tokio::test]
async fn envelope_of_controllers_and_methods() {
    let fail = |kind: &str| {
        let arguments = json!({ "kind": kind, "message": "fan 3" });
        post("/v1/nodes/demo-0/vendor_passthru/fail", arguments)
    };
    on_stock(
        "controllers, vendor methods: error_message is text: faultcode Client for 4xx, Server for 5xx, faultstring, \
         debuginfo null",
        [
            get("/v1/nodes/nope").fails(404, "Node nope could not be found."),
            get("/v1/nodes?limit=x").fails(400, "Limit must be positive"),
            fail("forbidden").fails(403, "fan 3"),
            fail("internal").fails(500, "fan 3"),
            fail("rejected").fails(502, "fan 3"),
        ],
    )
    .await;
}

#[tokio::test]
async fn envelope_of_the_routing() {
    on_stock(
        "routing: 404 unknown path, 405, 406 below /v1: code, title, description (406 on / itself uses the first shape)",
        [
            get("/v1/nope").misses(404),
            post("/v1/drivers", json!({})).misses(405),
            get("/v1/drivers").version("2.1").misses(406),
            get("/v1").version("1.999").misses(406),
            get("/").version("1.999").unversioned().fails(406, "Version 1.999 was requested"),
        ],
    )
    .await;
}

#[tokio::test]
async fn envelope_of_bodies_too_large_or_too_deep() {
    let deep = format!("{}1{}", "[".repeat(26), "]".repeat(26));
    let large = " ".repeat((1 << 20) + 1);
    let fine = format!("{{\"x\": {}1{}}}", "[".repeat(24), "]".repeat(24));
    on_stock(
        "body too large 413, nested too deep 400: faultcode and faultstring unwrapped; 413 closes the connection",
        [
            send("POST", "/v1/nodes").raw(deep.clone()).fails_bare(400, "…deeper than 25"),
            send("POST", "/v1/nodes/demo-0/vendor_passthru/echo").raw(deep).fails_bare(400, "…deeper than 25"),
            send("POST", "/v1/nodes/demo-0/vendor_passthru/echo").raw(fine),
            send("POST", "/v1/nodes")
                .raw(large.clone())
                .fails_bare(413, "Request object too large")
                .sets("connection", "close"),
            send("POST", "/v1/nodes/demo-0/vendor_passthru/echo")
                .raw(large)
                .fails_bare(413, "Request object too large")
                .sets("connection", "close"),
        ],
    )
    .await;
}

#[tokio::test]
async fn accept_html_on_a_routing_error() {
    on_stock(
        "Accept: text/html, routing error: still application/json. differs: error_message holds JSON, not HTML",
        [
            get("/v1/nope").header("accept", "text/html").misses(404),
            send("PUT", "/v1/nodes").header("accept", "text/html").misses(405),
        ],
    )
    .await;
}

#[tokio::test]
async fn accept_on_an_existing_resource() {
    let mut cases = vec![get("/").header("accept", "text/html").is(406).says("faultstring")];
    for accept in ["text/html", "application/xml", "text/plain, application/json;q=0"] {
        for path in ["/v1", "/v1/nodes", "/v1/drivers/fake", "/v1/nodes/demo-0/vendor_passthru/methods"] {
            cases.push(get(path).header("accept", accept).misses(406));
        }
        // Nothing is carried out.
        cases.push(delete("/v1/nodes/demo-0").header("accept", accept).misses(406));
        let call = post("/v1/nodes/demo-0/vendor_passthru?method=echo", json!({}));
        cases.push(call.header("accept", accept).misses(406));
    }
    for accept in ["text/html, application/json;q=0.9", "*/*", "application/json", "application/*", ""] {
        cases.push(get("/v1/nodes/demo-0").header("accept", accept).has(json!({ "name": "demo-0" })));
        cases.push(post("/v1/nodes/demo-0/vendor_passthru?method=echo", json!({})).header("accept", accept));
    }
    cases.push(get("/v1/nodes/demo-0"));
    // Bytes have a type of their own.
    let attached = get("/v1/nodes/demo-0/vendor_passthru/attachment?bytes=3").header("accept", "image/png");
    cases.push(attached.bytes("xxx"));
    on_stock(
        "Accept: text/html or application/xml, existing resource: 406. `text/html, application/json;q=0.9`, `*/*`, \
         none, application/json: JSON",
        cases,
    )
    .await;
}
