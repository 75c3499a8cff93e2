//! What `/metrics` gives is read by Prometheus' own library for Python, in its strict reader of OpenMetrics.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use bessemer_tests::{Client, Server};
use serde_json::json;

/// How many families and samples a page has; what is not sound is the error.
fn read(page: &[u8]) -> Result<(usize, usize), String> {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut reader = Command::new(tests.join(".tools/venv/bin/python"))
        .arg(tests.join("openapi/openmetrics.py"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`tests/run --only tools` installs it");
    let mut input = reader.stdin.take().unwrap();
    input.write_all(page).unwrap();
    drop(input);
    let output = reader.wait_with_output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let counts = String::from_utf8(output.stdout).unwrap();
    let (families, samples) = counts.trim().split_once(' ').unwrap();
    Ok((families.parse().unwrap(), samples.parse().unwrap()))
}

async fn page(client: &Client) -> String {
    client.get("/metrics").await.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_what_is_there() {
    let server = Server::start().await;
    let idle = read(page(&server).await.as_bytes()).unwrap();
    assert!(idle.0 > 30, "{idle:?}");
    for (method, status) in [
        ("echo", 200),
        ("nothing", 200),
        ("second_method", 202),
        ("unknown", 400),
    ] {
        let answer = server
            .post(&format!("/v1/nodes/demo-0/vendor_passthru/{method}"), &json!({}))
            .await;
        assert!(answer.status == status || answer.status == 400, "{answer:?}");
    }
    let (families, samples) = read(page(&server).await.as_bytes()).unwrap();
    assert_eq!(families, idle.0);
    assert!(samples > idle.1, "{samples} after {}", idle.1);
}

/// The reader can fail.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_unsound_is_found() {
    let server = Server::start().await;
    let page = page(&server).await;
    for (was, is) in [
        ("# EOF\n", ""),
        ("bessemer_nodes 1", "bessemer_nodes one"),
        ("bessemer_nodes 1", "bessemer_nodes -1"),
        ("# TYPE bessemer_calls counter", "# TYPE bessemer_calls gauge"),
        ("# UNIT bessemer_store_size_bytes bytes\n", ""),
        (
            "bessemer_store_commit_seconds_bucket{le=\"+Inf\"}",
            "bessemer_store_commit_seconds_bucket{le=\"9.0\"}",
        ),
        ("# HELP bessemer_nodes Nodes that there are\n", ""),
        ("{check=\"drivers\"}", "{check=\"store\"}"),
    ] {
        assert!(page.contains(was), "{was}");
        assert!(read(page.replace(was, is).as_bytes()).is_err(), "{was} as {is:?}");
    }
}
