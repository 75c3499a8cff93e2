//! The start of the drivers: `#[start]` of each, all at once, within its time, unless the server is told to stop. Who
//! calls this, and what comes before and after, is in `serve.rs`.

use std::sync::Arc;

use tokio::time::{Instant, timeout_at};

use crate::config::{Diagnostic, Faults};
use crate::context::Context;
use crate::stop::{Ends, stop_drivers};

/// Why not all drivers started. Those that did are stopped again.
pub(crate) enum NotStarted {
    /// Some cannot be started.
    Faults(Faults),
    /// The server was told to stop.
    Told,
}

/// Runs `#[start]` of each driver, all at once, on their own threads.
pub(crate) async fn start_drivers(context: &Context, ends: &mut Ends) -> Result<(), NotStarted> {
    let patience = context.config.conductor.driver_start_timeout;
    let mut starting: Vec<_> = context
        .catalogue
        .distinct()
        .filter_map(|driver| {
            let start = driver.record().start?;
            let start = driver.runtime().handle().spawn(start(Arc::clone(driver.instance())));
            Some((driver, start))
        })
        .collect();
    let mut started = Vec::new();
    let mut faults = Faults::default();
    let deadline = Instant::now() + patience;
    let mut is_told = false;
    for (driver, start) in &mut starting {
        let name = driver.record().name;
        if is_told && !start.is_finished() {
            start.abort();
            continue;
        }
        let ended = tokio::select! {
            biased;
            ended = timeout_at(deadline, &mut *start) => ended,
            _ = ends.wait() => {
                is_told = true;
                start.abort();
                continue;
            }
        };
        let fault = match ended {
            Ok(Ok(Ok(()))) => {
                started.push(*driver);
                continue;
            }
            Ok(Ok(Err(error))) => {
                let hidden = |text: &str| context.config.without_secrets_of(driver.record(), text);
                let error_text = hidden(&error.to_string());
                let fault = Diagnostic::fault(format!("driver \"{name}\" cannot be started: {error_text}"));
                match error.causes() {
                    Some(causes) => fault.note(hidden(&causes)),
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
    if faults.is_empty() && !is_told {
        return Ok(());
    }
    stop_drivers(started.into_iter(), context.config.conductor.driver_stop_timeout).await;
    if is_told {
        Err(NotStarted::Told)
    } else {
        Err(NotStarted::Faults(faults))
    }
}
