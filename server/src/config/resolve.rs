//! From what was written to what is used: computed defaults, units, and the rules between options.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::diagnostic::Diagnostic;
use super::draft::Draft;
use super::duration;
use super::load::{Loaded, Purpose, Sources};
use super::mask;
use super::model::{Api, Conductor, Config, Connection, Database, Healthcheck, Log, Metrics};
use super::origin::{Located, Origin};
use super::table::LOCK_WAIT_MAX;
use super::toml_text;
use super::written::{LockWait, Share};

/// What is used, and what is wrong. Where a value was refused the default stands in its place, so that the rest can
/// still be judged.
pub(super) fn resolve(mut draft: Draft, sources: &Sources) -> Loaded {
    let enabled_drivers = enabled_drivers(&mut draft);
    let host = host(&mut draft, sources);
    let state_path = state_path(&mut draft, sources);
    let driver_workers_max = driver_workers_max(&mut draft);
    let lock_wait = lock_wait(&mut draft);
    let connection = connection(&mut draft, &state_path);
    check_timeouts(&mut draft);
    check_reach(&mut draft);

    let w = draft.written;
    draft.drivers.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    let config = Config {
        enabled_drivers,
        host,
        state_path,
        api: Api {
            host_ip: w.host_ip.unwrap_or(Ipv4Addr::LOCALHOST.into()),
            port: w.port,
            public_endpoint: w.public_endpoint,
            max_limit: w.max_limit as usize,
            max_json_body_size_bytes: w.max_json_body_size_kib as usize * 1024,
            max_json_body_depth: w.max_json_body_depth as usize,
            header_timeout: w.header_timeout,
            body_timeout: w.body_timeout,
            idle_timeout: w.idle_timeout,
            max_header_size_bytes: w.max_header_size_kib as usize * 1024,
            headers_max: w.headers_max as usize,
            patch_operations_max: w.patch_operations_max as usize,
            page_size_max_bytes: w.page_size_max_kib as usize * 1024,
            connections_max: w.connections_max as usize,
            connections_per_address_max: Some(w.connections_per_address_max as usize).filter(|max| *max > 0),
            task_listeners_max: w.task_listeners_max as usize,
            event_heartbeat: w.event_heartbeat,
            accept_queue_max: w.accept_queue_max as u32,
            allow_noauth_beyond_loopback: w.allow_noauth_beyond_loopback,
        },
        conductor: Conductor {
            lock_wait,
            lock_waiters_per_node_max: w.lock_waiters_per_node_max as usize,
            lock_waiters_max: w.lock_waiters_max as usize,
            workers_pool_size: w.workers_pool_size as usize,
            driver_workers_max,
            node_workers_max: w.node_workers_max as usize,
            driver_threads: w.driver_threads as usize,
            driver_blocking_threads: w.driver_blocking_threads as usize,
            sync_timeout: w.sync_timeout,
            async_timeout: w.async_timeout,
            sync_timeout_max: w.sync_timeout_max,
            async_timeout_max: w.async_timeout_max,
            answer_size_max_bytes: w.answer_size_max_kib as usize * 1024,
            attachment_size_max_bytes: w.attachment_size_max_mib * 1024 * 1024,
            error_size_max_bytes: w.error_size_max as usize,
            nodes_max: w.nodes_max as usize,
            node_size_max_bytes: w.node_size_max_kib as usize * 1024,
            task_retention: w.task_retention,
            tasks_per_node_max: w.tasks_per_node_max as u32,
            driver_start_timeout: w.driver_start_timeout,
            driver_stop_timeout: w.driver_stop_timeout,
            graceful_shutdown_timeout: w.graceful_shutdown_timeout,
            drain_shutdown_timeout: w.drain_shutdown_timeout,
            conductor_group: w.conductor_group,
        },
        database: Database { connection },
        healthcheck: Healthcheck { enabled: w.healthcheck },
        log: Log {
            level: w.log_level,
            format: w.log_format,
            access: w.log_access,
            call_lines_max: w.log_call_lines_max as usize,
            call_line_bytes_max: w.log_call_line_bytes_max as usize,
        },
        metrics: Metrics { enabled: w.metrics },
        drivers: draft.drivers,
        files: draft.files,
        settings: draft.settings,
    };
    let warnings = warnings(&config);
    Loaded {
        config,
        warnings,
        faults: draft.faults,
    }
}

