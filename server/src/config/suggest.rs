//! Did you mean: the one known word that is close to a wrong one.

/// The candidate nearest to `word`, if it is near enough to be what was meant; the case of letters
/// does not count.
///
/// A third of the word may differ: enough for a slip, too little to turn `port` into `host`.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer than what is known by far; to compare it would take long.
    if word.len() > WORD_BYTES_MAX {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// No name is longer than this.
const WORD_BYTES_MAX: usize = 255;
