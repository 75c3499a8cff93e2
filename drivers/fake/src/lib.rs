//! A driver without hardware: for trying a server, for its tests, and for authors to copy.
//!
//! The first four methods are those of Ironic's `fake-hardware`, so that a client's own tests run against this
//! server unchanged. The others show, one each, what a method can do: wait, fail, return nothing, return bytes,
//! look without a lock. What their arguments may be is in `arguments.rs`, what they return in `replies.rs`, what is read
//! of a node in `info.rs`.

#![deny(missing_docs)]

mod arguments;
mod info;
mod replies;

use std::future::pending;
use std::time::Duration;

use bessemer::{Attachment, Call, Error, Map, Node, NodeSnapshot, RawBody, Result, Value, Verb, driver};

pub use arguments::{Failure, Seconds, Size, Text};
pub use info::FakeInfo;
pub use replies::{Echo, Info, Peek, Slept};

/// Hardware that exists only here.
#[derive(Default)]
pub struct Fake;

/// Hardware that exists only here, for trying and for tests.
#[driver(name = "fake", aliases = ["fake-hardware"], properties = FakeInfo)]
impl Fake {
    // What Ironic's fake hardware offers.

    /// Tests whether `bar` is `baz`.
    ///
    /// The answer is only logged: an asynchronous method has none to give.
    #[passthru(http = "POST", async)]
    async fn first_method(
        &self,
        node: &mut Node,
        call: &Call,
        /// any text
        bar: Text,
    ) -> Result<()> {
        delay(node, call).await?;
        call.log(&format!("bar is baz: {}", bar == "baz"));
        Ok(())
    }

    /// Tests whether `bar` is `kazoo`.
    ///
    /// The answer is only logged: an asynchronous method has none to give.
    #[passthru(http = "POST", async)]
    async fn second_method(
        &self,
        node: &mut Node,
        call: &Call,
        /// any text
        bar: Text,
    ) -> Result<()> {
        delay(node, call).await?;
        call.log(&format!("bar is kazoo: {}", bar == "kazoo"));
        Ok(())
    }

    /// Tests whether `bar` is `meow`.
    #[passthru(http = "POST")]
    async fn third_method_sync(
        &self,
        node: &mut Node,
        call: &Call,
        /// any text
        bar: Text,
    ) -> Result<bool> {
        delay(node, call).await?;
        Ok(bar == "meow")
    }

    /// Tests whether `bar` is `woof`, beside other methods of the node.
    ///
    /// The answer is only logged: an asynchronous method has none to give.
    #[passthru(http = "POST", async, require_exclusive_lock = false)]
    async fn fourth_method_shared_lock(
        &self,
        node: &Node,
        call: &Call,
        /// any text
        bar: Text,
    ) -> Result<()> {
        delay(node, call).await?;
        call.log(&format!("bar is woof: {}", bar == "woof"));
        Ok(())
    }

    /// Logs what it is sent, whatever that is.
    #[passthru(http = "POST", async)]
    async fn log_passthrough(&self, node: &mut Node, call: &Call, #[body] body: RawBody) -> Result<()> {
        delay(node, call).await?;
        let RawBody { content_type, bytes } = body;
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
        call.log(&format!(
            "{} bytes of {}: {shown}",
            bytes.len(),
            content_type.as_deref().unwrap_or("no content type")
        ));
        Ok(())
    }

    // Looking.

    /// Returns what it was asked: the HTTP method, the arguments, the node.
    #[passthru(http = "GET,POST,PUT,PATCH,DELETE", require_exclusive_lock = false)]
    async fn echo(
        &self,
        node: &Node,
        call: &Call,
        verb: Verb,
        #[body] args: Option<Map<String, Value>>,
    ) -> Result<Echo> {
        delay(node, call).await?;
        Ok(Echo::new(verb, args, Some(node)))
    }

