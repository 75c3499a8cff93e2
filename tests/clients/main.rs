//! Ironic's own clients, unchanged, against the real binary: what an operator types, what a script calls, and what
//! either reads of the answer. `tests/run` installs them.
//!
//! `baremetal` is the command line of python-ironicclient, `sdk` is openstacksdk, a file for each of their nouns.
//! `gophercloud` is in Go, which nobody needs here: its requests are sent as it sends them, and its answers taken apart
//! as it takes them apart. `held.rs` has the servers that all of them have to ask again. A client has mistakes of its
//! own; a test that meets one says so, and looks at what the request did to the server.

mod baremetal;
mod gophercloud;
mod held;
mod sdk;
