//! The process, under the names that Prometheus' own clients use.

use super::lines::{Lines, Written};
use crate::process::Process;

pub(super) fn write(lines: &mut Lines<'_>) -> Written {
    let process = Process::read();
    if let Some(seconds) = process.processor_seconds {
        lines.counter_of_seconds("process_cpu_seconds", "Processor time used", seconds)?;
    }
    let gauges = [
        ("process_resident_memory_bytes", "Memory held", process.resident_bytes),
        ("process_open_fds", "Open files, connections included", process.open_files),
        ("process_max_fds", "Open files, at most", process.open_files_limit),
        ("process_threads", "Threads", process.threads),
    ];
    for (name, help, value) in gauges {
        if let Some(value) = value {
            lines.gauge(name, help, value)?;
        }
    }
    Ok(())
}
