//! A server's life: put together from configuration, drivers and store; listening; ending, which is in `stop.rs`.
//! Nothing listens before all of it is known to be sound.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use bessemer::host::NodeFields;
use jiff::Timestamp;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::catalogue::Catalogue;
use crate::config::{Config, Connection, Diagnostic, Faults};
use crate::context::{Context, Writes};
use crate::health::Health;
use crate::http::{Api, Listener, bind};
use crate::lock::{Limits, NodeLocks};
use crate::node::Node;
use crate::nodes::Nodes;
use crate::notify;
use crate::signal::Signal;
use crate::stop::{self, Ends, LAST_PATIENCE, Told, stop_drivers};
use crate::store::sqlite::{Options, SqliteStore};
use crate::store::{Store, StoreError};
use crate::tasks::prune::{self, Pruning};
use crate::telemetry;
use crate::telemetry::access::AccessLog;
use crate::worker::Workers;

/// The node that a server makes for those who try it.
const DEMO_NODE: &str = "demo-0";

/// Why a server did not start, or ended.
pub(crate) enum Ended {
    /// The configuration, the binary or a driver is at fault.
    Faults(Faults),
    /// The machine is: its disk, its network.
    Failed(String),
}

impl From<Faults> for Ended {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}

/// Runs a server until a signal ends it.
pub(crate) fn serve(config: Config, catalogue: Catalogue) -> Result<(), Ended> {
    let runtime = Builder::new_multi_thread()
        .thread_name("api")
        .enable_all()
        .build()
        .map_err(|error| Ended::Failed(format!("no threads for the API: {error}")))?;
    let result = runtime.block_on(assemble(config, catalogue)).and_then(|context| {
        let result = runtime
            .block_on(open(&context))
            .and_then(|listener| run(&runtime, &context, listener));
        // Not on a runtime: nobody may wait there for threads to end.
        let deadline = std::time::Instant::now() + LAST_PATIENCE;
        for driver in context.catalogue.distinct() {
            driver
                .runtime()
                .shut_down(deadline.saturating_duration_since(std::time::Instant::now()));
        }
        result
    });
    runtime.shutdown_timeout(LAST_PATIENCE);
    result
}

/// What the drivers and the requests will share.
async fn assemble(config: Config, catalogue: Catalogue) -> Result<Arc<Context>, Ended> {
    let store = open_store(&config).await?;
    let interrupted = store
        .tasks_interrupt(config.host.as_str().into(), Timestamp::now())
        .await
        .map_err(failed)?;
    for interrupted in &interrupted {
        tracing::warn!(task = %interrupted.task.uuid, method = %interrupted.task.method, "a task was interrupted by the server's last end");
    }
    let nodes = Nodes::new(store.node_list_all().await.map_err(failed)?);
    let conductor = &config.conductor;
    let stopping = Arc::new(Signal::default());
    let limits = Limits {
        waiters_per_node_max: conductor.lock_waiters_per_node_max,
        waiters_max: conductor.lock_waiters_max,
    };
    Ok(Arc::new(Context {
        host: config.host.as_str().into(),
        locks: NodeLocks::new(limits),
        workers: Workers::new(conductor, Arc::clone(&stopping)),
        started_at: Timestamp::now(),
        writes: Writes::default(),
        pruning: Pruning::default(),
        stopping,
        health: Health::default(),
        catalogue,
        nodes,
        store,
        config,
    }))
}

/// The rest, up to the point where requests could be answered.
async fn open(context: &Context) -> Result<Listener, Ended> {
    start_drivers(context).await?;
    match bind(&context.config.api).await {
        Ok(listener) => Ok(listener),
        Err(error) => {
            stop::end_before_start(context).await;
            let api = &context.config.api;
            Err(Ended::Failed(format!(
                "cannot listen on {}: {error}; choose another api.host_ip or api.port",
                SocketAddr::new(api.host_ip, api.port)
            )))
        }
    }
}

async fn open_store(config: &Config) -> Result<Arc<dyn Store>, Ended> {
    let Connection::Sqlite { path } = config.database.connection.clone();
    let options = Options::new(&config.host);
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&path, &options)).await;
    let store = opened
        .map_err(|error| Ended::Failed(error.to_string()))?
        .map_err(failed)?;
    Ok(Arc::new(store))
}

fn failed(error: impl Into<StoreError>) -> Ended {
    Ended::Failed(error.into().to_string())
}

/// Runs `#[start]` of each driver, all at once, on their own threads.
async fn start_drivers(context: &Context) -> Result<(), Faults> {
    let patience = context.config.conductor.driver_start_timeout;
    let starting: Vec<_> = context
        .catalogue
        .distinct()
        .filter_map(|driver| {
            let start = driver.record().start?;
            Some((
                driver,
                driver.runtime().handle().spawn(start(Arc::clone(driver.instance()))),
            ))
        })
        .collect();
    let mut started = Vec::new();
    let mut faults = Faults::default();
    let deadline = Instant::now() + patience;
    for (driver, starting) in starting {
        let name = driver.record().name;
        let fault = match timeout_at(deadline, starting).await {
            Ok(Ok(Ok(()))) => {
                started.push(driver);
                continue;
            }
            Ok(Ok(Err(error))) => {
                let fault = Diagnostic::fault(format!("driver \"{name}\" cannot be started: {error}"));
                match error.causes() {
                    Some(causes) => fault.note(causes),
                    None => fault,
                }
            }
            Ok(Err(_)) => Diagnostic::fault(format!("driver \"{name}\" panicked at its start")),
            Err(_) => Diagnostic::fault(format!(
                "driver \"{name}\" did not start within {} s",
                patience.as_secs_f32()
            ))
            .help("conductor.driver_start_timeout says how long a driver may take"),
        };
        faults.push(fault.note(format!("it is {}", driver.compiled().written_at())));
    }
    if faults.is_empty() {
        return Ok(());
    }
    stop_drivers(started.into_iter(), context.config.conductor.driver_stop_timeout).await;
    Err(faults)
}

