//! What a misspelt word was probably meant to be.

/// `; did you mean …?` where one of `words` is close to `given`, else nothing.
pub fn meant<'a>(given: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    match words.into_iter().map(|word| (distance(word, given), word)).min() {
        Some((distance, word)) if distance <= 3 => format!("; did you mean {word}?"),
        _ => String::new(),
    }
}

/// How many letters must be changed, added or taken away (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
