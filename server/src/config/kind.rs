//! The types an option can have, and how each is read: from a TOML value, or from the text of a
//! variable or flag.
//!
//! A kind carries the setter of its field, so the table cannot put a duration where a number
//! belongs: that is a compile error.

use std::ops::Range;
use std::time::Duration;

use toml::de::DeValue;

use super::duration;
use super::mask;
use super::origin::{Located, Origin};
use super::suggest::did_you_mean;
use super::toml_text;
use super::written::{Share, Written};

/// The type of an option.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// `true` or `false`.
    Flag { set: fn(&mut Written, bool) },
    /// A whole number.
    Count {
        min: u64,
        max: u64,
        unit: &'static str,
        set: fn(&mut Written, u64),
    },
    /// A length of time.
    Duration {
        min: Duration,
        max: Duration,
        set: fn(&mut Written, Duration),
    },
    /// One word of a few.
    Choice { choices: &'static [Choice] },
    /// A number, or a percentage of something.
    Share { max: u64, set: fn(&mut Written, Share) },
    /// A list of names; each keeps its own place.
    Names {
        set: fn(&mut Written, Vec<Located<String>>),
    },
    /// Text that the setter checks.
    Text {
        form: &'static str,
        set: fn(&mut Written, &str) -> Result<(), Misfit>,
    },
}