/// `["*"]` is every driver; a name twice is a slip that hides another name.
fn enabled_drivers(draft: &mut Draft) -> Option<Vec<Located<String>>> {
    let names = std::mem::take(&mut draft.written.enabled_drivers);
    if let [only] = names.as_slice()
        && only.value == "*"
    {
        return None;
    }
    for (at, name) in names.iter().enumerate() {
        if name.value == "*" {
            let fault = Diagnostic::fault("\"*\" among the names of enabled_drivers").at(&name.origin);
            draft
                .faults
                .push(fault.label("stands for every driver, so it stands alone"));
        } else if let Some(first) = names[..at].iter().find(|first| first.value == name.value) {
            let fault = Diagnostic::fault(format!("driver \"{}\" is enabled twice", name.value)).at(&name.origin);
            draft
                .faults
                .push(fault.label("named again").context(&first.origin, "first named here"));
        }
    }
    Some(names)
}

fn host(draft: &mut Draft, sources: &Sources) -> String {
    let mut host = std::mem::take(&mut draft.written.host);
    if host.is_empty() {
        host.clone_from(&sources.machine_host);
    }
    draft.show("host", toml_text::string(&host));
    host
}

/// The value, else the first of three variables. What a variable decided has that variable as its
/// origin.
fn state_path(draft: &mut Draft, sources: &Sources) -> PathBuf {
    let written = std::mem::take(&mut draft.written.state_path);
    let path = if written.is_empty() {
        let Some((name, path)) = state_path_of_variables(sources) else {
            if sources.purpose == Purpose::List {
                return PathBuf::new();
            }
            let fault = Diagnostic::fault(
                "no place for the state directory: none of STATE_DIRECTORY, XDG_STATE_HOME and HOME \
                 is set",
            );
            draft
                .faults
                .push(fault.help("set state_path in the configuration, or give --state-dir"));
            return PathBuf::new();
        };
        draft.set_origin("state_path", Origin::env(name, &path.to_string_lossy()));
        path
    } else {
        PathBuf::from(written)
    };
    let path = std::path::absolute(&path).unwrap_or(path);
    draft.show("state_path", toml_text::string(&path.to_string_lossy()));
    path
}

fn state_path_of_variables(sources: &Sources) -> Option<(&'static str, PathBuf)> {
    if let Some(directories) = sources.variable("STATE_DIRECTORY") {
        // systemd gives several, separated by colons, if the unit names several.
        let first = std::env::split_paths(directories).next()?;
        return Some(("STATE_DIRECTORY", first));
    }
    // The XDG specification has a relative path ignored.
    let xdg = sources
        .variable("XDG_STATE_HOME")
        .map(Path::new)
        .filter(|path| path.is_absolute());
    if let Some(path) = xdg {
        return Some(("XDG_STATE_HOME", path.join("bessemer")));
    }
    let home = sources.variable("HOME")?;
    Some(("HOME", Path::new(home).join(".local/state/bessemer")))
}

fn driver_workers_max(draft: &mut Draft) -> usize {
    let pool = draft.written.workers_pool_size;
    let workers = match draft.written.driver_workers_max {
        None => pool,
        Some(Share::Count(count)) => count,
        Some(Share::Percent(percent)) => (pool * percent / 100).max(1),
    };
    let keys = ["conductor.driver_workers_max", "conductor.workers_pool_size"];
    draft.check_order(keys, [workers, pool], u64::to_string);
    draft.show("conductor.driver_workers_max", workers.to_string());
    workers as usize
}

fn lock_wait(draft: &mut Draft) -> Duration {
    let wait = draft.written.lock_wait.duration();
    if let LockWait::Retries { attempts, interval } = draft.written.lock_wait
        && wait > LOCK_WAIT_MAX
    {
        let text = duration::text;
        let message = format!(
            "conductor.node_locked_retry_attempts x node_locked_retry_interval must be at most \
             {}, not {attempts} x {}",
            text(LOCK_WAIT_MAX),
            text(interval)
        );
        let fault = Diagnostic::fault(message).at(draft.origin("conductor.lock_wait"));
        draft.faults.push(fault.help("say it as conductor.lock_wait"));
    }
    draft.show("conductor.lock_wait", duration::literal(wait));
    wait
}

