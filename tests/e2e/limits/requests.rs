//! Requests: their heads, their bodies, their patches.

use bessemer_tests::Probe;
use serde_json::{Value, json};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{ask, connect, is_refused};

const TYPES: &str = "/v1/nodes/n/vendor_passthru/types";

#[tokio::test]
async fn a_head_is_bounded_in_its_bytes() {
    for (config, kib) in [("", 64), ("[api]\nmax_header_size = 16\n", 16)] {
        let probe = Probe::with(config).await;
        let fits = probe
            .request("GET", "/v1/nodes")
            .header("x-a", "a".repeat((kib - 1) << 10));
        assert_eq!(probe.send(fits).await.status, 200);
        // Some of it fits the buffer in which heads are read, some does not, as it happens to arrive: then it has no text.
        let long = format!(
            "GET /v1/nodes HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: {}\r\n\r\n",
            "a".repeat(kib << 10)
        );
        for _ in 0..30 {
            let text = ask(connect(&probe).await, &long).await;
            // Who has not sent all of it when the connection is closed may not read why.
            assert!(text.is_empty() || text.starts_with("HTTP/1.1 431 "), "{text}");
            let (_, body) = text.split_once("\r\n\r\n").unwrap_or_default();
            let says = format!("at most {} are taken; api.max_header_size is the bound", kib << 10);
            assert!(body.is_empty() || body.contains(&says), "{text}");
        }
        // Much more is not even read.
        let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX-A: {}\r\n\r\n", "a".repeat(500 << 10));
        let text = ask(connect(&probe).await, &long).await;
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 431 "), "{text}");
    }
}

#[tokio::test]
async fn a_head_is_bounded_in_its_headers() {
    let get = async |probe: &Probe, headers: usize| {
        let headers: String = (0..headers).map(|n| format!("X-{n}: a\r\n")).collect();
        let text = ask(connect(probe).await, &format!("GET / HTTP/1.1\r\n{headers}\r\n")).await;
        text.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    // What is served closes after its idle time.
    let config = "[api]\nidle_timeout = \"1s\"\n";
    let probe = Probe::with(config).await;
    assert_eq!(
        (get(&probe, 100).await, get(&probe, 101).await),
        ("200".into(), "431".into())
    );
    let probe = Probe::with(&format!("{config}headers_max = 20\n")).await;
    assert_eq!(
        (get(&probe, 20).await, get(&probe, 21).await),
        ("200".into(), "431".into())
    );
    let probe = Probe::with(&format!("{config}headers_max = 200\n")).await;
    assert_eq!(
        (get(&probe, 200).await, get(&probe, 201).await),
        ("200".into(), "431".into())
    );
}

#[tokio::test]
async fn a_url_is_bounded() {
    let probe = Probe::with("[api]\nmax_header_size = 1024\n").await;
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "n".repeat(65_536));
    let text = ask(connect(&probe).await, &long).await;
    assert!(text.starts_with("HTTP/1.1 414 "), "{text}");
}

