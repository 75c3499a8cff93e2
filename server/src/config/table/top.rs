//! Options without a section: what is served, by whom, where it is kept.

use super::NAME;
use crate::config::forms;
use crate::config::kind::Kind;
use crate::config::options::{Opt, text};

pub(super) const TOP: &[Opt] = &[
    Opt::new(
        "enabled_drivers",
        Kind::Names {
            set: |w, names| w.enabled_drivers = names,
        },
        r#"["*"]"#,
    )
    .stands_for("every driver compiled in")
    .ironic("[DEFAULT] enabled_hardware_types")
    .alias("enabled_hardware_types")
    .doc(
        "The drivers to offer, by name, out of those compiled into the binary. An empty \
         list offers none.",
    ),
    Opt::new(
        "host",
        text(NAME, |w, text| forms::name(text).map(|()| w.host = text.to_owned())),
        r#""""#,
    )
    .stands_for("the machine's host name")
    .ironic("[DEFAULT] host")
    .doc("Name of this server in reservations and in the conductor field of a node."),
    Opt::new(
        "state_path",
        text("a path", |w, text| {
            forms::path(text).map(|()| w.state_path = text.to_owned())
        }),
        r#""""#,
    )
    .stands_for("$STATE_DIRECTORY, else $XDG_STATE_HOME/bessemer, else ~/.local/state/bessemer")
    .ironic("[DEFAULT] state_path")
    .doc("Directory of everything that must outlive the process. One server uses it at a time."),
];
