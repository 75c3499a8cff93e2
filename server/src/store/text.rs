//! How times are written and long texts are cut, the same in every database.

use std::borrow::Cow;
use std::ops::Range;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Timestamp, Unit};

const CUT_MARK: &str = "… (cut)";

/// How a time is written.
const FORM: &[u8; 32] = b"0000-00-00T00:00:00.000000+00:00";

/// RFC 3339 with microseconds and `+00:00`: always as long, so that texts sort as times do. Put together by hand, since
/// to read a format for each time takes ten times as long, and an answer about a node has several.
pub(crate) fn time_to_text(time: Timestamp) -> String {
    let at = Offset::UTC.to_datetime(time);
    let mut text = FORM.to_vec();
    let mut put = |digits: Range<usize>, mut number: u32| {
        for digit in text[digits].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    // No clock and no request says a year before the first.
    put(0..4, at.year().unsigned_abs().into());
    for (start, number) in [
        (5, at.month()),
        (8, at.day()),
        (11, at.hour()),
        (14, at.minute()),
        (17, at.second()),
    ] {
        put(start..start + 2, number.unsigned_abs().into());
    }
    put(20..26, at.subsec_nanosecond().unsigned_abs() / 1000);
    String::from_utf8(text).expect("digits and their separators are text")
}

/// The time that such a text says, or any other with an offset.
pub(super) fn time_from_text(text: &str) -> Result<Timestamp, jiff::Error> {
    match time_from_own_text(text.as_bytes()) {
        Some(time) => Ok(time),
        None => text.parse(),
    }
}

/// A time that this program wrote: a start with many nodes reads as many of them.
fn time_from_own_text(text: &[u8]) -> Option<Timestamp> {
    let fits = |(byte, form): (&u8, &u8)| byte == form || (*form == b'0' && byte.is_ascii_digit());
    if text.len() != FORM.len() || !text.ends_with(b"+00:00") || !text.iter().zip(FORM).all(fits) {
        return None;
    }
    let number = |digits: Range<usize>| {
        let digits = text[digits].iter();
        digits.fold(0_i32, |number, digit| number * 10 + i32::from(digit - b'0'))
    };
    let two = |at: usize| i8::try_from(number(at..at + 2)).ok();
    let year = i16::try_from(number(0..4)).ok()?;
    let time = DateTime::new(
        year,
        two(5)?,
        two(8)?,
        two(11)?,
        two(14)?,
        two(17)?,
        number(20..26) * 1000,
    );
    Offset::UTC.to_timestamp(time.ok()?).ok()
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

/// How `last_error` begins where a task was interrupted by the loss of its server.
pub(crate) fn interruption_of(method: &str) -> String {
    format!("method {method} (task ")
}

/// At most `bytes_max` bytes, with a mark where something is missing.
pub(crate) fn cut(text: &str, bytes_max: usize) -> Cow<'_, str> {
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
        for text in ["1969-12-31T23:59:59.000001+00:00", "0001-02-03T04:05:06.789012+00:00"] {
            let time = time_from_own_text(text.as_bytes()).unwrap();
            assert_eq!(time_to_text(time), text);
            assert_eq!(time_from_text(text).unwrap(), text.parse::<Timestamp>().unwrap());
        }
        // Written by hand, or damaged.
        for text in [
            "2026-07-31T23:59:59.999999+02:00",
            "2026-07-31T23:59:59Z",
            "2026-06-31T00:00:00.000000+00:00",
            "2026",
        ] {
            assert_eq!(time_from_text(text).ok(), text.parse::<Timestamp>().ok(), "{text}");
        }
        assert_eq!(time_to_words(time), "2026-07-31T23:59:59+00:00");
        for seconds in [0, 951_782_399, 951_782_400, 4_102_444_799, 253_402_207_200] {
            let time = Timestamp::new(seconds, 987_654_321).unwrap();
            let text = time.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string();
            assert_eq!(time_to_text(time), text);
        }
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
