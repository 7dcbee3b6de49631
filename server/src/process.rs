//! What the system says of this process: processor time, memory, open files. Linux says it under `/proc`; where there is
//! no such folder, nothing is known.

use std::fs;

/// Clock ticks a second, as Linux counts the processor time of a process for programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// What is known of the process now.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Process {
    /// Processor time used, in seconds.
    pub(crate) processor_seconds: Option<f64>,
    /// Memory held, in bytes.
    pub(crate) resident_bytes: Option<u64>,
    /// Open files, sockets included.
    pub(crate) open_files: Option<u64>,
    /// Open files, at most.
    pub(crate) open_files_limit: Option<u64>,
    /// Threads.
    pub(crate) threads: Option<u64>,
}

impl Process {
    /// Asks the system.
    pub(crate) fn read() -> Self {
        let text = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
        let (stat, status, limits) = (text("stat"), text("status"), text("limits"));
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
        let number = |line: Option<&str>| line?.split_whitespace().next()?.parse::<u64>().ok();
        Self {
            processor_seconds: processor_seconds(&stat),
            resident_bytes: number(field("VmRSS:")).map(|kib| kib * 1024),
            // The one that reads the folder is among them.
            open_files: fs::read_dir("/proc/self/fd")
                .ok()
                .map(|open| (open.count() as u64).saturating_sub(1)),
            open_files_limit: number(limits.lines().find_map(|line| line.strip_prefix("Max open files"))),
            threads: number(field("Threads:")),
        }
    }
}

fn processor_seconds(stat: &str) -> Option<f64> {
    // The name of the process, in parentheses, may hold anything: count from behind it.
    let (_, after) = stat.rsplit_once(')')?;
    let ticks: Vec<f64> =
        after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    (ticks.len() == 2).then(|| ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_counted_from_behind_the_name() {
        let stat = "7 (a name) 1 2 3) R 1 7 7 0 -1 4194560 90 0 0 0 150 50 0 0 20 0 1 0 9 9 9";
        assert_eq!(processor_seconds(stat), Some(2.0));
        assert_eq!(processor_seconds("nonsense"), None);
    }
}
