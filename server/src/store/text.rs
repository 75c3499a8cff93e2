//! How times are written and long texts are cut, the same in every database.

use std::borrow::Cow;

use jiff::{Timestamp, Unit};

const CUT_MARK: &str = "… (cut)";

/// RFC 3339 with microseconds and `+00:00`: always as long, so that texts sort as times do.
pub(super) fn time_to_text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// The same to the second, for sentences.
pub(super) fn time_to_words(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// What is left of a time once it was stored.
pub(super) fn time_as_kept(time: Timestamp) -> Timestamp {
    time.round(
        jiff::TimestampRound::new()
            .smallest(Unit::Microsecond)
            .mode(jiff::RoundMode::Floor),
    )
    .unwrap_or(time)
}

/// At most `bytes_max` bytes, with a mark where something is missing.
pub(super) fn cut(text: &str, bytes_max: usize) -> Cow<'_, str> {
    if text.len() <= bytes_max {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(bytes_max.saturating_sub(CUT_MARK.len()));
    Cow::Owned(format!("{}{CUT_MARK}", &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_microseconds() {
        let time: Timestamp = "2026-07-31T23:59:59.999999999Z".parse().unwrap();
        assert_eq!(time_to_text(time), "2026-07-31T23:59:59.999999+00:00");
        assert_eq!(time_to_text(time).parse::<Timestamp>().unwrap(), time_as_kept(time));
        assert_eq!(time_to_text(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000000+00:00");
        assert_eq!(time_to_words(time), "2026-07-31T23:59:59+00:00");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("short", 16), "short");
        let long = "é".repeat(20);
        let kept = cut(&long, 20);
        assert_eq!(kept, format!("{}{CUT_MARK}", "é".repeat(5)));
        assert!(kept.len() <= 20);
    }
}
