//! Memory that calls took is there for the next ones.

use bessemer_tests::Server;

const BYTES: usize = 32 << 20;
const CALLS: usize = 12;
/// Threads that made an answer may keep the last one's place each.
const KEPT_MAX: u64 = 4 * (BYTES as u64 >> 10);

/// An attachment is made on a thread of its driver's and sent by another, which is who gives its memory back.
#[tokio::test]
async fn what_large_answers_took_is_given_back() {
    let server = Server::start().await;
    let before = server.memory();
    for _ in 0..CALLS {
        let path = format!("/v1/nodes/demo-0/vendor_passthru/attachment?bytes={BYTES}");
        assert_eq!(server.get(&path).await.body.len(), BYTES);
    }
    let after = server.memory();
    assert!(after < before + KEPT_MAX, "{before} KiB were in use, now {after}");
}
