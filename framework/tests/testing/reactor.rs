//! Drivers that need a reactor: their methods are awaited in a test of that reactor. While a socket is waited
//! for, the clock does not jump.

use std::time::Duration;

use bessemer::testing::{self, Request};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::acme::{Acme, is_send};

fn call(method: &str) -> Request<Acme> {
    testing::call::<Acme>(method).node(testing::node("n"))
}

/// Answers one caller after a while.
async fn slow_hardware() -> std::io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await?;
        tokio::task::spawn_blocking(|| std::thread::park_timeout(Duration::from_millis(100))).await?;
        socket.write_all(b"hello").await
    });
    Ok(port)
}

#[tokio::test]
async fn a_socket_is_waited_for_and_a_sleep_is_jumped_over() {
    let outcome = call("asks_a_socket").arg("port", slow_hardware().await.unwrap()).await;
    assert_eq!(outcome.json::<String>(), "hello");
    assert!(outcome.took() >= Duration::from_secs(20) && outcome.took() < Duration::from_secs(25));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_moves_between_threads_and_finds_its_runtime() {
    let call = is_send(call("asks_a_task").into_future());
    assert_eq!(tokio::spawn(call).await.unwrap().json::<u8>(), 7);
}

#[tokio::test]
async fn calls_at_once_on_one_clock() {
    let clock = testing::Clock::new();
    let (one, other) = tokio::join!(
        call("flash").arg("seconds", 30).clock(&clock).into_future(),
        call("flash").arg("seconds", 20).clock(&clock).into_future(),
    );
    assert_eq!(one.took(), Duration::from_secs(30));
    assert_eq!(other.took(), Duration::from_secs(20));
}

#[tokio::test]
async fn a_held_call_is_awaited_to_its_end() {
    let mut running = call("flash").arg("seconds", 30).start();
    running.advance(Duration::from_secs(10));
    assert_eq!(running.await.took(), Duration::from_secs(30));
}

#[tokio::test]
async fn cancellation_at_every_await_on_a_reactor() {
    assert!(call("asks_a_task").cancel_at_every_await().await.awaits() >= 1);
}
