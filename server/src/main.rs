//! The stock binary: a server with all drivers of this repository. A custom one has a `main.rs` like this,
//! with other names.

bessemer_server::main! {
    #[cfg(feature = "fake")]
    bessemer_driver_fake,
}
