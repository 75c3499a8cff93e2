//! What was answered is on disk: after a `kill -9` (`kill`), after a power cut (`power`), by the order of the system
//! calls (`order`), and with one sync for many answers (`groups`). After a sync that failed nothing is answered
//! (`broken`). The clients are in `writer`, and what they must find again in `load`.

#[cfg(feature = "external")]
mod broken;
#[cfg(feature = "external")]
mod groups;
mod kill;
mod load;
#[cfg(feature = "external")]
mod order;
#[cfg(feature = "external")]
mod power;
#[cfg(feature = "external")]
mod strace;
mod writer;
