//! The real binary over real HTTP: a file for each route or subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod canary;
mod cli;
mod cli_tasks;
mod conductors;
mod configuration;
mod db;
mod drivers;
mod durable;
mod fresh;
mod health;
mod limits;
mod locks;
mod locks_rest;
mod logs;
mod maintenance;
mod memory;
mod metrics;
mod node_create;
mod node_list;
mod node_patch;
mod nodes;
mod openapi;
mod passthru;
mod secrets;
mod sections;
mod settings;
mod slow_clients;
mod startup;
mod stop;
mod stop_notify;
mod store;
mod store_disk;
mod streams;
mod tasks;
mod tasks_events;
mod tasks_kept;
mod tasks_rest;
mod until;
mod work;
mod work_left;
