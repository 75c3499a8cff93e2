//! `kill -9` at a random moment while many clients write, again and again on one state directory.

use std::hash::{BuildHasher, RandomState};

use super::load::Load;

const ROUNDS: u32 = if cfg!(feature = "long") { 200 } else { 10 };
const WRITERS: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whatever_was_answered_survives_kill_9_and_nothing_is_repeated() {
    let directory = tempfile::tempdir().unwrap();
    let mut load = Load::new(
        &directory.path().join("state"),
        &directory.path().join("ledger"),
        WRITERS,
    );
    let random = RandomState::new();
    for round in 0..ROUNDS {
        let server = load.server().start().await;
        if round > 0 {
            load.check(&server).await;
        }
        let random = random.hash_one(round);
        let (answers, turns) = (random as u32 % 600 + 1, random >> 32 & 0xfff);
        load.run(server, answers, async |server| {
            // Not always right after an answer.
            for _ in 0..turns {
                std::thread::yield_now();
            }
            server.kill();
        })
        .await;
    }
    let server = load.server().start().await;
    load.check(&server).await;
    assert_eq!(server.stop().code, Some(0));
}
