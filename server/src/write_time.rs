//! A stream whose peer has to take what is written to it: one that does not is given up, so that it holds no connection.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// Between two looks at a peer that takes nothing.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// A stream that fails with `TimedOut` when nothing could be written to it for a while; while the process stops, that while is
/// a second or two.
pub struct WriteTime<S> {
    stream: S,
    patience: Duration,
    stop: watch::Receiver<bool>,
    waiting: Option<Waiting>,
}

/// For how long nothing was taken, and when to look again.
struct Waiting {
    waited: Duration,
    next: Pin<Box<Sleep>>,
}

impl<S> WriteTime<S> {
    /// Gives the peer of `stream` so much time to take anything, unless `stop` says that there is none.
    pub fn new(stream: S, patience: Duration, stop: watch::Receiver<bool>) -> Self {
        Self { stream, patience, stop, waiting: None }
    }

    /// What a write came to; the clock runs while it cannot go on.
    fn timed<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let step = self.patience.min(LOOKS_EVERY);
        let begin = || Waiting { waited: Duration::ZERO, next: Box::pin(sleep(step)) };
        let waiting = self.waiting.get_or_insert_with(begin);
        loop {
            ready!(waiting.next.as_mut().poll(context));
            waiting.waited += step;
            if waiting.waited >= self.patience || *self.stop.borrow() {
                return Poll::Ready(Err(ErrorKind::TimedOut.into()));
            }
            waiting.next = Box::pin(sleep(step));
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTime<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTime<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.timed(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.timed(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.timed(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.timed(context, shut)
    }
}
