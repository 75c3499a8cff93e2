//! `[api]`: the listener, and what a request may be.

use super::{HOUR, ms};
use crate::config::forms;
use crate::config::options::{Opt, count, duration, flag, text};

pub(super) const API: &[Opt] = &[
    Opt::new(
        "api.host_ip",
        text("an IP address", |w, text| {
            forms::address(text).map(|ip| w.host_ip = Some(ip))
        }),
        r#""127.0.0.1""#,
    )
    .ironic("[api] host_ip")
    .doc(
        "Address to listen on. Ironic's default is 0.0.0.0; ours stays on the machine while \
         there is no authentication.",
    ),
    Opt::new("api.port", count(0, 65535, "", |w, n| w.port = n as u16), "6385")
        .ironic("[api] port")
        .doc("Port to listen on; 0 takes any free one, and the log says which."),
    Opt::new(
        "api.public_endpoint",
        text("an HTTP URL", |w, text| {
            forms::endpoint(text).map(|url| w.public_endpoint = url)
        }),
        r#""""#,
    )
    .stands_for("the address that each request came to")
    .ironic("[api] public_endpoint")
    .doc("URL of the API as clients see it, for the links in answers; needed behind a proxy."),
    Opt::new("api.max_limit", count(1, 1_000_000, "", |w, n| w.max_limit = n), "1000")
        .ironic("[api] max_limit")
        .doc("Most items in one page of a listing."),
    Opt::new(
        "api.max_json_body_size",
        count(1, 65_536, "KiB", |w, n| w.max_json_body_size_kib = n),
        "1024",
    )
    .ironic("[api] max_json_body_size")
    .doc("Largest JSON body of a request; a larger one is refused before it is read."),
    Opt::new(
        "api.max_json_body_depth",
        count(1, 127, "", |w, n| w.max_json_body_depth = n),
        "25",
    )
    .ironic("[api] max_json_body_depth")
    .doc("Most levels of nesting in a JSON body."),
    Opt::new(
        "api.header_timeout",
        duration(ms(100), HOUR, |w, d| w.header_timeout = d),
        "10",
    )
    .doc("Time that a client has to send the head of a request."),
    Opt::new(
        "api.body_timeout",
        duration(ms(100), HOUR, |w, d| w.body_timeout = d),
        "30",
    )
    .doc("Time that a client has to send the body of a request."),
    Opt::new(
        "api.idle_timeout",
        duration(ms(100), HOUR, |w, d| w.idle_timeout = d),
        "75",
    )
    .doc("Time after which a connection without a request is closed."),
    Opt::new(
        "api.max_header_size",
        count(8, 1024, "KiB", |w, n| w.max_header_size_kib = n),
        "64",
    )
    .doc("Largest head of a request: the line with the URL and all headers. A larger one is answered 431, or 414."),
    Opt::new("api.headers_max", count(8, 10_000, "", |w, n| w.headers_max = n), "100")
        .doc("Most headers of a request; one more is answered 431."),
    Opt::new(
        "api.patch_operations_max",
        count(1, 100_000, "", |w, n| w.patch_operations_max = n),
        "1000",
    )
    .doc("Most operations in the JSON Patch of one request; one more is answered 400."),
    Opt::new(
        "api.page_size_max",
        count(64, 4_194_304, "KiB", |w, n| w.page_size_max_kib = n),
        "16384",
    )
    .doc("Most that the settings of the nodes in one page of a listing may come to; beyond, the page ends earlier."),
    Opt::new(
        "api.connections_max",
        count(1, 1_000_000, "", |w, n| w.connections_max = n),
        "1024",
    )
    .doc("Most connections at a time; further clients wait in the kernel's queue."),
    Opt::new(
        "api.connections_per_address_max",
        count(0, 1_000_000, "", |w, n| w.connections_per_address_max = n),
        "0",
    )
    .stands_for("64, and no bound for the machine itself, where a proxy may stand")
    .doc(
        "Most connections from one address at a time; one more is answered 503. A proxy on another machine is one \
         address.",
    ),
    Opt::new(
        "api.task_listeners_max",
        count(0, 100_000, "", |w, n| w.task_listeners_max = n),
        "16",
    )
    .doc("Most clients that listen to the events of one task at a time; one more is answered 503."),
    Opt::new(
        "api.event_heartbeat",
        duration(ms(10), HOUR, |w, d| w.event_heartbeat = d),
        "15",
    )
    .doc("Time without an event after which those who listen to a task are sent a line that says nothing."),
    Opt::new(
        "api.accept_queue_max",
        count(1, 65_535, "", |w, n| w.accept_queue_max = n),
        "1024",
    )
    .doc(
        "Most connections that wait in the kernel's queue; it may have a lower bound of its own \
         (net.core.somaxconn). Further ones are not answered.",
    ),
    Opt::new(
        "api.allow_noauth_beyond_loopback",
        flag(|w, yes| w.allow_noauth_beyond_loopback = yes),
        "false",
    )
    .doc(
        "Permits a host_ip that others can reach although there is no authentication yet: \
         whoever reaches it may do everything.",
    ),
];
