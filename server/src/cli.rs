//! The command line: what the binary can be asked, and its exit codes: 0, 1 (it failed), 2 (the command line),
//! 78 (the configuration, the binary or a driver is at fault; a service manager need not try again).

mod client;
mod db;
mod follow;
mod list;
mod locks;
mod tasks;

use std::io::{IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use self::db::DbVerb;
use self::locks::LocksArgs;
use self::tasks::TasksArgs;
use crate::catalogue::{Catalogue, Compiled};
use crate::config::{self, Colour, Config, Diagnostic, Faults, FlagText, Loaded, Origins, Purpose, Sources};
use crate::openapi;
use crate::serve::{Ended, serve};
use crate::telemetry;

/// A command line that asks for what there is not.
const EXIT_USAGE: u8 = 2;

/// `EX_CONFIG` of sysexits.
const EXIT_CONFIG: u8 = 78;

/// The name that is shown where the process was given none.
const NAME: &str = "bessemer";

/// Drivers for bare-metal hardware, offered over the REST API of Ironic's vendor passthru.
#[derive(Parser)]
#[command(name = NAME, version, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    verb: Option<CliVerb>,
}

/// Where the configuration comes from.
#[derive(Args)]
struct Options {
    /// The configuration file [default: $BESSEMER_CONFIG, else /etc/bessemer/config.toml if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where nodes and tasks are kept (state_path)
    #[arg(long, global = true, value_name = "DIR")]
    state_dir: Option<String>,
    /// The address to listen on (api.host_ip)
    #[arg(long, global = true, value_name = "ADDRESS")]
    host_ip: Option<String>,
    /// The port to listen on, 0 for any that is free (api.port)
    #[arg(long, global = true, value_name = "PORT")]
    port: Option<String>,
    /// Sets any option: api.max_limit=50 (repeatable)
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    sets: Vec<String>,
}

#[derive(Subcommand)]
enum CliVerb {
    /// Serves the API; what happens without a verb
    Serve,
    /// Lists the drivers compiled into this binary, and which of them are enabled
    Drivers {
        /// As JSON, with all methods
        #[arg(long)]
        json: bool,
    },
    /// Lists the methods of one driver, or of all
    Methods {
        /// A driver by any of its names
        driver: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Prints what /openapi.json answers: the API with the methods of the enabled drivers, as OpenAPI 3.1
    Openapi,
    /// Checks, shows or explains the configuration
    Config {
        #[command(subcommand)]
        verb: ConfigVerb,
    },
    /// Lists the tasks of a running server, or follows those that run
    Tasks(TasksArgs),
    /// Lists the locked nodes of a running server: who holds them, who waits
    Locks(LocksArgs),
    /// Checks or copies the database, beside a running server or without one
    Db {
        #[command(subcommand)]
        verb: DbVerb,
    },
    /// Shows the version, and which drivers this binary has
    Version {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Prints completions for a shell
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
}

#[derive(Subcommand)]
enum ConfigVerb {
    /// Reports everything that is wrong, as a start would; exits 78 if anything is
    Check,
    /// Shows every option in force
    Show {
        /// And where each came from
        #[arg(long)]
        origin: bool,
    },
    /// Prints a file with every option, its meaning and its default
    Sample {
        /// The form
        #[arg(long, value_enum, default_value_t = SampleForm::Toml)]
        form: SampleForm,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum SampleForm {
    /// A configuration file
    Toml,
    /// A table for documents
    Markdown,
}

/// Runs the binary: what `main!` expands to calls this with the crates it names.
#[must_use]
pub fn main(linked: &[&str]) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors, and go to standard output.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(EXIT_USAGE));
        }
    };
    match run(cli, linked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(faults)) => {
            eprintln!("{}", faults.render(colour()));
            ExitCode::from(EXIT_USAGE)
        }
        Err(Failure::Ended(Ended::Faults(faults))) => {
            eprintln!("{}", faults.render(colour()));
            ExitCode::from(EXIT_CONFIG)
        }
        Err(Failure::Ended(Ended::Failed(text))) => {
            eprintln!("error: {text}");
            ExitCode::FAILURE
        }
    }
}

/// Why a verb was not carried out.
enum Failure {
    /// The command line asks for what there is not.
    Usage(Faults),
    /// What serving can end with as well.
    Ended(Ended),
}

impl<E: Into<Ended>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Ended(error.into())
    }
}

