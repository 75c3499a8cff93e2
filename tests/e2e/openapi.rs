//! `/openapi.json` and `bessemer openapi`: one document, which follows from the binary and its configuration alone. That
//! it is sound OpenAPI, and that answers are as it says, is tried in `tests/openapi`.
//!
//! `openapi.json` beside this file is what the stock binary prints. After a change that is meant:
//!
//! ```sh
//! cargo run -- openapi --config /dev/null >tests/e2e/openapi.json
//! ```

use std::process::Command;

use bessemer_tests::{Binary, Server, path_of};
use serde_json::{Value, json};

const GOLDEN: &str = include_str!("openapi.json");

/// What the stock binary prints, with these options.
fn printed(options: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(path_of(Binary::Stock))
        .args(["openapi", "--config", "/dev/null"])
        .args(options)
        .env_clear()
        .output()
        .expect("the binary under test starts");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The same as JSON, where it must succeed silently.
#[track_caller]
fn document(options: &[&str]) -> Value {
    let (code, stdout, stderr) = printed(options);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    serde_json::from_str(&stdout).unwrap()
}

fn paths(document: &Value) -> Vec<&str> {
    let paths = document["paths"].as_object().unwrap();
    paths.keys().map(String::as_str).collect()
}

#[test]
fn the_document_is_the_golden_one_each_time() {
    let (first, second) = (document(&[]), printed(&[]));
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    for section in ["info", "tags", "paths", "components"] {
        let (new, old) = (&first[section], &golden[section]);
        for (name, old) in old.as_object().into_iter().flatten() {
            // Neither is shown: each may have thousands of lines.
            assert!(
                new[name] == *old,
                "{section}: {name}; see the head of tests/e2e/openapi.rs"
            );
        }
        assert!(new == old, "{section}; see the head of tests/e2e/openapi.rs");
    }
    assert!(
        second.1 == GOLDEN,
        "the same but for its layout; see the head of tests/e2e/openapi.rs"
    );
}

#[tokio::test]
async fn the_server_answers_what_the_binary_prints() {
    let server = Server::builder().start().await;
    for version in [None, Some("1.1"), Some("1.115")] {
        let mut request = server.request("GET", "/openapi.json");
        if let Some(version) = version {
            request = request.header("X-OpenStack-Ironic-API-Version", version);
        }
        let answer = server.send(request).await;
        assert_eq!(answer.status, 200, "{version:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.text() == GOLDEN, "{version:?}");
    }
}

#[tokio::test]
async fn who_has_the_document_is_told_so() {
    let server = Server::builder().start().await;
    let first = server.get("/openapi.json").await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() > 2, "{tag}");
    assert_eq!(first.header("cache-control"), "no-cache");
    for (given, status) in [
        (tag.clone(), 304),
        (format!("\"x\", W/{tag}"), 304),
        ("\"x\"".into(), 200),
    ] {
        let request = server.request("GET", "/openapi.json").header("If-None-Match", &given);
        let answer = server.send(request).await;
        assert_eq!((answer.status, answer.header("etag")), (status, &*tag), "{given}");
        assert_eq!(answer.body.is_empty(), status == 304);
    }
}

#[tokio::test]
async fn what_the_document_does_not_take_is_refused() {
    let server = Server::builder().start().await;
    assert_eq!(server.get("/openapi.json?x=1").await.status, 400);
    let answer = server.post("/openapi.json", &json!({})).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET"));
    let request = server.request("GET", "/openapi.json").header("Accept", "text/html");
    assert_eq!(server.send(request).await.status, 406);
}

#[test]
fn exactly_the_enabled_drivers_are_in_it() {
    let (code, none, _) = printed(&["--set", "enabled_drivers="]);
    assert_eq!(code, Some(0));
    let none = serde_json::from_str(&none).unwrap();
    assert!(
        !paths(&none).iter().any(|path| path.ends_with("/vendor_passthru/echo")),
        "{none}"
    );
    let alias = document(&["--set", "enabled_drivers=fake-hardware"]);
    let echoes: Vec<_> = paths(&alias)
        .into_iter()
        .filter(|path| path.ends_with("/echo"))
        .collect();
    assert_eq!(
        echoes,
        [
            "/v1/drivers/fake-hardware/vendor_passthru/echo",
            "/v1/nodes/{node_ident}/vendor_passthru/echo",
        ]
    );
    let names = &alias["components"]["parameters"]["driver_name"]["schema"]["enum"];
    assert_eq!(*names, json!(["fake-hardware"]));
}

#[test]
fn a_driver_that_is_not_there_is_told_as_a_start_would() {
    let (code, stdout, stderr) = printed(&["--set", "enabled_drivers=fke"]);
    assert_eq!((code, stdout.as_str()), (Some(78), ""));
    assert!(
        stderr.contains("driver \"fke\" is enabled, but is not compiled"),
        "{stderr}"
    );
}

#[test]
fn the_configuration_shows_where_it_matters() {
    let document = document(&[
        "--set",
        "api.public_endpoint=https://rack.example.org/metal",
        "--set",
        "conductor.sync_timeout=7s",
    ]);
    assert_eq!(
        document["servers"],
        json!([{ "url": "https://rack.example.org/metal" }])
    );
    let echo = &document["paths"]["/v1/nodes/{node_ident}/vendor_passthru/echo"]["get"];
    assert_eq!(echo["x-bessemer"]["fake"]["timeout"], 7.0);
}

/// Every method that a listing has, with each of its verbs, and no other.
#[tokio::test]
async fn each_verb_of_each_method_is_an_operation() {
    let server = Server::builder().start().await;
    let document: Value = serde_json::from_str(GOLDEN).unwrap();
    for (listing, path) in [
        (
            "/v1/nodes/demo-0/vendor_passthru/methods",
            "/v1/nodes/{node_ident}/vendor_passthru/",
        ),
        (
            "/v1/drivers/fake/vendor_passthru/methods",
            "/v1/drivers/fake/vendor_passthru/",
        ),
        (
            "/v1/drivers/fake-hardware/vendor_passthru/methods",
            "/v1/drivers/fake-hardware/vendor_passthru/",
        ),
    ] {
        let mut listed = Vec::new();
        for (name, method) in server.get(listing).await.json().as_object().unwrap() {
            for verb in method["http_methods"].as_array().unwrap() {
                listed.push((name.clone(), verb.as_str().unwrap().to_lowercase()));
            }
        }
        let mut described = Vec::new();
        for (full, item) in document["paths"].as_object().unwrap() {
            let Some(name) = full.strip_prefix(path).filter(|name| !name.starts_with("methods")) else {
                continue;
            };
            let verbs = item.as_object().unwrap().keys().filter(|key| *key != "parameters");
            described.extend(verbs.map(|verb| (name.to_owned(), verb.clone())));
        }
        listed.sort();
        described.sort();
        assert_eq!(described, listed, "{path}");
    }
}

/// Routes that the document leaves out: parts of the page, forms in which Ironic answers too, and what is always empty.
const LEFT_OUT: [&str; 9] = [
    "/docs/{}",
    "/v1/chassis",
    "/v1/conductors/{}/{}",
    "/v1/conductors/{}/{}/{}",
    "/v1/drivers/{}/{}",
    "/v1/drivers/{}/{}/{}",
    "/v1/nodes/{}/{}",
    "/v1/nodes/{}/{}/{}",
    "/v1/ports",
];
/// Paths that are matched before the routes.
const BEFORE: [&str; 6] = [
    "/healthcheck",
    "/livez",
    "/metrics",
    "/readyz",
    "/v1/drivers/{}/vendor_passthru/methods",
    "/v1/nodes/{}/vendor_passthru/methods",
];

#[test]
fn every_route_is_in_the_document() {
    let source = include_str!("../../server/src/http/mod.rs");
    let routes = source
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1));
    let mut routes: Vec<String> = routes
        .map(nameless)
        .filter(|route| !LEFT_OUT.contains(&&**route))
        .collect();
    assert!(routes.len() > 20, "{routes:?}");
    routes.extend(BEFORE.map(String::from));
    routes.sort();
    let document: Value = serde_json::from_str(GOLDEN).unwrap();
    let is_method = |path: &&str| path.contains("/vendor_passthru/") && !path.contains("/methods");
    let mut described: Vec<String> = paths(&document)
        .into_iter()
        .filter(|path| !is_method(path))
        .map(nameless)
        .collect();
    described.sort();
    assert_eq!(described, routes);
}

/// A path whose parameters have no names.
fn nameless(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}
