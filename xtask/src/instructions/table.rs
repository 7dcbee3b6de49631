//! What was written down, and how what is counted now compares.

/// One piece.
pub(super) struct Count {
    pub(super) name: String,
    pub(super) counted: u64,
}

/// The committed counts.
pub(super) struct Table {
    pub(super) compiler: String,
    tolerance_percent: u64,
    counts: Vec<Count>,
}

/// More than this is a failure, in percent, unless the table says otherwise.
const TOLERANCE_PERCENT: u64 = 5;

impl Table {
    /// As it stands in the file.
    pub(super) fn written(compiler: &str, counts: &[Count]) -> String {
        let lines: String = counts.iter().map(|c| format!("{} = {}\n", c.name, c.counted)).collect();
        format!(
            "compiler = \"{compiler}\"\ntolerance_percent = {TOLERANCE_PERCENT}\n\n[instructions]\n{lines}"
        )
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let number = |value: &toml::Value| value.as_integer().and_then(|n| u64::try_from(n).ok());
        let compiler = table.get("compiler").and_then(|value| value.as_str()).ok_or("no `compiler`")?;
        let tolerance = table.get("tolerance_percent").and_then(number).ok_or("no `tolerance_percent`")?;
        let counts =
            table.get("instructions").and_then(|value| value.as_table()).ok_or("no `[instructions]`")?;
        let count = |(name, value): (&String, &toml::Value)| {
            Some(Count { name: name.clone(), counted: number(value).filter(|n| *n > 0)? })
        };
        let counts: Option<Vec<_>> = counts.iter().map(count).collect();
        let counts = counts.ok_or("every count is a number above 0")?;
        Ok(Self { compiler: compiler.to_owned(), tolerance_percent: tolerance, counts })
    }

    /// A line for each piece, and what is wrong: a piece that takes more than it may, is not written down, or is gone.
    pub(super) fn compare(&self, counted: &[Count]) -> (String, Vec<String>) {
        let (mut lines, mut failed) = (Vec::new(), Vec::new());
        for now in counted {
            let Some(was) = self.counts.iter().find(|was| was.name == now.name) else {
                failed.push(format!("{} is not written down", now.name));
                continue;
            };
            let percent = (now.counted as f64 / was.counted as f64 - 1.0) * 100.0;
            lines.push(format!("{:<20} {:>8}  {percent:+6.1} %", now.name, now.counted));
            if now.counted * 100 > was.counted * (100 + self.tolerance_percent) {
                failed.push(format!("{} takes {percent:+.1} %", now.name));
            }
        }
        let gone = self.counts.iter().filter(|was| counted.iter().all(|now| now.name != was.name));
        failed.extend(gone.map(|was| format!("{} is counted no more", was.name)));
        (lines.join("\n"), failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(all: &[(&str, u64)]) -> Vec<Count> {
        all.iter().map(|(name, counted)| Count { name: (*name).to_owned(), counted: *counted }).collect()
    }

    #[test]
    fn what_is_written_is_read_and_more_than_the_tolerance_fails() {
        let written = Table::written("rustc 1.2.3", &counts(&[("a", 1000), ("b", 1000), ("c", 7)]));
        let table = Table::parse(&written).unwrap();
        assert_eq!(table.compiler, "rustc 1.2.3");
        assert!(table.compare(&counts(&[("a", 1000), ("b", 1050), ("c", 1)])).1.is_empty());
        let (lines, failed) = table.compare(&counts(&[("a", 900), ("b", 1051), ("d", 1)]));
        assert!(lines.contains("-10.0 %"), "{lines}");
        assert_eq!(failed, ["b takes +5.1 %", "d is not written down", "c is counted no more"]);
    }

    #[test]
    fn a_table_that_says_nothing_is_refused() {
        let good = Table::written("rustc", &counts(&[("a", 1)]));
        for bad in ["", &good.replace("a = 1", "a = 0"), &good.replace("tolerance_percent = 5", "")] {
            assert!(Table::parse(bad).is_err(), "{bad}");
        }
    }
}