fn run(cli: Cli, linked: &[&str]) -> Result<(), Failure> {
    match cli.verb {
        Some(CliVerb::Completions { shell }) => {
            let name = name();
            clap_complete::generate(shell, &mut Cli::command().name(name), name, &mut std::io::stdout());
            return Ok(());
        }
        Some(CliVerb::Config {
            verb: ConfigVerb::Sample { form },
        }) => {
            print(&match form {
                SampleForm::Toml => config::sample(),
                SampleForm::Markdown => config::markdown(),
            });
            return Ok(());
        }
        Some(CliVerb::Tasks(args)) => return tasks::run(&args, || load(&cli.options, Purpose::List), print),
        Some(CliVerb::Locks(args)) => {
            print(&locks::run(&args, || load(&cli.options, Purpose::List))?);
            return Ok(());
        }
        Some(CliVerb::Db { verb }) => return Ok(db::run(&verb, || load(&cli.options, Purpose::Serve), print)?),
        _ => {}
    }
    let compiled = Compiled::collect(bessemer::host::blocks(), linked);
    match cli.verb {
        // These tell of the binary, whatever the configuration.
        Some(CliVerb::Version { json }) => print(&list::version(&compiled?, json)),
        Some(CliVerb::Methods { driver, json }) => {
            let methods = list::methods(&compiled?, driver.as_deref(), json);
            print(&methods.map_err(Failure::Usage)?);
        }
        Some(CliVerb::Drivers { json }) => {
            let compiled = compiled?;
            let config = load(&cli.options, Purpose::List)?;
            print(&list::drivers(&compiled, config.enabled_drivers.as_deref(), json));
        }
        Some(CliVerb::Openapi) => {
            let compiled = compiled?;
            let config = load(&cli.options, Purpose::List)?;
            print(&openapi::of_binary(&compiled, &config)?);
        }
        Some(CliVerb::Config {
            verb: ConfigVerb::Show { origin },
        }) => {
            print(&load(&cli.options, Purpose::Serve)?.show(if origin { Origins::Told } else { Origins::Left }));
        }
        Some(CliVerb::Config {
            verb: ConfigVerb::Check,
        }) => {
            sound(read(&cli.options, Purpose::Serve), compiled)?;
            print("the configuration is sound\n");
        }
        Some(CliVerb::Serve) | None => {
            let loaded = read(&cli.options, Purpose::Serve);
            // Before the drivers are made: they may have something to say.
            telemetry::start(&loaded.config.log);
            let (config, catalogue) = sound(loaded, compiled)?;
            serve(config, catalogue)?;
        }
        Some(
            CliVerb::Config {
                verb: ConfigVerb::Sample { .. },
            }
            | CliVerb::Completions { .. }
            | CliVerb::Db { .. }
            | CliVerb::Tasks(_)
            | CliVerb::Locks(_),
        ) => {}
    }
    Ok(())
}

/// Configuration and drivers, or all faults of both.
fn sound(loaded: Loaded, compiled: Result<Compiled, Faults>) -> Result<(Config, Catalogue), Faults> {
    let Loaded {
        config,
        warnings,
        mut faults,
    } = loaded;
    let made = compiled.and_then(|compiled| {
        // There is one set of drivers, for as long as the process lives.
        let compiled: &'static Compiled = Box::leak(Box::new(compiled));
        Catalogue::enable(compiled, &config)
    });
    match made {
        Ok(catalogue) if faults.is_empty() => {
            show(&warnings);
            Ok((config, catalogue))
        }
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(more.iter().cloned());
            Err(faults)
        }
    }
}

/// The configuration alone, or its faults.
fn load(options: &Options, purpose: Purpose) -> Result<Config, Faults> {
    let (config, warnings) = read(options, purpose).sound()?;
    show(&warnings);
    Ok(config)
}

fn read(options: &Options, purpose: Purpose) -> Loaded {
    let mut flags = Vec::new();
    let mut faults = Faults::default();
    for (key, flag, text) in [
        ("state_path", "--state-dir", &options.state_dir),
        ("api.host_ip", "--host-ip", &options.host_ip),
        ("api.port", "--port", &options.port),
    ] {
        flags.extend(text.as_ref().map(|text| FlagText::new(key, text, flag)));
    }
    for set in &options.sets {
        match set.split_once('=') {
            Some((key, text)) => flags.push(FlagText::new(key, text, "--set")),
            None => faults.push(Diagnostic::fault(format!("--set wants KEY=VALUE, not \"{set}\""))),
        }
    }
    let mut loaded = Loaded::from(&Sources {
        purpose,
        ..Sources::of_process(options.config.clone(), flags)
    });
    faults.extend(loaded.faults.iter().cloned());
    loaded.faults = faults;
    loaded
}

fn show(warnings: &[Diagnostic]) {
    for warning in warnings {
        eprintln!("{}", warning.render(colour()));
    }
}

fn colour() -> Colour {
    if std::io::stderr().is_terminal() {
        Colour::Terminal
    } else {
        Colour::Plain
    }
}

/// What the binary is called here: one that somebody built for themselves has a name of its own.
fn name() -> &'static str {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.as_deref().and_then(Path::file_name);
    // clap keeps names for as long as the process lives.
    name.map_or(NAME, |name| name.to_string_lossy().into_owned().leak())
}

/// To standard output; a reader that has read enough is no error.
fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
