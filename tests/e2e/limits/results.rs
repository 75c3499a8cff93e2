//! What methods return: results, attachments, errors.

use bessemer_tests::{Probe, Server};
use serde_json::{Value, json};

use super::is_refused;

#[tokio::test]
async fn a_result_is_bounded() {
    let probe = Probe::with("[conductor]\nanswer_size_max = 1\n").await;
    assert_eq!(probe.call("types", &json!({"s": "a".repeat(900)})).await.status, 200);
    let large = probe.call("types", &json!({"s": "a".repeat(2000)})).await;
    let parts = [
        "the method types was carried out",
        "conductor.answer_size_max is the bound",
    ];
    is_refused(&large, 500, &parts);
}

#[tokio::test]
async fn an_attachment_is_bounded() {
    let server = Server::builder()
        .env("BESSEMER_CONDUCTOR__ATTACHMENT_SIZE_MAX", "1")
        .start()
        .await;
    let attachment = async |bytes: usize| {
        let path = format!("/v1/nodes/demo-0/vendor_passthru/attachment?bytes={bytes}");
        server.get(&path).await
    };
    assert_eq!(attachment(1 << 20).await.status, 200);
    let parts = ["1048577 bytes", "conductor.attachment_size_max is the bound"];
    is_refused(&attachment((1 << 20) + 1).await, 500, &parts);
}

#[tokio::test]
async fn an_attachment_that_is_made_while_it_is_sent_is_bounded() {
    let probe = Probe::with("[conductor]\nattachment_size_max = 1\n").await;
    for (method, whole, more) in [
        ("stream", "bytes=1000000&piece=1000", "bytes=2000000&piece=1000"),
        ("stream_read", "bytes=1048576", "bytes=1048577"),
    ] {
        let path = format!("/v1/nodes/n/vendor_passthru/{method}");
        assert_eq!(probe.get(&format!("{path}?{whole}")).await.status, 200);
        let mut broken = probe.request("GET", &format!("{path}?{more}")).send().await.unwrap();
        let mut bytes = 0;
        let broke = loop {
            match broken.chunk().await {
                Ok(Some(piece)) => bytes += piece.len(),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(broke && bytes <= 1 << 20, "{method}: {bytes} bytes");
        assert_eq!(probe.call("count", &json!({})).await.status, 200, "the node is free");
    }
    let log = probe.log();
    let text = "it has more than 1048576 bytes, which conductor.attachment_size_max allows";
    assert_eq!(log.matches(text).count(), 2, "{log}");
}

#[tokio::test]
async fn the_text_of_an_error_is_bounded_wherever_it_stands() {
    let probe = Probe::with("[conductor]\nerror_size_max = 300\n").await;
    probe.open("g").await;
    let long = format!("begins {} ends", "x".repeat(5000));
    let is_cut = |text: &str| {
        assert!(text.contains("begins xxx") && !text.contains("ends"), "{text}");
        assert!(text.len() < 400, "{} bytes", text.len());
    };
    let accepted = probe.call("hold_async", &json!({"gate": "g", "fail": long})).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    // When it has the lock, the task has ended.
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
    is_cut(probe.node("last_error").await.as_str().unwrap());
    let log = probe.server.stop().stderr;
    let line: Value = serde_json::from_str(log.lines().find(|line| line.contains("begins")).unwrap()).unwrap();
    is_cut(line["message"].as_str().unwrap());

    let server = Server::builder()
        .env("BESSEMER_CONDUCTOR__ERROR_SIZE_MAX", "300")
        .start()
        .await;
    let arguments = json!({"kind": "rejected", "message": long});
    let answer = server.post("/v1/nodes/demo-0/vendor_passthru/fail", &arguments).await;
    assert_eq!(answer.status, 502, "{answer:?}");
    is_cut(&answer.faultstring());
}
