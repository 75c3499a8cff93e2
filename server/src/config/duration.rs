//! Lengths of time as people write them: `10`, `0.5`, `"500ms"`, `"3s"`, `"2m"`, `"1h"`; a bare
//! number is seconds.

use std::time::Duration;

/// How a duration may be written, for messages and documents.
pub(super) const FORMS: &str = "seconds, or text with a unit: 500ms, 3s, 2m, 1h";

/// The length of time, or `None` if the text is none. One too long for the type becomes the
/// longest, which no range allows.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let seconds = match unit.trim_start() {
        "ms" => number / 1e3,
        "" | "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return None,
    };
    of_seconds(seconds)
}

/// `None` for what is below nothing or no number.
pub(super) fn of_seconds(seconds: f64) -> Option<Duration> {
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// For people, in the largest unit that leaves no fraction: `1h`, `90s`, `500ms`.
pub(super) fn text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if duration.subsec_nanos() != 0 {
        return format!("{}ms", duration.as_secs_f64() * 1e3);
    }
    match seconds {
        0 => "0s".to_owned(),
        _ if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// For a TOML file: whole seconds as an integer, as Ironic has them; anything else with its unit.
pub(super) fn literal(duration: Duration) -> String {
    if duration.subsec_nanos() == 0 {
        duration.as_secs().to_string()
    } else {
        format!("\"{}\"", text(duration))
    }
}
