//! The third party's binary, built as they would build it, and used: it has their driver beside ours, reads their
//! settings, and answers each kind of method they have.

use std::process::Command;

use bessemer_tests::{Answer, Binary, Server, ServerBuilder};
use serde_json::{Value, json};

const RACKS: &str = env!("CARGO_BIN_EXE_racks");

fn racks(config: &str) -> ServerBuilder {
    Server::builder().binary(Binary::At(RACKS)).config(config)
}

/// A server with a node of the driver. Calls wait for their turn however slow the machine is.
async fn with_node() -> Server {
    let server = racks("[conductor]\nlock_wait = \"60s\"\n").start().await;
    let node = json!({"driver": "rack", "name": "r1", "driver_info": {"rack_address": "192.0.2.7"}});
    let made = server.post("/v1/nodes", &node).await;
    assert_eq!(made.status, 201, "{made:?}");
    server
}

fn path(method: &str) -> String {
    format!("/v1/nodes/r1/vendor_passthru?method={method}")
}

async fn post(server: &Server, method: &str, arguments: Value) -> Answer {
    server.post(&path(method), &arguments).await
}

async fn get(server: &Server, method: &str) -> Answer {
    server.get(&path(method)).await
}

async fn node(server: &Server, field: &str) -> Value {
    server.get("/v1/nodes/r1").await.json()[field].clone()
}

#[track_caller]
fn is_json(answer: &Answer, value: Value) {
    assert_eq!((answer.status, answer.json()), (200, value), "{answer:?}");
}

// --- The binary, before it serves --------------------------------------------------------------------------------

fn told(args: &[&str]) -> String {
    let output = Command::new(RACKS).args(args).env_clear().output();
    let output = output.expect("the binary under test starts");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).expect("it prints text")
}

#[test]
fn the_binary_tells_of_both_drivers() {
    let list = told(&["drivers"]);
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    let rack = ["rack", "yes", "rack-driver", "2.1.0", "8+1"];
    let shelf = [&["shelf"], &rack[1..], &["alias", "of", "rack"]].concat();
    assert!(lines.contains(&rack.to_vec()) && lines.contains(&shelf), "{list}");
    assert!(list.contains("\nfake  "), "{list}");

    let drivers: Value = serde_json::from_str(&told(&["drivers", "--json"])).expect("it prints JSON");
    let mut drivers = drivers.as_array().expect("a list").iter();
    let rack = drivers.find(|driver| driver["name"] == "rack").expect("it is there");
    assert_eq!(
        (&rack["crate"], &rack["version"], &rack["aliases"]),
        (&json!("rack-driver"), &json!("2.1.0"), &json!(["shelf"]))
    );
    assert_eq!(rack["description"], "Racks whose lamps can be lit.");
}

#[test]
fn the_binary_tells_of_each_method_how_it_locks_and_runs() {
    let list = told(&["methods", "shelf"]);
    let columns = |line: &str| line.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
    let methods: Vec<String> = list.lines().skip(1).map(columns).collect();
    assert_eq!(
        methods,
        [
            "rack node flash POST async exclusive",
            "rack node lamps GET sync shared",
            "rack node light POST sync exclusive",
            "rack node logbook GET sync shared",
            "rack node place GET sync none",
            "rack node populate PUT sync exclusive",
            "rack node try_lamps GET sync shared",
            "rack node watch GET sync shared",
            "rack driver firmware GET sync none",
        ]
    );
}

// --- Its settings ------------------------------------------------------------------------------------------------

#[tokio::test]
async fn the_drivers_section_is_read_by_any_of_its_names() {
    for name in ["rack", "shelf"] {
        let config = format!("[drivers.{name}]\nlamps = 4\nfirmware = [\"7\"]\n");
        let server = racks(&config).start().await;
        let node = json!({"driver": name, "name": "r1", "driver_info": {"rack_address": "192.0.2.7"}});
        assert_eq!(server.post("/v1/nodes", &node).await.status, 201);
        let refused = post(&server, "light", json!({"lamps": 5})).await;
        assert_eq!(
            (refused.status, &*refused.faultstring()),
            (400, "lamps is 5, but the rack has 4"),
            "{refused:?}"
        );
        let path = format!("/v1/drivers/{name}/vendor_passthru?method=firmware");
        is_json(&server.get(&path).await, json!(["7"]));
    }
}