/// A word and what it sets.
pub(super) type Choice = (&'static str, fn(&mut Written));

/// A value as it was given.
pub(super) enum Given<'a> {
    /// In a file, where it has a type.
    Tree(&'a DeValue<'a>),
    /// In a variable or flag, where everything is text.
    Text(&'a str),
}

/// Why a value does not fit its option.
#[derive(Debug, Default)]
pub(super) struct Misfit {
    /// Beside the caret.
    pub(super) label: String,
    /// The way out, if the label does not say it.
    pub(super) help: Option<String>,
    /// The part of the value that is wrong and its text, if it is not the whole.
    pub(super) part: Option<(Range<usize>, String)>,
}

impl Kind {
    /// Reads the value, sets the field, and returns the value as TOML text for `config show`.
    pub(super) fn read(&self, given: &Given<'_>, at: &Origin, to: &mut Written) -> Result<String, Misfits> {
        match self {
            Kind::Flag { set } => {
                let flag = given.flag().ok_or_else(|| given.mistyped("true or false"))?;
                set(to, flag);
                Ok(flag.to_string())
            }
            Kind::Count { min, max, set, .. } => {
                let number = given.number().ok_or_else(|| given.mistyped("an integer"))?;
                let number = within(number, *min, *max)?;
                set(to, number);
                Ok(number.to_string())
            }
            Kind::Duration { min, max, set } => {
                let value = given.duration()?;
                if value < *min {
                    return Err(Misfit::new(format!("at least {}", duration::text(*min))).into());
                }
                if value > *max {
                    return Err(Misfit::new(format!("at most {}", duration::text(*max))).into());
                }
                set(to, value);
                Ok(duration::literal(value))
            }
            Kind::Choice { choices } => {
                let word = given.text().ok_or_else(|| given.mistyped("text"))?;
                let Some((word, set)) = choices.iter().find(|(known, _)| *known == word) else {
                    let near = did_you_mean(word, choices.iter().map(|(known, _)| *known));
                    let label = near.map_or("no such word".to_owned(), |near| format!("did you mean \"{near}\"?"));
                    return Err(Misfit::new(label).into());
                };
                set(to);
                Ok(toml_text::string(word))
            }
            Kind::Share { max, set } => {
                let share = given.share(*max)?;
                set(to, share);
                Ok(match share {
                    Share::Count(count) => count.to_string(),
                    Share::Percent(percent) => format!("\"{percent}%\""),
                })
            }
            Kind::Text { set, .. } => {
                let text = given.text().ok_or_else(|| given.mistyped("text"))?;
                set(to, text)?;
                Ok(toml_text::string(text))
            }
            Kind::Names { set } => {
                let names = read_names(given, at)?;
                let items: Vec<String> = names.iter().map(|name| toml_text::string(&name.value)).collect();
                set(to, names);
                Ok(format!("[{}]", items.join(", ")))
            }
        }
    }

    /// What the option accepts, as a phrase: "an integer from 0 to 65535".
    pub(super) fn accepts(&self) -> String {
        match self {
            Kind::Flag { .. } => "true or false".to_owned(),
            Kind::Count { min, max, unit: "", .. } => format!("an integer from {min} to {max}"),
            Kind::Count { min, max, unit, .. } => {
                format!("an integer from {min} to {max} ({unit})")
            }
            Kind::Duration { min, max, .. } => {
                format!("a duration from {} to {}", duration::text(*min), duration::text(*max))
            }
            Kind::Choice { choices } => {
                let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
                format!("one of {}", words.join(", "))
            }
            Kind::Share { max, .. } => {
                format!("an integer from 1 to {max} or a percentage such as \"50%\"")
            }
            Kind::Names { .. } => "a list of names".to_owned(),
            Kind::Text { form, .. } => (*form).to_owned(),
        }
    }
}

/// The misfits of one value: a list can have several.
#[derive(Debug)]
pub(super) struct Misfits(pub(super) Vec<Misfit>);

impl From<Misfit> for Misfits {
    fn from(misfit: Misfit) -> Self {
        Misfits(vec![misfit])
    }
}

impl Misfit {
    pub(super) fn new(label: impl Into<String>) -> Self {
        Misfit {
            label: label.into(),
            ..Misfit::default()
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl<'a> Given<'a> {
    /// The value as a message repeats it: quoted if it is text, without a URL's password, and not
    /// longer than a line bears.
    pub(super) fn repeated(&self) -> String {
        let text = match self {
            Given::Text(text) => (*text).to_owned(),
            Given::Tree(DeValue::String(text)) => text.to_string(),
            Given::Tree(DeValue::Integer(number)) => return number.to_string(),
            Given::Tree(DeValue::Float(number)) => return number.to_string(),
            Given::Tree(DeValue::Boolean(flag)) => return flag.to_string(),
            Given::Tree(DeValue::Datetime(moment)) => return moment.to_string(),
            Given::Tree(DeValue::Array(_)) => return "a list".to_owned(),
            Given::Tree(DeValue::Table(_)) => return "a table".to_owned(),
        };
        let text = mask::without_passwords(&text);
        match text.char_indices().nth(60) {
            Some((end, _)) => format!("\"{}…\"", &text[..end]),
            None => format!("\"{text}\""),
        }
    }

    fn mistyped(&self, expected: &str) -> Misfit {
        let Given::Tree(value) = self else {
            return Misfit::new(format!("expected {expected}"));
        };
        let found = match value {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let misfit = Misfit::new(format!("expected {expected}, found {found}"));
        match (expected, value) {
            ("text", DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_)) => misfit.help("put it in quotes"),
            ("an integer", DeValue::String(text)) if Given::Text(text).number().is_some() => {
                misfit.help("take the quotes away")
            }
            ("true or false", DeValue::String(text)) if Given::Text(text).flag().is_some() => {
                misfit.help("take the quotes away")
            }
            _ => misfit,
        }
    }

    fn flag(&self) -> Option<bool> {
        match self {
            Given::Tree(value) => value.as_bool(),
            Given::Text(text) => text.trim().to_ascii_lowercase().parse().ok(),
        }
    }

    fn number(&self) -> Option<i128> {
        match self {
            Given::Tree(DeValue::Integer(number)) => {
                // One that does not even fit here is out of every range all the same.
                Some(i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX))
            }
            Given::Tree(_) => None,
            Given::Text(text) => text.trim().parse().ok(),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Given::Tree(value) => value.as_str(),
            Given::Text(text) => Some(text),
        }
    }

    fn duration(&self) -> Result<Duration, Misfit> {
        let duration = match self {
            Given::Text(text) => duration::parse(text),
            Given::Tree(DeValue::String(text)) => duration::parse(text),
            Given::Tree(DeValue::Integer(_)) => self.number().and_then(|seconds| duration::of_seconds(seconds as f64)),
            Given::Tree(DeValue::Float(number)) => number.as_str().parse().ok().and_then(duration::of_seconds),
            Given::Tree(_) => return Err(self.mistyped(duration::FORMS)),
        };
        duration.ok_or_else(|| Misfit::new(format!("expected {}", duration::FORMS)))
    }

    fn share(&self, max: u64) -> Result<Share, Misfit> {
        if let Some(percent) = self.text().and_then(|text| text.trim().strip_suffix('%')) {
            let percent = percent
                .trim()
                .parse()
                .map_err(|_| Misfit::new("expected a whole number before the %"))?;
            return within(percent, 1, 100).map(Share::Percent);
        }
        let count = self
            .number()
            .ok_or_else(|| self.mistyped("an integer or a percentage"))?;
        within(count, 1, max).map(Share::Count)
    }
}

fn within(number: i128, min: u64, max: u64) -> Result<u64, Misfit> {
    match u64::try_from(number) {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ if number < i128::from(min) => Err(Misfit::new(format!("at least {min}"))),
        _ => Err(Misfit::new(format!("at most {max}"))),
    }
}

/// Every wrong element is a misfit of its own.
fn read_names(given: &Given<'_>, at: &Origin) -> Result<Vec<Located<String>>, Misfits> {
    let mut names = Vec::new();
    let mut misfits = Vec::new();
    let mut take = |name: Option<&str>, span: Range<usize>, found: &Given<'_>| {
        let part = Some((span.clone(), found.repeated()));
        match name.map(str::trim) {
            Some("") => misfits.push(Misfit {
                part,
                ..Misfit::new("a name cannot be empty")
            }),
            Some(name) => names.push(Located {
                value: name.to_owned(),
                origin: at.with_span(span),
            }),
            None => misfits.push(Misfit {
                part,
                ..found.mistyped("text")
            }),
        }
    };
    match given {
        Given::Tree(DeValue::Array(list)) => {
            for item in list.iter() {
                take(item.get_ref().as_str(), item.span(), &Given::Tree(item.get_ref()));
            }
        }
        Given::Text(text) if text.trim().is_empty() => {}
        Given::Text(text) => {
            let mut start = at.place().map_or(0, |place| place.span.start);
            for item in text.split(',') {
                let name = item.trim();
                let from = start + item.len() - item.trim_start().len();
                take(Some(name), from..from + name.len(), &Given::Text(item));
                start += item.len() + 1;
            }
        }
        Given::Tree(value) => {
            let misfit = given.mistyped("a list");
            let help = value.as_str().map(|text| {
                let items: Vec<String> = text.split(',').map(|item| toml_text::string(item.trim())).collect();
                format!("write [{}]", items.join(", "))
            });
            misfits.push(Misfit { help, ..misfit });
        }
    }
    if misfits.is_empty() {
        Ok(names)
    } else {
        Err(Misfits(misfits))
    }
}
