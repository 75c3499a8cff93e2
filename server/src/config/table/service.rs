//! `[database]`, and what the operator sees of a server: `[healthcheck]`, `[log]`, `[metrics]`.

use crate::config::forms;
use crate::config::kind::Kind;
use crate::config::model::{LogFormat, LogLevel};
use crate::config::options::{Opt, count, flag, text};

pub(super) const SERVICE: &[Opt] = &[
    Opt::new(
        "database.connection",
        text("sqlite:/// with an absolute path", |w, text| {
            forms::sqlite_path(text).map(|path| w.sqlite_path = path)
        }),
        r#""""#,
    )
    .stands_for("sqlite:///<state_path>/bessemer.sqlite")
    .ironic("[database] connection")
    .doc("Where nodes and tasks are kept. This version knows SQLite only."),
    Opt::new("healthcheck.enabled", flag(|w, yes| w.healthcheck = yes), "true")
        .ironic("[healthcheck] enabled")
        .doc(
            "Whether /healthcheck is served, as Ironic does it: OK, or 503 with the reason. \
             Ironic's default is false. /livez and /readyz are always there.",
        ),
    Opt::new(
        "log.level",
        Kind::Choice {
            choices: &[
                ("error", |w| w.log_level = LogLevel::Error),
                ("warn", |w| w.log_level = LogLevel::Warn),
                ("info", |w| w.log_level = LogLevel::Info),
                ("debug", |w| w.log_level = LogLevel::Debug),
                ("trace", |w| w.log_level = LogLevel::Trace),
            ],
        },
        r#""info""#,
    )
    .doc("The least important event that is logged."),
    Opt::new(
        "log.format",
        Kind::Choice {
            choices: &[
                ("auto", |w| w.log_format = LogFormat::Auto),
                ("human", |w| w.log_format = LogFormat::Human),
                ("json", |w| w.log_format = LogFormat::Json),
            ],
        },
        r#""auto""#,
    )
    .doc("How an event is written; auto is human on a terminal and JSON otherwise."),
    Opt::new("log.access", flag(|w, yes| w.log_access = yes), "true").doc(
        "Whether every request is logged when it is answered; those for the server's health \
             only at the level debug.",
    ),
    Opt::new(
        "log.call_lines_max",
        count(0, 1_000_000, "", |w, n| w.log_call_lines_max = n),
        "1000",
    )
    .doc("Most lines that a driver's method can log in one call; the rest is left out."),
    Opt::new(
        "log.call_line_bytes_max",
        count(16, 1_048_576, "bytes", |w, n| w.log_call_line_bytes_max = n),
        "4096",
    )
    .doc("Longest such line; a longer one is cut."),
    Opt::new("metrics.enabled", flag(|w, yes| w.metrics = yes), "true")
        .doc("Whether /metrics is served, for Prometheus and what reads the same."),
];
