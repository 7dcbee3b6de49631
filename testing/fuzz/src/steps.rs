//! Bytes read as small choices: whatever a fuzzer inserts, drops or swaps is another sensible course of events.

/// The rest of an input.
pub struct Steps<'i>(&'i [u8]);

impl<'i> Steps<'i> {
    /// All of it.
    pub fn of(input: &'i [u8]) -> Self {
        Self(input)
    }

    /// Whether nothing is left.
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// One of so many choices; the first when nothing is left.
    pub fn below(&mut self, choices: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % choices.max(1)
    }

    /// One of these, of which there is at least one.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}