/// Serves until told to stop, then does so.
fn run(runtime: &Runtime, context: &Arc<Context>, listener: Listener) -> Result<(), Ended> {
    let log = &context.config.log;
    let access = Arc::new(if log.access {
        AccessLog::start(telemetry::is_human(log), log.level)
    } else {
        AccessLog::off()
    });
    let result = runtime.block_on(async {
        if is_trial(context) {
            create_demo_node(context).await.map_err(failed)?;
        }
        let mut ends = Ends::listen().map_err(|error| Ended::Failed(format!("cannot listen for signals: {error}")))?;
        let address = listener.address();
        let close = Arc::new(Signal::default());
        let serving = tokio::spawn({
            let (api, close) = (Api::new(Arc::clone(context), Arc::clone(&access)), Arc::clone(&close));
            async move { listener.serve(api, &close).await }
        });
        announce(context, address);
        notify::ready(context, address);
        tokio::spawn(notify::feed_watchdog(Arc::clone(context)));
        let pruning = tokio::spawn({
            let context = Arc::clone(context);
            async move { prune::run(&context).await }
        });
        let (told, broken) = tokio::select! {
            told = ends.wait() => (told, None),
            error = context.store.broken() => (Told::Stop, Some(error.to_string())),
        };
        notify::stopping();
        tokio::spawn(notify::ask_for_time(Arc::clone(context)));
        context.stopping.raise();
        let deadline = stop::drain(context, &mut ends, told).await;
        if pruning.await.is_err() {
            tracing::error!("the forgetting of tasks ended by a panic");
        }
        let ended = stop::end(context, &mut ends, &close, serving, deadline).await;
        match broken.or(ended.err()) {
            None => Ok(()),
            Some(text) => Err(Ended::Failed(text)),
        }
    });
    access.stop();
    result
}

/// Whether somebody just started the binary to see what it does: nothing is configured, no node is known.
fn is_trial(context: &Context) -> bool {
    context.config.files.is_empty() && context.nodes.is_empty() && context.catalogue.driver("fake").is_some()
}

async fn create_demo_node(context: &Context) -> Result<(), StoreError> {
    let fields = NodeFields {
        name: Some(DEMO_NODE.into()),
        driver: "fake".into(),
        ..NodeFields::default()
    };
    context
        .node_create(Node::new(Uuid::new_v4(), fields, Timestamp::now()))
        .await?;
    Ok(())
}

/// Tells on standard output what is served, and where.
fn announce(context: &Context, address: SocketAddr) {
    let mut text = format!("bessemer {}\n", env!("CARGO_PKG_VERSION"));
    for driver in context.catalogue.distinct() {
        let names: Vec<&str> = context
            .catalogue
            .iter()
            .filter(|(_, d)| Arc::ptr_eq(d, driver))
            .map(|(name, _)| name)
            .collect();
        let (compiled, place) = (driver.compiled(), driver.compiled().place());
        text += &format!(
            "driver    {} ({} {}): {} node methods, {} driver methods\n",
            names.join(", "),
            place.crate_name,
            place.crate_version,
            compiled.node_methods().len(),
            compiled.driver_methods().len(),
        );
    }
    match &context.config.enabled_drivers {
        None => text += "          every driver of this binary, since enabled_drivers is not set\n",
        Some(names) if names.is_empty() => {
            tracing::warn!("enabled_drivers is an empty list: no driver is offered");
            text += "driver    none: enabled_drivers is an empty list\n";
        }
        Some(_) => {}
    }
    let url = format!("http://{address}");
    text += &format!(
        "state     {} ({} nodes)\n",
        context.config.state_path.display(),
        context.nodes.len()
    );
    text += &format!("api       {url}\n");
    if let Some(node) = context
        .nodes
        .find(DEMO_NODE)
        .filter(|node| &*node.fields.driver == "fake")
    {
        let name = node.fields.name.as_deref().unwrap_or(DEMO_NODE);
        text += &format!(
            "\ntry:\n  curl {url}/v1/nodes/{name}/vendor_passthru/methods\n  \
             curl -d '{{\"hello\": \"world\"}}' '{url}/v1/nodes/{name}/vendor_passthru?method=echo'\n  \
             OS_AUTH_TYPE=none OS_ENDPOINT={url} baremetal node passthru list {name}\n"
        );
    }
    // A closed standard output is no reason not to serve.
    let _ = std::io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .and_then(|()| std::io::stdout().flush());
}
