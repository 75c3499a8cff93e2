//! Names the crates of its drivers, as `bessemer_server::main!` does. It says which blocks it has.

#![deny(unused_crate_dependencies)]

mod report;

use first_driver as _;
use second_driver as _;

fn main() {
    report::print();
}
