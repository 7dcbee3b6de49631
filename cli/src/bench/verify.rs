//! `tenure bench verify`.

mod tokens;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use tenure_verify::{OnStale, Policy, Revocation, Verifier};
use tokio::runtime::{Builder, Handle};

use super::process::{Server, own_resident_bytes};
use super::rig::{Rig, RigArguments};
use crate::output::{Fault, Output};
use tokens::{Minted, Tokens};

/// Tokens that are checked in each way before it is the other's turn.
const TURN: usize = 50;
/// Tokens that come again and again.
const REGULARS: usize = 1000;

#[derive(Args)]
pub struct VerifyArguments {
    /// Tokens whose first verification is measured.
    #[arg(long, default_value_t = 20_000)]
    tokens: usize,
    /// How often each of a thousand tokens comes again.
    #[arg(long, default_value_t = 1000)]
    again: usize,
    /// Distinct tokens of each flood: good ones, then forged ones.
    #[arg(long, default_value_t = 100_000)]
    flood: usize,
    /// Threads that verify at once.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Where the store of the server is kept whose feed is followed; must not be there yet, is removed afterwards.
    #[arg(long, default_value = "tenure-bench-data")]
    data_dir: PathBuf,
}

/// What one run saw. Quote the ratio: the machine is in both halves of it.
#[derive(Serialize)]
struct Report {
    tokens: usize,
    signature_us: f64,
    first_us: f64,
    first_per_signature: f64,
    again_ns: f64,
    again_among_all_ns: f64,
    threads: usize,
    again_at_once_ns: f64,
    flood: usize,
    remembered: usize,
    mib_before_floods: f64,
    mib_after_good_ones: f64,
    mib_after_forged_ones: f64,
}

/// Each on a verifier of its own that follows the feed of a server: expiry and revocation are looked at each time, and a feed that
/// is stale would be a refusal.
struct Bench<'a> {
    arguments: &'a VerifyArguments,
    verifier: Verifier,
    policy: Policy,
    tokens: Tokens,
}

pub fn run(arguments: VerifyArguments, output: Output) -> Result<(), Fault> {
    if arguments.tokens < TURN || arguments.again == 0 || arguments.flood == 0 || arguments.threads == 0 {
        return Err(Fault::failed(format!("there must be {TURN} tokens, and one of everything else")));
    }
    // The feed is read by a thread of its own: whoever verifies leaves no time for it.
    let runtime =
        Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(Fault::failed)?;
    let rig = RigArguments::with_one_client(arguments.data_dir.clone());
    let rig = Rig::new(&rig)?;
    let server = rig.start(1000)?;
    output.say(&runtime.block_on(measure(&arguments, &server))?, words)
}

async fn measure(arguments: &VerifyArguments, server: &Server) -> Result<Report, Fault> {
    let issuer = server.says("issuer");
    let tokens = Tokens::new(issuer, server.says("app_id"))?;
    let verifier = Verifier::builder(issuer).api_key(server.says("api_key")).jwks(tokens.key_set()?).build();
    let verifier = verifier.map_err(Fault::failed)?;
    verifier.ready().await.map_err(Fault::failed)?;
    let policy = Policy::new().revocation(Revocation::Feed).on_stale(OnStale::Deny);
    let bench = Bench { arguments, verifier, policy, tokens };
    let regulars = bench.tokens.mint(REGULARS)?;
    let again_ns = bench.again(&regulars).await?;
    let (signature_us, first_us) = bench.first().await?;
    let again_among_all_ns = bench.again(&regulars).await?;
    let again_at_once_ns = bench.again_at_once(&regulars)?;
    let mib_before_floods = mib();
    bench.flood(Tokens::mint).await?;
    let mib_after_good_ones = mib();
    bench.flood(Tokens::forge).await?;
    Ok(Report {
        tokens: arguments.tokens,
        signature_us,
        first_us,
        first_per_signature: first_us / signature_us,
        again_ns,
        again_among_all_ns,
        threads: arguments.threads,
        again_at_once_ns,
        flood: arguments.flood,
        remembered: bench.verifier.remembered(),
        mib_before_floods,
        mib_after_good_ones,
        mib_after_forged_ones: mib(),
    })
}

