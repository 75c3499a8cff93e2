//! A secret is planted wherever one may be, each another one; then every output is looked through. The driver
//! (`fixtures/vault.rs`) says what it was told in confidence wherever it can. That a mask written back keeps the secret
//! is in `secrets.rs`.

mod commands;
mod server;

/// What every planted secret begins with. What follows says where it was planted.
const CANARY: &str = "canary-";

/// A configuration with a secret in the driver's section.
const SECTION: &str = "[drivers.vault]\nmaster_password = \"canary-section\"\n";

/// What was put out, and where.
#[derive(Default)]
struct Outputs(Vec<(String, String)>);

impl Outputs {
    fn keep(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.0.push((place.into(), text.into()));
    }

    /// No output has a canary in it.
    #[track_caller]
    fn tell_nothing(&self) {
        let leaks: Vec<String> = self
            .0
            .iter()
            .flat_map(|(place, text)| text.match_indices(CANARY).map(move |(at, _)| (place, text, at)))
            .map(|(place, text, at)| {
                let (from, to) = (
                    text.floor_char_boundary(at.saturating_sub(80)),
                    text.ceil_char_boundary(at + 40),
                );
                format!("{place}: …{}…", &text[from..to])
            })
            .collect();
        assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
    }

    /// At least one of these outputs has this text: what hides nothing proves nothing.
    #[track_caller]
    fn tell(&self, place: &str, part: &str) {
        let mut of_place = self.0.iter().filter(|(of, _)| of.starts_with(place));
        assert!(
            of_place.any(|(_, text)| text.contains(part)),
            "no `{part}` in {place}: {:#?}",
            self.0
                .iter()
                .filter(|(of, _)| of.starts_with(place))
                .collect::<Vec<_>>()
        );
    }
}
