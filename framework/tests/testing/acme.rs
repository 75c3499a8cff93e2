//! The driver under test: one method for each thing that the kit must show.

use std::future::{Future, pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use bessemer::{Attachment, Call, Error, Kind, Node, NodeSnapshot, RawBody, Result, ResultExt, Value, driver, json};

const SECOND: Duration = Duration::from_secs(1);

/// Acme rack controllers.
#[derive(Default)]
pub(crate) struct Acme {
    counter: AtomicU64,
    started: AtomicBool,
    busy: AtomicBool,
    pub(crate) undone: AtomicU64,
}

impl Acme {
    pub(crate) fn counted(&self) -> u64 {
        self.counter.load(Ordering::SeqCst)
    }

    pub(crate) fn was_started(&self) -> bool {
        self.started.load(Ordering::SeqCst)
    }
}

/// Gives the thread away once.
async fn give_way() {
    let mut first = true;
    poll_fn(|cx| {
        if std::mem::take(&mut first) {
            cx.waker().wake_by_ref();
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

/// A cable is pulled.
fn pulled() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Err(Box::new(Error::internal("cable").with_cause("pulled")))
}

/// Acme rack controllers.
#[driver(name = "acme")]
impl Acme {
    #[start]
    async fn start(&self) -> Result<()> {
        self.started.store(true, Ordering::SeqCst);
        Ok(())
    }

    #[validate]
    fn validate(&self, node: &NodeSnapshot) -> Result<()> {
        match node.driver_info().get("broken") {
            Some(_) => Err(Error::invalid("the node is broken")),
            None => Ok(()),
        }
    }

    /// Sets a property and returns what it was.
    #[passthru(http = "POST")]
    async fn set_prop(
        &self,
        node: &mut Node,
        call: &Call,
        key: String,
        value: Value,
        #[arg(default = false)] fail: bool,
    ) -> Result<Option<Value>> {
        call.sleep(SECOND).await;
        let before = node.properties_mut().insert(key, value);
        call.sleep(SECOND).await;
        if fail {
            pulled().or_kind(Kind::Rejected, "told to fail")?;
        }
        Ok(before)
    }

    /// The node's name.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn name_of(&self, node: &Node) -> Result<Option<String>> {
        Ok(node.name().map(Into::into))
    }

    /// The power state.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn power(&self, node: NodeSnapshot) -> Result<Option<String>> {
        Ok(node.power_state().map(Into::into))
    }

    /// Images the vendor publishes.
    #[driver_passthru(http = "GET")]
    async fn images(&self, limit: Option<usize>) -> Result<Vec<String>> {
        let images = ["2.1", "2.0"].into_iter().map(Into::into);
        Ok(images.take(limit.unwrap_or(2)).collect())
    }

    /// Counts.
    #[driver_passthru(http = "POST")]
    async fn count(&self) -> Result<u64> {
        Ok(self.counter.fetch_add(1, Ordering::SeqCst))
    }

    /// Takes anything.
    #[passthru(http = "POST")]
    async fn upload(&self, _node: &mut Node, call: &Call, #[body] image: RawBody) -> Result<Value> {
        Ok(json!({ "bytes": image.bytes.len(), "content_type": image.content_type, "caller": call.caller() }))
    }

    /// The console's log.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn console(&self, _node: NodeSnapshot) -> Result<Attachment> {
        Ok(Attachment::bytes("BIOS").content_type("text/plain").file_name("log"))
    }

    /// The console, line by line.
    #[passthru(http = "GET", require_exclusive_lock = false, timeout = "30s")]
    async fn follow(
        &self,
        _node: &Node,
        call: &Call,
        lines: u64,
        #[arg(default = false)] fail: bool,
    ) -> Result<Attachment> {
        call.sleep(SECOND).await;
        let call = call.clone();
        Ok(Attachment::stream(async move |mut pieces| {
            for line in 0..lines {
                call.sleep(SECOND).await;
                pieces.send(format!("{line}\n")).await?;
            }
            if fail {
                return Err(Error::silent("the console is gone"));
            }
            Ok(())
        }))
    }

    /// What a reader reads.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    fn image(&self, _node: &Node) -> Result<Attachment> {
        Ok(Attachment::from_reader(&b"image"[..]).file_name("image.bin"))
    }

    /// Says on which thread it is.
    #[passthru(http = "POST")]
    fn plain(&self, node: &mut Node) -> Result<String> {
        node.set_power_state(Some("power on"));
        Ok(format!("{:?}", std::thread::current().id()))
    }

    /// Panics.
    #[passthru(http = "POST")]
    async fn panics(&self, _node: &mut Node) -> Result<()> {
        panic!("out of order: {}", 7)
    }

    /// Panics.
    #[passthru(http = "POST")]
    fn panics_on_a_thread(&self, _node: &mut Node) -> Result<()> {
        panic!("out of order: {}", 7)
    }

    /// Works for a time, second by second.
    #[passthru(http = "POST", async)]
    async fn flash(&self, node: &mut Node, call: &Call, seconds: u64) -> Result<()> {
        for second in 0..seconds {
            call.progress(second, seconds, "writing");
            call.sleep(SECOND).await;
        }
        call.log("written");
        node.extra_mut().insert("flashed".into(), seconds.into());
        Ok(())
    }

    /// Never ends, and does not listen.
    #[passthru(http = "POST", timeout = "30s")]
    async fn deaf(&self, _node: &mut Node) -> Result<()> {
        pending().await
    }

    /// Never ends by itself; undoes what it did when told to stop, which takes a while.
    #[passthru(http = "POST", async, timeout = "30s")]
    async fn listens(&self, node: &mut Node, call: &Call, seconds: u64) -> Result<()> {
        node.extra_mut().insert("mark".into(), true.into());
        call.cancelled().await;
        call.sleep(Duration::from_secs(seconds)).await;
        self.undone.fetch_add(1, Ordering::SeqCst);
        Err(Error::conflict("undone"))
    }

    /// Ends well, but too late.
    #[passthru(http = "POST", timeout = "2s")]
    async fn late(&self, node: &mut Node, call: &Call) -> Result<()> {
        node.extra_mut().insert("mark".into(), true.into());
        call.cancelled().await;
        Ok(())
    }

    /// Spawns two pieces of work, awaits one of them, and leaves the other behind.
    #[passthru(http = "POST")]
    async fn spawns(&self, _node: &mut Node, call: &Call) -> Result<u8> {
        let (one, other) = (call.clone(), call.clone());
        let left = call.spawn(async move {
            other.sleep(120 * SECOND).await;
            other.log("the other one ended");
        });
        drop(left);
        call.spawn(async move {
            one.sleep(40 * SECOND).await;
            7
        })
        .await
    }

    /// Leaves work behind that never ends; or so many seconds after it was told to, if any.
    #[passthru(http = "POST")]
    async fn leaves(&self, node: &mut Node, call: &Call, seconds: Option<u32>) -> Result<()> {
        node.extra_mut().insert("left".into(), true.into());
        let left = call.clone();
        drop(call.spawn(async move {
            let Some(seconds) = seconds else { return pending().await };
            left.cancelled().await;
            left.sleep(seconds * SECOND).await;
        }));
        Ok(())
    }

    /// Looks at the clock in a plain `fn`.
    #[passthru(http = "POST", timeout = "10s")]
    fn waits_on_a_thread(&self, node: &mut Node, call: &Call) -> Result<()> {
        while !call.is_cancelled() {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        node.extra_mut().insert("mark".into(), true.into());
        Ok(())
    }

    /// Waits for another thread's answer.
    #[passthru(http = "POST", timeout = "10s")]
    async fn asks_a_thread(&self, _node: &mut Node) -> Result<u8> {
        let answer = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let theirs = Arc::clone(&answer);
        let mut thread = None;
        poll_fn(move |cx| {
            if answer.load(Ordering::SeqCst) {
                return Poll::Ready(Ok(7));
            }
            let (theirs, waker) = (Arc::clone(&theirs), cx.waker().clone());
            thread.get_or_insert_with(|| {
                std::thread::spawn(move || {
                    std::thread::park_timeout(Duration::from_millis(20));
                    theirs.store(true, Ordering::SeqCst);
                    waker.wake();
                })
            });
            Poll::Pending
        })
        .await
    }

    /// Gives way three times.
    #[passthru(http = "POST")]
    async fn gives_way(&self, _node: &mut Node, call: &Call) -> Result<()> {
        give_way().await;
        call.sleep(Duration::ZERO).await;
        give_way().await;
        Ok(())
    }

    /// Marks the driver as busy over an await, and forgets it when it is dropped.
    #[passthru(http = "POST")]
    async fn leaks(&self, _node: &mut Node, call: &Call) -> Result<()> {
        if self.busy.swap(true, Ordering::SeqCst) {
            return Err(Error::busy("another call is on the way"));
        }
        call.sleep(SECOND).await;
        self.busy.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// Panics when it is dropped while it waits.
    #[passthru(http = "POST")]
    async fn panics_in_drop(&self, _node: &mut Node, call: &Call) -> Result<()> {
        struct Bomb(bool);
        impl Drop for Bomb {
            fn drop(&mut self) {
                assert!(self.0, "the bomb");
            }
        }
        let mut bomb = Bomb(false);
        call.sleep(SECOND).await;
        bomb.0 = true;
        Ok(())
    }

    /// Waits for a socket.
    #[passthru(http = "POST", timeout = "30s")]
    async fn asks_a_socket(&self, _node: &mut Node, call: &Call, port: u16) -> Result<String> {
        use tokio::io::AsyncReadExt;
        call.sleep(20 * SECOND).await;
        let failed = "the socket failed";
        let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .or_kind(Kind::Silent, failed)?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.or_kind(Kind::Silent, failed)?;
        Ok(answer)
    }

    /// What a task of the reactor returns.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn asks_a_task(&self, _node: NodeSnapshot) -> Result<u8> {
        let task = tokio::spawn(async {
            tokio::task::yield_now().await;
            7
        });
        task.await.or_kind(Kind::Internal, "the task failed")
    }
}

/// That a call can be moved to another thread.
pub(crate) fn is_send<T: Future + Send>(future: T) -> T {
    future
}
