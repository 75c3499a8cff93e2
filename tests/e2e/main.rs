//! The real binary over real HTTP: a file for each route or subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod cli;
mod conductors;
mod drivers;
mod locks;
mod maintenance;
mod node_create;
mod node_list;
mod node_patch;
mod nodes;
mod passthru;
mod secrets;
mod sections;
mod settings;
mod startup;
mod streams;
mod tasks;
mod work;
