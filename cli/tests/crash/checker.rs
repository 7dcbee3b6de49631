//! The end of the story: every client's history is held against the server.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::client::{Client, Left, refresh};
use crate::journal::{Grave, Journal, Session};
use crate::support::random::Random;
use crate::wire::{Ask, Outcome, Wire};
use crate::world::{World, count};

/// So many tries until an answer must have come, when nobody kills the server any more.
const TRIES: u32 = 200;
/// Old tokens that are presented at the end; each ends its session.
const OLD_TOKENS: usize = 64;

/// Every live session goes on from the last token that was acknowledged, every ended one is refused with every token that
/// its client has, and an old token ends its session.
pub async fn check(world: &Arc<World>, journals: &mut [Journal]) {
    let mut client = Client::new(u32::MAX, Random::new(1), world.clone());
    let mut old = Vec::new();
    for journal in journals.iter_mut() {
        let live: Vec<_> = journal.session.take().into_iter().chain(journal.parked.drain(..)).collect();
        for mut session in live {
            match settle(&mut client, &mut session).await {
                Left::Served => {
                    count(&world.tally.verified);
                    session.go_on();
                    old.extend((session.past.len() >= 3 && old.len() < OLD_TOKENS).then_some(session));
                }
                Left::Over => journal.graves.push(session.bury()),
                Left::Open => world.fault(format!("{}: gets no answer", session.held.sid)),
            }
        }
        for grave in &journal.graves {
            stays_ended(world, grave).await;
        }
    }
    for session in &old {
        catches(world, session).await;
    }
}

/// Until it is answered; what was answered must then be good for one more step.
async fn settle(client: &mut Client, session: &mut Session) -> Left {
    let mut steps = 0;
    for _ in 0..TRIES {
        match client.refresh(session).await {
            Left::Served if steps == 1 => return Left::Served,
            Left::Served => {
                session.go_on();
                steps += 1;
            }
            Left::Over => return Left::Over,
            Left::Open => sleep(Duration::from_millis(20)).await,
        }
    }
    Left::Open
}

async fn stays_ended(world: &World, grave: &Grave) {
    match ask(world, &refresh(&grave.token, "a-key-that-nobody-used")).await {
        Some(401) => count(&world.tally.refused),
        status => world.fault(format!("{}: has ended, and was answered {status:?}", grave.held.sid)),
    }
}

/// An old token comes back: refused, and so is the newest one from then on.
async fn catches(world: &World, session: &Session) {
    let oldest = ask(world, &refresh(&session.past[0], "a-key-that-nobody-used")).await;
    let newest = ask(world, &refresh(&session.token, "a-key-that-nobody-used")).await;
    match (oldest, newest) {
        (Some(401), Some(401)) => count(&world.tally.caught),
        answers => world.fault(format!("{}: an old token came back: {answers:?}", session.held.sid)),
    }
}

async fn ask(world: &World, ask: &Ask) -> Option<u16> {
    let mut wire = Wire::new(world.port);
    for _ in 0..TRIES {
        match wire.ask(ask).await {
            Outcome::Answered { status: 503, .. } | Outcome::Down | Outcome::Lost => {
                sleep(Duration::from_millis(20)).await;
            }
            Outcome::Answered { status, .. } => return Some(status),
        }
    }
    None
}
