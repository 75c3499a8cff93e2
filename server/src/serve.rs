//! A server's life: put together from configuration, drivers and store; listening; ending, which is in `stop.rs`.
//! Nothing listens before all of it is known to be sound.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use bessemer::host::NodeFields;
use jiff::Timestamp;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::catalogue::Catalogue;
use crate::config::{Config, Connection, Faults};
use crate::context::{Context, Writes};
use crate::health::Health;
use crate::http::{Api, Explorer, Listener, Ready, bind};
use crate::lock::{Limits, NodeLocks};
use crate::metrics::{self, Metrics};
use crate::nodes::Loading;
use crate::notify;
use crate::signal::Signal;
use crate::start::{NotStarted, start_drivers};
use crate::stop::{self, Ends, LAST_PATIENCE, Told};
use crate::store::sqlite::{Options, SqliteStore};
use crate::store::{NodeRow, Store, StoreError};
use crate::tasks::live::Live;
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
    // From here on: who is told to stop while it starts leaves nothing half done.
    let mut ends = runtime
        .block_on(async { Ends::listen() })
        .map_err(|error| Ended::Failed(format!("cannot listen for signals: {error}")))?;
    let result = runtime.block_on(assemble(config, catalogue)).and_then(|context| {
        let result = match runtime.block_on(open(&context, &mut ends)) {
            Ok(Some(listener)) => run(&runtime, &context, listener, ends),
            Ok(None) => Ok(()),
            Err(ended) => Err(ended),
        };
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
        let task = &interrupted.task;
        metrics::interrupted(&catalogue, task);
        tracing::warn!(
            request_id = &*task.request_id, node = task.node.map(tracing::field::display), driver = &*task.driver,
            method = &*task.method, task = %task.uuid, "a task was interrupted by the server's last end"
        );
    }
    let mut parts = Loading::parts(std::thread::available_parallelism().map_or(1, |cores| cores.get().min(4)));
    let sinks = parts.iter_mut().map(|part| part as _).collect();
    store.node_list_all(sinks).await.map_err(failed)?;
    let nodes = Loading::finish(parts);
    let conductor = &config.conductor;
    let stopping = Arc::new(Signal::default());
    let limits = Limits {
        waiters_per_node_max: conductor.lock_waiters_per_node_max,
        waiters_max: conductor.lock_waiters_max,
    };
    Ok(Arc::new(Context {
        host: config.host.as_str().into(),
        openapi: OnceLock::new(),
        explorer: Explorer::new(&config),
        ready: Ready::default(),
        locks: NodeLocks::new(limits),
        workers: Workers::new(conductor, Arc::clone(&stopping)),
        started_at: Timestamp::now(),
        writes: Writes::default(),
        live: Live::default(),
        pruning: Pruning::default(),
        stopping,
        health: Health::default(),
        metrics: Metrics::default(),
        catalogue,
        nodes,
        store,
        config,
    }))
}

/// The rest, up to the point where requests could be answered. `None` if the server was told to stop meanwhile.
async fn open(context: &Context, ends: &mut Ends) -> Result<Option<Listener>, Ended> {
    match start_drivers(context, ends).await {
        Ok(()) => {}
        Err(NotStarted::Faults(faults)) => return Err(faults.into()),
        Err(NotStarted::Told) => {
            tracing::info!("told to stop before all drivers had started");
            return stop::end_before_start(context, false)
                .await
                .map(|()| None)
                .map_err(Ended::Failed);
        }
    }
    match bind(&context.config.api) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) => {
            if let Err(error) = stop::end_before_start(context, true).await {
                tracing::error!("{error}");
            }
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

/// Serves until told to stop, then does so.
fn run(runtime: &Runtime, context: &Arc<Context>, listener: Listener, mut ends: Ends) -> Result<(), Ended> {
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
        let address = listener.address();
        let close = Arc::new(Signal::default());
        let serving = tokio::spawn({
            let (api, close) = (Api::new(Arc::clone(context), Arc::clone(&access)), Arc::clone(&close));
            async move { listener.serve(api, &close).await }
        });
        announce(context, address);
        tokio::task::spawn_blocking({
            let context = Arc::clone(context);
            move || context.render()
        });
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
        .node_create(NodeRow::new(Uuid::new_v4(), fields, Timestamp::now()))
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
    text += &format!("api       {url}\nexplorer  {url}/docs\n");
    if let Some(node) = context.nodes.find(DEMO_NODE).filter(|node| node.driver() == "fake") {
        let name = node.name().unwrap_or(DEMO_NODE);
        text += &format!(
            "\ntry:\n  curl {url}/v1/nodes/{name}/vendor_passthru/methods\n  \
             curl -H 'Content-Type: application/json' -d '{{\"hello\": \"world\"}}' \
             '{url}/v1/nodes/{name}/vendor_passthru?method=echo'\n  \
             OS_AUTH_TYPE=none OS_ENDPOINT={url} baremetal node passthru list {name}\n"
        );
    }
    // A closed standard output is no reason not to serve.
    let _ = std::io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .and_then(|()| std::io::stdout().flush());
}
