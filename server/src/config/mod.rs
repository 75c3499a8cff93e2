//! Configuration: from files, environment and flags to the checked [`Config`] the program uses.
//!
//! The way through: [`Sources`] → `load` lays the layers → `files` + `tree`, `overlay` read each
//! source along the option table (`table`, `options`, `kind`, `forms`) into what was written
//! (`draft`, `written`) → `resolve` makes what is used (`model`). `sample` and `show` are the same
//! table and the same result as text. Wrong things become [`Diagnostic`]s, all of them at once;
//! whether a driver exists is not known here, but the catalogue reports it with the same type.

mod diagnostic;
mod draft;
mod drivers;
mod duration;
mod files;
mod fits;
mod forms;
mod kind;
mod load;
mod mask;
mod model;
mod options;
mod origin;
mod overlay;
mod refused;
mod resolve;
mod sample;
mod show;
mod suggest;
mod table;
#[cfg(test)]
mod tests;
mod toml_text;
mod tree;
mod written;

pub(crate) use mask::{MASK, without_passwords};

pub use diagnostic::{Colour, Diagnostic, Faults, Severity};
pub use drivers::DriverSection;
pub use load::{FILE_DEFAULT, FILE_VARIABLE, FlagText, Loaded, Purpose, Sources};
pub use model::{
    Api, Conductor, Config, Connection, Database, Healthcheck, Log, LogFormat, LogLevel, Metrics, Setting,
};
pub use origin::{Located, Origin, Place, Source};
pub use sample::{markdown, sample};
pub use show::Origins;
pub use suggest::did_you_mean;