#[test]
fn a_wrong_section_is_refused_before_anything_listens() {
    for (section, place, part) in [
        (
            "lamps = 0",
            "2:1",
            "`lamps` is 0, and a rack without lamps shows nothing",
        ),
        (
            "lamps = \"many\"",
            "2:9",
            "drivers.rack.lamps must be an integer from 0 to 255, not \"many\"",
        ),
        ("lamsp = 4", "2:1", "did you mean \"lamps\"?"),
    ] {
        let stopped = racks(&format!("[drivers.rack]\n{section}\n")).run_to_end();
        assert_eq!((stopped.code, &*stopped.stdout), (Some(78), ""), "{stopped:#?}");
        for part in [part, &format!("config.toml:{place}\n")] {
            assert!(stopped.stderr.contains(part), "no `{part}` in\n{}", stopped.stderr);
        }
    }
}

// --- Its listings ------------------------------------------------------------------------------------------------

#[tokio::test]
async fn the_driver_and_its_methods_are_listed() {
    let server = with_node().await;
    assert!(
        server
            .banner()
            .contains("rack, shelf (rack-driver 2.1.0): 8 node methods, 1 driver methods"),
        "{}",
        server.banner()
    );
    let drivers = server.get("/v1/drivers").await.json();
    let mut names = drivers["drivers"].as_array().expect("a list").iter();
    assert!(names.any(|driver| driver["name"] == "shelf"), "{drivers:#}");

    let methods = server.get("/v1/nodes/r1/vendor_passthru/methods").await.json();
    assert_eq!(methods.as_object().map(serde_json::Map::len), Some(8), "{methods:#}");
    let flash = &methods["flash"];
    assert_eq!(flash["http_methods"], json!(["POST"]), "{flash:#}");
    assert_eq!(flash["description"], "Writes firmware to the rack's controller.");
    assert_eq!((&flash["async"], &flash["attach"]), (&json!(true), &json!(false)));
    assert_eq!(
        (&flash["require_exclusive_lock"], &flash["lock"]),
        (&json!(true), &json!("exclusive"))
    );
    assert_eq!(flash["timeout"], 600.0);
    assert_eq!(flash["arguments"]["required"], json!(["version"]));
    assert_eq!(methods["logbook"]["attach"], true);
    assert_eq!(methods["place"]["require_exclusive_lock"], false);
    let own = server.get("/v1/drivers/rack/vendor_passthru/methods").await.json();
    assert_eq!(own["firmware"]["http_methods"], json!(["GET"]));
}

#[tokio::test]
async fn a_nodes_settings_are_listed_and_checked() {
    let server = with_node().await;
    is_json(
        &server.get("/v1/drivers/rack/properties").await,
        json!({
            "rack_address": "Where the rack's controller answers. Required.",
            "rack_row": "The row it stands in. Default is 1. Optional.",
            "rack_username": "The user to log in as; without one nobody logs in. Optional.",
            "rack_password": "That user's password. Optional.",
        }),
    );
    let set = async |key: &str, value: Value| {
        let operation = json!({"op": "add", "path": format!("/driver_info/{key}"), "value": value});
        server.patch("/v1/nodes/r1", &json!([operation])).await
    };
    let refused = set("rack_row", json!("first")).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.faultstring().contains("driver_info/rack_row"), "{refused:?}");

    // What the types say is checked when it is written; what `#[validate]` says when it is needed.
    assert_eq!(set("rack_username", json!("operator")).await.status, 200);
    let reason = "driver_info/rack_username needs rack_password beside it";
    let vendor = server.get("/v1/nodes/r1/validate").await.json()["vendor"].clone();
    assert_eq!(vendor, json!({"result": false, "reason": reason}));
    let refused = get(&server, "lamps").await;
    assert_eq!((refused.status, &*refused.faultstring()), (400, reason), "{refused:?}");

    let set = set("rack_password", json!("hunter2")).await;
    assert_eq!(set.json()["driver_info"]["rack_password"], "******", "{set:?}");
    // The driver was started: before that it lets nobody in.
    is_json(&get(&server, "lamps").await, json!(0));
}

