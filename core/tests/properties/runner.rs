//! How a property is checked: against random cases from a seed that is printed; what fails is kept and tried first.

use std::hash::{BuildHasher, Hasher, RandomState};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestRunner};

/// Checks `property` against `cases` random cases. `PROPTEST_RNG_SEED` repeats a run.
#[expect(clippy::print_stdout, reason = "a seed that nobody sees repeats nothing")]
pub(crate) fn check<S: Strategy>(
    name: &str,
    cases: u32,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config::default();
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().build_hasher().finish(),
    };
    println!("{name}: {cases} cases from seed {seed}");
    let kept = FileFailurePersistence::Direct("proptest-regressions/properties.txt");
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: Some(Box::new(kept)),
        source_file: Some(file!()),
        ..config
    };
    if let Err(failure) = TestRunner::new(config).run(&strategy, property) {
        panic!("{name}, PROPTEST_RNG_SEED={seed}: {failure}");
    }
}
