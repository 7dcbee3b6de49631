//! A body that is written while it is read, by somebody who may have to break it off.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tenure_service::error::Error;
use tokio::sync::mpsc;

/// What comes through a channel, piece by piece. An error breaks the answer off: its reader does not take it for whole.
pub(crate) struct Written(mpsc::Receiver<Result<Bytes, Error>>);

impl Written {
    /// The reading end of a channel.
    pub(crate) fn new(pieces: mpsc::Receiver<Result<Bytes, Error>>) -> Self {
        Self(pieces)
    }
}

impl Body for Written {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
