//! A server with a third party's driver. A driver that stands in `Cargo.toml` but not here is a compile error.
#![deny(unused_crate_dependencies)]
bessemer_server::main! { bessemer_driver_fake, rack_driver }