#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
impl Bench<'_> {
    /// Microseconds of a bare check of a signature, and of the first verification of a token, in turn.
    async fn first(&self) -> Result<(f64, f64), Fault> {
        let (mut bare, mut first) = (0.0, 0.0);
        let turns = self.arguments.tokens / TURN;
        for _ in 0..turns {
            let minted = self.tokens.mint(TURN)?;
            let begin = Instant::now();
            for token in &minted {
                self.tokens.check_signature(token)?;
            }
            let middle = Instant::now();
            self.verify_all(&minted).await?;
            bare += (middle - begin).as_secs_f64();
            first += middle.elapsed().as_secs_f64();
        }
        let micros = |seconds: f64| seconds * 1e6 / (turns * TURN) as f64;
        Ok((micros(bare), micros(first)))
    }

    /// Nanoseconds of the verification of a token that was verified before.
    async fn again(&self, regulars: &[Minted]) -> Result<f64, Fault> {
        self.verify_all(regulars).await?;
        let begin = Instant::now();
        for _ in 0..self.arguments.again {
            self.verify_all(regulars).await?;
        }
        Ok(begin.elapsed().as_secs_f64() * 1e9 / (regulars.len() * self.arguments.again) as f64)
    }

    /// The same, of each thread, while all of them verify.
    fn again_at_once(&self, regulars: &[Minted]) -> Result<f64, Fault> {
        let runtime = Handle::current();
        let nanos = std::thread::scope(|scope| {
            let one = || scope.spawn(|| runtime.block_on(self.again(regulars)));
            let threads: Vec<_> = (0..self.arguments.threads).map(|_| one()).collect();
            let ended = threads.into_iter().map(|thread| thread.join());
            ended
                .map(|end| end.unwrap_or_else(|_| Err(Fault::failed("a thread panicked"))))
                .sum::<Result<f64, _>>()
        })?;
        Ok(nanos / self.arguments.threads as f64)
    }

    /// Shows the verifier tokens that it has not seen, none of them twice.
    async fn flood(&self, make: fn(&Tokens, usize) -> Result<Vec<Minted>, Fault>) -> Result<(), Fault> {
        let mut left = self.arguments.flood;
        while left > 0 {
            let some = make(&self.tokens, left.min(REGULARS))?;
            left -= some.len();
            for token in &some {
                if self.verifier.verify(token.text(), &self.policy).await.is_ok() == token.is_forged() {
                    return Err(Fault::failed("a forged token was accepted, or a good one was not"));
                }
            }
        }
        Ok(())
    }

    async fn verify_all(&self, tokens: &[Minted]) -> Result<(), Fault> {
        for token in tokens {
            self.verifier.verify(token.text(), &self.policy).await.map_err(Fault::failed)?;
        }
        Ok(())
    }
}

/// Memory that this process holds.
fn mib() -> f64 {
    (own_resident_bytes() as f64 / 1_048_576.0 * 10.0).round() / 10.0
}

fn words(r: &Report) -> String {
    format!(
        "auth tokens signed with ES256, by a verifier that follows the revocation feed

  a bare check of the signature          {:>9.1} µs
  the first verification of a token      {:>9.1} µs   {:.2} times that
  each verification after it             {:>9.0} ns
  … as many remembered as there may be   {:>9.0} ns
  … on {:<3} threads at once               {:>9.0} ns
  memory                                 {:>9.1} MiB
  … after {:<9} other good tokens    {:>9.1} MiB   {} remembered
  … and as many forged ones              {:>9.1} MiB",
        r.signature_us,
        r.first_us,
        r.first_per_signature,
        r.again_ns,
        r.again_among_all_ns,
        r.threads,
        r.again_at_once_ns,
        r.mib_before_floods,
        r.flood,
        r.mib_after_good_ones,
        r.remembered,
        r.mib_after_forged_ones
    )
}
