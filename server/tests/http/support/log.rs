//! The log of one test: what the server says on the thread that asked for it.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use tracing_subscriber::filter::LevelFilter;

thread_local! {
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Every test's server logs from its first line on; most of them into nothing.
pub fn set_up() {
    static SET_UP: Once = Once::new();
    SET_UP.call_once(|| {
        let lines = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false);
        lines.with_writer(|| OfThisThread).init();
    });
}

/// From now on, what is logged on this thread is kept. For tests that run on one thread.
pub fn keep() {
    set_up();
    LINES.set(Some(Vec::new()));
}

/// What was kept.
pub fn kept() -> String {
    String::from_utf8(LINES.take().unwrap_or_default()).unwrap()
}

struct OfThisThread;

impl io::Write for OfThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.as_mut().map(|lines| lines.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