#[tokio::test]
async fn a_body_is_bounded_in_its_bytes_and_its_depth() {
    let probe = Probe::with("[api]\nmax_json_body_size = 2\nmax_json_body_depth = 3\n").await;
    for (verb, path) in [("POST", TYPES), ("POST", "/v1/nodes"), ("PATCH", "/v1/nodes/n")] {
        let large = probe.send(probe.request(verb, path).body(vec![b' '; 2049])).await;
        is_refused(&large, 413, &["2048 bytes", "api.max_json_body_size"]);
        let deep = probe.send(probe.request(verb, path).body("[[[[1]]]]")).await;
        is_refused(&deep, 400, &["deeper than 3 levels", "api.max_json_body_depth"]);
    }
    let fits = probe
        .send(probe.request("POST", TYPES).body(r#"{"s": "a", "v": [[1]]}"#))
        .await;
    assert_eq!(fits.status, 200, "{fits:?}");
}

/// Its length is told: nothing of it is waited for.
#[tokio::test]
async fn a_body_that_will_be_too_long_is_refused_at_once() {
    let probe = Probe::with("[api]\nmax_json_body_size = 2\nbody_timeout = \"1h\"\n").await;
    for (verb, path) in [("POST", TYPES), ("POST", "/v1/nodes"), ("PATCH", "/v1/nodes/n")] {
        for expect in ["", "Expect: 100-continue\r\n"] {
            let head = format!("{verb} {path} HTTP/1.1\r\nHost: x\r\n{expect}Content-Length: 2049\r\n\r\n");
            let text = ask(connect(&probe).await, &head).await;
            assert!(text.starts_with("HTTP/1.1 413 ") && !text.contains(" 100 "), "{text}");
            assert!(
                text.contains("2048 bytes") && text.contains("connection: close"),
                "{text}"
            );
        }
    }
    // One that fits is asked for.
    let fits = format!(
        "POST {TYPES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n"
    );
    let mut stream = connect(&probe).await;
    stream.write_all(fits.as_bytes()).await.unwrap();
    let mut told = [0; 25];
    stream.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    let text = ask(stream, r#"{"s": "a"}"#).await;
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
}

/// A client that sends all it has before it reads is answered all the same.
#[tokio::test]
async fn a_body_that_is_too_long_may_be_sent_to_its_end() {
    let probe = Probe::with("[api]\nmax_json_body_size = 2\n").await;
    let body = "x".repeat(16 << 20);
    for (verb, path) in [("POST", TYPES), ("POST", "/v1/nodes"), ("PATCH", "/v1/nodes/n")] {
        let length = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let chunked = format!(
            "Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
            body.len()
        );
        for rest in [length, chunked] {
            let text = ask(
                connect(&probe).await,
                &format!("{verb} {path} HTTP/1.1\r\nHost: x\r\n{rest}"),
            )
            .await;
            assert!(text.starts_with("HTTP/1.1 413 "), "{text}");
        }
    }
}

#[tokio::test]
async fn a_body_has_to_come_in_time() {
    let probe = Probe::with("[api]\nbody_timeout = \"200ms\"\n").await;
    for (verb, path) in [("POST", TYPES), ("POST", "/v1/nodes"), ("PATCH", "/v1/nodes/n")] {
        let request = format!("{verb} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{");
        // It is closed, too: what comes yet would be taken for a request.
        let text = ask(connect(&probe).await, &request).await;
        assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
        assert!(text.contains("within 0.2 s; api.body_timeout is the bound"), "{text}");
    }
}

#[tokio::test]
async fn a_patch_is_bounded_in_its_operations() {
    let probe = Probe::with("[api]\npatch_operations_max = 3\n").await;
    let patch = |operations: usize| {
        let one = |n| json!({"op": "add", "path": format!("/extra/{n}"), "value": n});
        Value::from_iter((0..operations).map(one))
    };
    let parts = ["4 operations, at most 3 are taken", "api.patch_operations_max"];
    is_refused(&probe.patch("/v1/nodes/n", &patch(4)).await, 400, &parts);
    assert_eq!(probe.node("extra").await, json!({}));
    assert_eq!(probe.patch("/v1/nodes/n", &patch(3)).await.status, 200);
}

/// All that is wrong is said at once, but not without end.
#[tokio::test]
async fn what_is_said_of_a_request_is_bounded() {
    let probe = Probe::with("[api]\npatch_operations_max = 100_000\n").await;
    let wrong = Value::from(vec![0; 100_000]);
    let keys: serde_json::Map<String, Value> = (0..20_000).map(|n| (format!("key-{n}"), n.into())).collect();
    let query = format!("{TYPES}?s=a&{}", "x&".repeat(20_000));
    for answer in [
        probe.patch("/v1/nodes/n", &wrong).await,
        probe.post("/v1/nodes", &keys.into()).await,
        probe.get(&query).await,
        probe
            .post(
                &format!("/v1/nodes/n/vendor_passthru/{}", "m".repeat(60_000)),
                &json!({}),
            )
            .await,
    ] {
        assert_eq!(answer.status, 400);
        assert!(answer.body.len() < 200 << 10, "{} bytes", answer.body.len());
    }
}