fn connection(draft: &mut Draft, state_path: &Path) -> Connection {
    let path = match draft.written.sqlite_path.take() {
        Some(path) => PathBuf::from(path),
        None => state_path.join("bessemer.sqlite"),
    };
    let shown = path.to_string_lossy();
    draft.show(
        "database.connection",
        toml_text::string(&format!("sqlite:///{}", shown.trim_start_matches('/'))),
    );
    Connection::Sqlite { path }
}

fn check_timeouts(draft: &mut Draft) {
    let w = &draft.written;
    let sync = [w.sync_timeout, w.sync_timeout_max];
    let r#async = [w.async_timeout, w.async_timeout_max];
    draft.check_order(["conductor.sync_timeout", "conductor.sync_timeout_max"], sync, |d| {
        duration::text(*d)
    });
    draft.check_order(
        ["conductor.async_timeout", "conductor.async_timeout_max"],
        r#async,
        |d| duration::text(*d),
    );
}

/// Without authentication whoever reaches the server may do everything; so only who is on the
/// machine reaches it, unless the operator says otherwise.
fn check_reach(draft: &mut Draft) {
    let Some(ip) = draft.written.host_ip else {
        return;
    };
    let keys = ["api.host_ip", "api.allow_noauth_beyond_loopback"];
    if draft.written.allow_noauth_beyond_loopback || ip.to_canonical().is_loopback() || !draft.is_sound(&keys) {
        return;
    }
    let message = format!("api.host_ip {ip} can be reached from other machines, and there is no authentication yet");
    let fault = Diagnostic::fault(message)
        .at(draft.origin("api.host_ip"))
        .label("not a loopback address")
        .help(
            "use 127.0.0.1, or set api.allow_noauth_beyond_loopback = true if whoever reaches it \
             may do everything",
        );
    draft.faults.push(fault);
}

fn warnings(config: &Config) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if config.enabled_drivers.as_ref().is_some_and(Vec::is_empty) {
        let warning = Diagnostic::warning("enabled_drivers is empty: no driver is offered");
        warnings.push(
            warning
                .at(config.origin("enabled_drivers"))
                .label("leave it out for every driver compiled in"),
        );
    }
    if !config.api.host_ip.to_canonical().is_loopback() {
        let message = format!(
            "api.host_ip {} can be reached from other machines without authentication",
            config.api.host_ip
        );
        let warning = Diagnostic::warning(message).at(config.origin("api.host_ip"));
        warnings.push(warning.label("whoever reaches it may do everything"));
    }
    warnings
}

impl Draft {
    /// Puts what was computed in place of what was written; where it came from stays.
    fn show(&mut self, key: &str, value: String) {
        if let Some(setting) = self.settings.iter_mut().find(|setting| setting.key == key) {
            setting.value = mask::without_passwords(&value).into_owned();
        }
    }

    fn set_origin(&mut self, key: &str, origin: Origin) {
        if let Some(setting) = self.settings.iter_mut().find(|setting| setting.key == key) {
            setting.origin = origin;
        }
    }

    /// Faults a first option that is larger than the second. The caret goes to the one that was
    /// written; the other is named.
    fn check_order<T: PartialOrd>(&mut self, keys: [&str; 2], values: [T; 2], text: fn(&T) -> String) {
        let [small, large] = keys;
        if values[0] <= values[1] || !self.is_sound(&keys) {
            return;
        }
        let message = format!(
            "{small} {} is larger than {large} {}",
            text(&values[0]),
            text(&values[1])
        );
        let (at, other) = match self.origin(small) {
            Origin::Default => (large, small),
            _ => (small, large),
        };
        let fault = Diagnostic::fault(message)
            .at(self.origin(at))
            .context(self.origin(other), "the other of the two");
        let fault = match self.origin(other) {
            Origin::Default => fault.note(format!("{other} has its default")),
            _ => fault,
        };
        self.faults.push(fault);
    }
}
