//! Whatever comes from outside, each line of the log is one event of the server's own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use bessemer_tests::{Binary, Client, Server};
use serde_json::{Value, json};

/// Ends a line, begins one that looks like the log's, steers a terminal, ends a text.
const FORGED: &str = "x\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\n2026-01-01T00:00:00Z ERROR forged\u{1b}[31mred\u{7}\u{8}\u{85}\u{9b}1m\u{0}\t\u{2028}\"}\\";

/// What it is in a URL.
fn encoded() -> String {
    FORGED.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// Puts it everywhere that a client can put something.
async fn say_everywhere(client: &Client) {
    let node = |name: &str, info: Value| json!({"driver": "vault", "name": name, "driver_info": info, "extra": {FORGED: FORGED}});
    assert_eq!(client.post("/v1/nodes", &node(FORGED, json!({}))).await.status, 400);
    let info = json!({"address": FORGED, FORGED: FORGED, "url": format!("http://u:{FORGED}@h")});
    assert_eq!(client.post("/v1/nodes", &node("n", info)).await.status, 201);
    let patch = json!([{"op": "add", "path": format!("/driver_info/{}", FORGED.replace('/', "~1")), "value": FORGED}]);
    client.patch("/v1/nodes/n", &patch).await;
    client.put("/v1/nodes/n/maintenance", &json!({"reason": FORGED})).await;
    for method in [
        "/v1/nodes/n/vendor_passthru/repeat",
        "/v1/nodes/n/vendor_passthru/repeat_async",
        "/v1/drivers/vault/vendor_passthru/repeat_alone",
    ] {
        for how in ["log", "error", "panic", FORGED] {
            let answer = client.post(method, &json!({"how": how, "text": FORGED})).await;
            assert!(
                matches!(answer.status, 200 | 202 | 409 | 500 | 502),
                "{method} {how}: {answer:?}"
            );
            // A task keeps the node until it has ended.
            if let Some(task) = answer.header("location").strip_prefix(client.base()) {
                assert_eq!(client.get(&format!("{task}/events")).await.status, 200);
            }
        }
        assert_eq!(client.post(method, &json!({FORGED: FORGED})).await.status, 400);
    }
    let encoded = encoded();
    for path in [
        format!("/v1/nodes/{encoded}"),
        format!("/{encoded}?{encoded}={encoded}"),
        format!("/v1/nodes/n/vendor_passthru/{encoded}"),
        format!("/v1/nodes/n/vendor_passthru?method={encoded}"),
        format!("/v1/drivers/{encoded}/vendor_passthru/{encoded}"),
        format!("/v1/nodes?driver={encoded}&{encoded}=1"),
        format!("/v1/tasks/{encoded}/cancel"),
        format!("/v1/locks/{encoded}"),
    ] {
        let answer = client.get(&path).await;
        assert!(answer.status < 500, "{path}: {answer:?}");
    }
    let verb = "x'|~`^_$!#%&*+-.";
    client.send(client.request(verb, "/v1/nodes")).await;
    let request = client.request("GET", "/v1/nodes");
    client
        .send(request.header("X-OpenStack-Ironic-API-Version", "1.1\t\u{ff}\""))
        .await;
    let request = client.request("POST", "/v1/nodes/n/vendor_passthru/repeat");
    client.send(request.body(FORGED)).await;
    for head in [
        "GET /\u{85}\u{9b}31m\" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /\"\\{}<> HTTP/1.1\r\nHost: \u{1b}[31m\r\nConnection: close\r\n\r\n",
        "GET\u{1b} / HTTP/1.1\r\n\r\n",
        "{\"level\":\"ERROR\",\"message\":\"forged\"}\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(client.base().strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // Some of these are answered, others not.
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

async fn log(format: &str) -> String {
    let server = Server::builder()
        .binary(Binary::Fixture("vault"))
        .config(format!("[log]\nlevel = \"trace\"\nformat = \"{format}\"\n"))
        .env("RUST_BACKTRACE", "1")
        .start()
        .await;
    say_everywhere(&server).await;
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    stopped.stderr
}

/// The server's own: a forged one would be among them otherwise.
fn is_level(level: &str) -> bool {
    ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_is_json() {
    let log = log("json").await;
    let mut said = 0;
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}\n{log}"));
        let (level, message) = (event["level"].as_str().unwrap(), event["message"].as_str().unwrap());
        assert!(
            is_level(level) && message != "forged" && event["timestamp"].is_string(),
            "{line}"
        );
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
        // Shown as one line, escaped.
        let shown = [&event["message"], &event["panic"], &event["causes"]];
        said += usize::from(
            shown
                .iter()
                .any(|text| text.as_str().is_some_and(|text| text.contains("x\\r\\n{"))),
        );
    }
    // Each of three methods logs once, fails once and panics once; a task's failure is told in its own event, too.
    assert!(said >= 9, "{said} of\n{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_for_people_is_one_event() {
    let log = log("human").await;
    let mut said = 0;
    for line in log.lines() {
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
        let (time, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{line}\n{log}"));
        let is_time = time.starts_with("20") && time.ends_with('Z') && time.len() > 20;
        let is_event = rest.trim_start().split(' ').next().is_some_and(is_level);
        assert!(is_time && (is_event || rest.contains(" req-")), "{line:?}");
        said += usize::from(line.contains("x\\r\\n{"));
    }
    assert!(said >= 9, "{said} of\n{log}");
}
