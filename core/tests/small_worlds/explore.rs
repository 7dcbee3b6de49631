//! The checker: every state that a world can reach within so many events, each once, and how many paths lead there.

use std::collections::HashMap;
use std::hash::Hash;

use crate::desk::Desk;

/// The properties of `docs/concepts/rotation.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Property {
    /// No false logout.
    P1,
    /// Theft is caught.
    P2,
    /// One head.
    P3,
    /// Ended is absorbing.
    P4,
    /// Forgery changes nothing.
    P5,
    /// Convergence.
    P6,
}

/// A property that does not hold, and what was seen.
#[derive(Clone, Debug)]
pub(crate) struct Broken(pub(crate) Property, pub(crate) String);

/// What may happen next, or what it would break.
pub(crate) type Next<W> = Vec<(&'static str, Result<W, Broken>)>;

/// A small world. Equal states are one state: what a state holds is all that its future depends on.
pub(crate) trait World: Clone + Eq + Hash {
    /// Everything that may happen now.
    fn next(&self, desk: &mut Desk<'_>) -> Next<Self>;

    /// What must hold in each state.
    fn check(&self, desk: &mut Desk<'_>) -> Result<(), Broken>;
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) states: usize,
    pub(crate) paths: u128,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.states += other.states;
        self.paths += other.paths;
    }
}

/// A way to break a property: the shortest one.
#[derive(Clone, Debug)]
pub(crate) struct Counterexample {
    pub(crate) property: Property,
    pub(crate) says: String,
    pub(crate) events: Vec<&'static str>,
}

struct Seen<W> {
    state: W,
    came_from: Option<(usize, &'static str)>,
    leads_to: Vec<usize>,
}

/// Visits everything within `depth` events of `start`; stops at the first property that does not hold.
pub(crate) fn explore<W: World>(
    start: W,
    depth: usize,
    desk: &mut Desk<'_>,
) -> Result<Count, Counterexample> {
    let mut numbers = HashMap::from([(start.clone(), 0)]);
    let mut seen = vec![Seen { state: start, came_from: None, leads_to: Vec::new() }];
    let mut level = 0..1;
    for _ in 0..depth {
        for number in level.clone() {
            let state = seen[number].state.clone();
            for (event, next) in state.next(desk) {
                let found = next.and_then(|next| {
                    if let Some(known) = numbers.get(&next) {
                        return Ok(*known);
                    }
                    next.check(desk)?;
                    numbers.insert(next.clone(), seen.len());
                    seen.push(Seen { state: next, came_from: Some((number, event)), leads_to: Vec::new() });
                    Ok(seen.len() - 1)
                });
                let found = found.map_err(|broken| story(&seen, number, event, broken))?;
                seen[number].leads_to.push(found);
            }
        }
        level = level.end..seen.len();
    }
    Ok(Count { states: seen.len(), paths: paths(&seen, depth) })
}

fn paths<W>(seen: &[Seen<W>], depth: usize) -> u128 {
    let mut ways = vec![0u128; seen.len()];
    ways[0] = 1;
    for _ in 0..depth {
        let mut after = vec![0u128; seen.len()];
        for (number, state) in seen.iter().enumerate().filter(|(number, _)| ways[*number] > 0) {
            if state.leads_to.is_empty() {
                after[number] += ways[number]; // nothing follows
            }
            for next in &state.leads_to {
                after[*next] += ways[number];
            }
        }
        ways = after;
    }
    ways.iter().sum()
}

fn story<W>(seen: &[Seen<W>], mut number: usize, last: &'static str, broken: Broken) -> Counterexample {
    let mut events = vec![last];
    while let Some((before, event)) = seen[number].came_from {
        events.push(event);
        number = before;
    }
    events.reverse();
    Counterexample { property: broken.0, says: broken.1, events }
}
