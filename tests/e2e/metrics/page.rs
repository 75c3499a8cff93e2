//! The page of `/metrics`, taken apart, as far as these tests need it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bessemer_tests::Client;

/// The page as it is now.
pub(super) async fn read(client: &Client) -> Page {
    let answer = client.get("/metrics").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    Page::of(answer.text())
}

pub(super) struct Page {
    pub(super) text: String,
    pub(super) families: Vec<Family>,
    pub(super) samples: Vec<Sample>,
}

pub(super) struct Family {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) help: String,
}

pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: f64,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<String> = self
            .labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        write!(f, "{}{{{}}}", self.name, labels.join(","))
    }
}

impl Page {
    fn of(text: String) -> Self {
        let (mut families, mut samples) = (Vec::new(), Vec::new());
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').unwrap();
                families.push(Family {
                    name: name.into(),
                    kind: String::new(),
                    help: help.into(),
                });
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let family: &mut Family = families.last_mut().unwrap();
                family.kind = kind.strip_prefix(&family.name).unwrap().trim().into();
            } else if !line.starts_with('#') {
                samples.push(sample(line));
            }
        }
        Self {
            text,
            families,
            samples,
        }
    }

    /// The value of the one series of this name that has these labels and no others; none is like zero.
    #[track_caller]
    pub(super) fn one(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let wanted: BTreeSet<(&str, &str)> = labels.iter().copied().collect();
        let family = self.samples.iter().filter(|sample| sample.name == name);
        let found: Vec<&Sample> = family
            .filter(|sample| {
                sample
                    .labels
                    .iter()
                    .map(|(k, v)| (k.as_str(), v.as_str()))
                    .collect::<BTreeSet<_>>()
                    == wanted
            })
            .collect();
        assert!(found.len() < 2, "{name} {labels:?} is there twice in\n{}", self.text);
        found.first().map_or(0.0, |sample| sample.value)
    }

    /// The keys of the labels that the series of a family have, in their order.
    pub(super) fn labels(&self, family: &str) -> Vec<String> {
        let mut keys = Vec::new();
        let is_of = |name: &str| {
            name.strip_prefix(family)
                .is_some_and(|rest| ["", "_total", "_info", "_sum", "_count", "_bucket"].contains(&rest))
        };
        for sample in self.samples.iter().filter(|sample| is_of(&sample.name)) {
            for (key, _) in &sample.labels {
                if key != "le" && !keys.contains(key) {
                    keys.push(key.clone());
                }
            }
        }
        keys
    }

    /// Each histogram counts in its last bucket what it counts in all, and no bucket has less than the one before.
    #[track_caller]
    pub(super) fn is_whole(&self) {
        let mut last: BTreeMap<String, f64> = BTreeMap::new();
        let mut series = 0;
        for sample in &self.samples {
            let without_bound = || {
                let labels = sample.labels.iter().filter(|(key, _)| key != "le").cloned().collect();
                let name = sample.name.trim_end_matches("_bucket").trim_end_matches("_count");
                Sample {
                    name: name.into(),
                    labels,
                    value: 0.0,
                }
                .to_string()
            };
            if sample.name.ends_with("_bucket") {
                let below = last.entry(without_bound()).or_default();
                assert!(sample.value >= *below, "{sample} falls below {below} in\n{}", self.text);
                *below = sample.value;
            }
        }
        for sample in self.samples.iter().filter(|sample| sample.name.ends_with("_count")) {
            let name = Sample {
                name: sample.name.trim_end_matches("_count").into(),
                labels: sample.labels.clone(),
                value: 0.0,
            };
            assert_eq!(
                last.get(&name.to_string()),
                Some(&sample.value),
                "{sample} in\n{}",
                self.text
            );
            series += 1;
        }
        assert_eq!(series, last.len(), "{}", self.text);
    }

    /// No counter is less than it was.
    #[track_caller]
    pub(super) fn follows(&self, before: &Self) {
        let is_counter = |name: &str| {
            ["_total", "_sum", "_count", "_bucket"]
                .iter()
                .any(|end| name.ends_with(end))
        };
        let now: BTreeMap<String, f64> = self
            .samples
            .iter()
            .map(|sample| (sample.to_string(), sample.value))
            .collect();
        for sample in before.samples.iter().filter(|sample| is_counter(&sample.name)) {
            let value = now.get(&sample.to_string());
            assert!(
                value.is_some_and(|value| *value >= sample.value),
                "{sample} was {}, is {value:?}",
                sample.value
            );
        }
    }
}

/// `name{key="value",…} number`; no value here has a quote or a brace in it.
fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}').unwrap();
    let labels = labels.split(',').filter(|label| !label.is_empty()).map(|label| {
        let (key, value) = label.split_once('=').unwrap();
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        (key.to_owned(), value.unwrap_or_else(|| panic!("{line}")).to_owned())
    });
    Sample {
        name: name.into(),
        labels: labels.collect(),
        value: value.parse().unwrap_or_else(|_| panic!("{line}")),
    }
}