    /// Returns the node as it was last stored, without waiting for whatever works on it.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn peek(&self, node: NodeSnapshot, call: &Call) -> Result<Peek> {
        delay(&node, call).await?;
        Ok(Peek::of(&node))
    }

    // Waiting.

    /// Sleeps in the background and keeps the node locked.
    #[passthru(http = "POST", async)]
    async fn sleep(
        &self,
        node: &mut Node,
        call: &Call,
        /// how long
        seconds: Seconds,
        /// whether to fail afterwards
        #[arg(default = false)]
        fail: bool,
    ) -> Result<()> {
        delay(node, call).await?;
        rest(call, seconds, fail).await?;
        Ok(())
    }

    /// Sleeps while the caller waits, and keeps the node locked.
    #[passthru(http = "POST")]
    async fn sleep_sync(
        &self,
        node: &mut Node,
        call: &Call,
        /// how long
        seconds: Seconds,
        /// whether to fail afterwards
        #[arg(default = false)]
        fail: bool,
    ) -> Result<Slept> {
        delay(node, call).await?;
        rest(call, seconds, fail).await
    }

    /// Sleeps while the caller waits, beside other sleepers of the node.
    #[passthru(http = "POST", require_exclusive_lock = false)]
    async fn sleep_shared(
        &self,
        node: &Node,
        call: &Call,
        /// how long
        seconds: Seconds,
        /// whether to fail afterwards
        #[arg(default = false)]
        fail: bool,
    ) -> Result<Slept> {
        delay(node, call).await?;
        rest(call, seconds, fail).await
    }

    // Failing, and having nothing to say.

    /// Fails in a way of the caller's choice.
    #[passthru(http = "POST", timeout = "2s")]
    async fn fail(
        &self,
        node: &mut Node,
        call: &Call,
        /// how
        kind: Failure,
        /// what to say
        #[arg(default = "failed as asked")]
        message: String,
    ) -> Result<()> {
        delay(node, call).await?;
        fail(kind, message).await
    }

    /// Fails in the background in a way of the caller's choice.
    #[passthru(http = "POST", async, timeout = "2s")]
    async fn fail_async(
        &self,
        node: &mut Node,
        call: &Call,
        /// how
        kind: Failure,
        /// what to say
        #[arg(default = "failed as asked")]
        message: String,
    ) -> Result<()> {
        delay(node, call).await?;
        fail(kind, message).await
    }

    /// Does nothing and returns nothing.
    #[passthru(http = "POST")]
    async fn nothing(&self, node: &mut Node, call: &Call) -> Result<()> {
        delay(node, call).await?;
        Ok(())
    }

    // Bytes.

    /// Returns as many bytes as asked for, served as they are.
    // A plain `fn`, as one that calls a blocking library would be: it runs where it may block, and to fill many
    // bytes takes its time.
    #[passthru(http = "GET", require_exclusive_lock = false, attach)]
    fn attachment(
        &self,
        node: &Node,
        call: &Call,
        /// how many
        #[arg(default = Size::KIB)]
        bytes: Size,
        /// the character to fill them with, of ASCII
        #[arg(default = 'x')]
        fill: char,
    ) -> Result<Attachment> {
        delay_thread(node, call)?;
        match u8::try_from(fill) {
            Ok(byte) if byte.is_ascii() => Ok(Attachment::bytes(vec![byte; bytes.get()])),
            _ => Err(Error::invalid(format!("fill is `{fill}`, which is not of ASCII"))),
        }
    }

    // Of the driver alone.

    /// Returns what it was asked: the HTTP method and the arguments.
    #[driver_passthru(http = "GET,POST,PUT,PATCH,DELETE", name = "echo")]
    async fn driver_echo(&self, verb: Verb, #[body] args: Option<Map<String, Value>>) -> Result<Echo> {
        Ok(Echo::new(verb, args, None))
    }

    /// Sleeps in the background. No node is locked.
    #[driver_passthru(http = "POST", async, name = "sleep")]
    async fn driver_sleep(
        &self,
        call: &Call,
        /// how long
        seconds: Seconds,
        /// whether to fail afterwards
        #[arg(default = false)]
        fail: bool,
    ) -> Result<()> {
        rest(call, seconds, fail).await?;
        Ok(())
    }

    /// Returns the driver's name, its version and its methods.
    #[driver_passthru(http = "GET")]
    async fn info(&self) -> Result<Info> {
        Ok(Info::of::<Self>("fake"))
    }
}

/// Waits as long as the node's settings say.
async fn delay(node: &NodeSnapshot, call: &Call) -> Result<()> {
    if let Some(delay) = node.info::<FakeInfo>()?.fake_delay {
        call.sleep(delay.duration()).await;
    }
    Ok(())
}

/// The same where one may block; not beyond the call's own time, because nobody could stop it.
fn delay_thread(node: &NodeSnapshot, call: &Call) -> Result<()> {
    if let Some(delay) = node.info::<FakeInfo>()?.fake_delay {
        std::thread::sleep(delay.duration().min(call.remaining()));
    }
    Ok(())
}

/// Sleeps for a while, second by second.
async fn rest(call: &Call, seconds: Seconds, fail: bool) -> Result<Slept> {
    let whole = seconds.get().trunc();
    let steps = whole as u64;
    for step in 0..steps {
        call.progress(step, steps, "sleeping");
        call.sleep(Duration::from_secs(1)).await;
    }
    call.sleep(Duration::from_secs_f64(seconds.get() - whole)).await;
    call.progress(steps, steps, "slept");
    if fail {
        return Err(Error::internal(format!("failed as asked, after {} s", seconds.get())));
    }
    Ok(Slept { slept: seconds.get() })
}

async fn fail(kind: Failure, message: String) -> Result<()> {
    match kind {
        Failure::Panic => panic!("{message}"),
        Failure::Timeout => pending().await,
        Failure::Invalid => Err(Error::invalid(message)),
        Failure::Unsupported => Err(Error::unsupported(message)),
        Failure::Forbidden => Err(Error::forbidden(message)),
        Failure::NotFound => Err(Error::not_found(message)),
        Failure::Conflict => Err(Error::conflict(message)),
        Failure::Busy => Err(Error::busy(message)),
        Failure::Rejected => Err(Error::rejected(message)),
        Failure::Silent => Err(Error::silent(message)),
        Failure::Internal => Err(Error::internal(message)),
    }
}
