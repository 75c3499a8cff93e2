//! Loading: the layers in their order. Default < file < `conf.d` < environment < flag.
//!
//! The core reads no environment and no fixed path: it is given them, as [`Sources`]. Only
//! [`Sources::of_process`] looks around.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::diagnostic::{Diagnostic, Faults};
use super::draft::Draft;
use super::files;
use super::model::Config;
use super::overlay;
use super::resolve;

/// The variable that names the file.
pub const FILE_VARIABLE: &str = "BESSEMER_CONFIG";

/// The file that is read when none is named and it exists.
pub const FILE_DEFAULT: &str = "/etc/bessemer/config.toml";

/// Everything a configuration is made from. The default is nothing: no file, no environment, no
/// flags.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file that `--config` names; else the one in `$BESSEMER_CONFIG`.
    pub file: Option<PathBuf>,
    /// Read if none is named and it exists.
    pub default_file: Option<PathBuf>,
    /// The environment, all of it: `STATE_DIRECTORY`, `XDG_STATE_HOME` and `HOME` matter too.
    pub env: Vec<(OsString, OsString)>,
    /// Options given as flags, in the order of the command line.
    pub flags: Vec<FlagText>,
    /// The machine's name, the default of `host`.
    pub machine_host: String,
    /// What for.
    pub purpose: Purpose,
}

/// What a configuration is read for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To serve by it, or to tell whether a server could.
    #[default]
    Serve,
    /// To tell what is in the binary: nothing is kept, so there may be no place to keep it.
    List,
}

/// An option given as a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagText {
    /// The option's key path, `api.port`.
    pub key: String,
    /// Its value as text, read as a variable's would be.
    pub text: String,
    /// The flag as the user wrote it, `--port`.
    pub flag: String,
}

impl Sources {
    /// What this process was started with, to serve: its environment, the default file, the machine's name.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<FlagText>) -> Self {
        Sources {
            file,
            default_file: Some(PathBuf::from(FILE_DEFAULT)),
            env: std::env::vars_os().collect(),
            flags,
            machine_host: files::machine_host(),
            purpose: Purpose::Serve,
        }
    }

    /// A variable, unless it is empty: an empty path is no path.
    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        let (_, value) = self.env.iter().find(|(known, _)| known == name)?;
        Some(value.as_os_str()).filter(|value| !value.is_empty())
    }
}

impl FlagText {
    /// An option given as a flag.
    pub fn new(key: impl Into<String>, text: impl Into<String>, flag: impl Into<String>) -> Self {
        FlagText {
            key: key.into(),
            text: text.into(),
            flag: flag.into(),
        }
    }
}

/// What all sources together say.
pub struct Loaded {
    /// The configuration, to be used only if nothing is wrong.
    pub config: Config,
    /// What is allowed, but perhaps not meant.
    pub warnings: Vec<Diagnostic>,
    /// All that is wrong. Where a value was refused, `config` has the default.
    pub faults: Faults,
}

impl Config {
    /// Makes the configuration, with the warnings to print; or tells every fault of every source at once.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn load(sources: &Sources) -> Result<(Config, Vec<Diagnostic>), Faults> {
        Loaded::from(sources).sound()
    }
}

impl Loaded {
    /// The configuration and the warnings.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn sound(self) -> Result<(Config, Vec<Diagnostic>), Faults> {
        if self.faults.is_empty() {
            Ok((self.config, self.warnings))
        } else {
            Err(self.faults)
        }
    }
}

impl From<&Sources> for Loaded {
    fn from(sources: &Sources) -> Self {
        let mut draft = Draft::with_defaults();
        files::lay_files(sources, &mut draft);
        overlay::lay_environment(&sources.env, &mut draft);
        overlay::lay_flags(&sources.flags, &mut draft);
        resolve::resolve(draft, sources)
    }
}