// --- Its methods, one of each kind -------------------------------------------------------------------------------

#[tokio::test]
async fn exclusive_methods_change_the_node() {
    let server = with_node().await;
    is_json(&post(&server, "light", json!({"lamps": 3})).await, json!(3));
    assert_eq!(node(&server, "extra").await, json!({"lamps": 3}));
    let refused = post(&server, "light", json!({"lamps": 300})).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.faultstring().contains("`lamps`"), "{refused:?}");
}

#[tokio::test]
async fn a_body_is_taken_whole() {
    let server = with_node().await;
    let answer = server
        .put(&path("populate"), &json!({"machines": {"a": 1, "b": 4}}))
        .await;
    is_json(&answer, json!(2));
    assert_eq!(node(&server, "properties").await["machines"]["b"], 4);
    let refused = server.put(&path("populate"), &json!({"machines": {"a": "top"}})).await;
    assert_eq!(refused.status, 400, "{refused:?}");
}

#[tokio::test]
async fn asynchronous_methods_are_answered_at_once_and_end_on_the_node() {
    let server = with_node().await;
    let accepted = post(&server, "flash", json!({"version": "2.0"})).await;
    assert_eq!((accepted.status, accepted.body.len()), (202, 0), "{accepted:?}");
    // A snapshot is not in the way of the firmware. The next exclusive call waits for it.
    assert_eq!(get(&server, "place").await.status, 200);
    is_json(&post(&server, "light", json!({"lamps": 1})).await, json!(1));
    assert_eq!(node(&server, "properties").await["firmware"], "2.0");
    assert_eq!(node(&server, "last_error").await, Value::Null);

    let accepted = post(&server, "flash", json!({"version": "9"})).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    is_json(&post(&server, "light", json!({"lamps": 1})).await, json!(1));
    let error = node(&server, "last_error").await;
    assert!(error.to_string().contains("there is no firmware"), "{error}");
}

#[tokio::test]
async fn methods_that_change_nothing_take_no_turn() {
    let server = with_node().await;
    post(&server, "light", json!({"lamps": 3})).await;
    // Shared, and a snapshot.
    is_json(&get(&server, "lamps").await, json!(3));
    is_json(
        &get(&server, "place").await,
        json!({"address": "192.0.2.7", "row": 1, "firmware": null}),
    );
    // A plain `fn`, which may block.
    is_json(
        &get(&server, "try_lamps").await,
        json!({"good": [1, 2, 3, 4, 5, 6, 7], "broken": [8]}),
    );
}

#[tokio::test]
async fn attachments_are_bytes_and_streams() {
    let server = with_node().await;
    post(&server, "light", json!({"lamps": 3})).await;
    let logbook = get(&server, "logbook").await;
    assert_eq!(
        (logbook.status, &*logbook.text()),
        (200, "3 lamps lit\n"),
        "{logbook:?}"
    );
    assert_eq!(logbook.header("content-type"), "text/plain");
    assert!(
        logbook.header("content-disposition").contains("logbook.txt"),
        "{logbook:?}"
    );

    let watched = get(&server, "watch&times=3&apart=1").await;
    assert_eq!((watched.status, &*watched.text()), (200, "3 lit\n3 lit\n3 lit\n"));
    assert_eq!(watched.header("transfer-encoding"), "chunked");
}

#[tokio::test]
async fn methods_of_the_driver_need_no_node() {
    let server = racks("").start().await;
    let path = "/v1/drivers/shelf/vendor_passthru?method=firmware";
    is_json(&server.get(path).await, json!(["2.1", "2.0"]));
    is_json(&server.get(&format!("{path}&limit=1")).await, json!(["2.1"]));
}

#[tokio::test]
async fn the_drivers_own_errors_have_the_status_of_their_kind() {
    let server = with_node().await;
    let unplugged = json!([{"op": "add", "path": "/driver_info/rack_address", "value": "unplugged"}]);
    assert_eq!(server.patch("/v1/nodes/r1", &unplugged).await.status, 200);
    let silent = get(&server, "lamps").await;
    assert_eq!(
        (silent.status, &*silent.faultstring()),
        (504, "the rack at unplugged does not answer"),
        "{silent:?}"
    );
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
}
