//! An event stream as its reader sees it.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Body;
use http::response::Parts;
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::call::Call;

/// Longer than anything here may take.
const STUCK: Duration = Duration::from_secs(20);

/// A stream that is being read.
pub struct Stream {
    pub parts: Parts,
    body: Body,
    text: String,
    blocks: VecDeque<String>,
}

impl Stream {
    /// The answer to `call`, which asks for a stream.
    pub async fn of(call: Call) -> Self {
        let (parts, body) = call.header("accept", "text/event-stream").sent().await;
        Self { parts, body, text: String::new(), blocks: VecDeque::new() }
    }

    /// The next block, a comment or an event; nothing when the stream has ended.
    pub async fn block(&mut self) -> Option<String> {
        while self.blocks.is_empty() {
            let frame = tokio::time::timeout(STUCK, self.body.frame()).await.expect("a frame")?;
            self.text += std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap();
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                self.blocks.push_back(block.to_owned());
                self.text = rest.to_owned();
            }
        }
        self.blocks.pop_front()
    }

    /// The next event; nothing when the stream has ended.
    pub async fn event(&mut self) -> Option<Value> {
        loop {
            let block = self.block().await?;
            let Some((id, data)) = block.split_once("\ndata: ") else { continue };
            let event: Value = serde_json::from_str(data).unwrap();
            assert_eq!(id, format!("id: {}", event["n"]));
            return Some(event);
        }
    }

    /// Reads until it ends.
    pub async fn rest(&mut self) {
        while self.block().await.is_some() {}
    }
}
