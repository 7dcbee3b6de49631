//! The reference keeps every promise of the contract.

use std::sync::Arc;

use async_trait::async_trait;
use tenure_store::conformance::{Fixture, sample};
use tenure_store::memory::Memory;
use tenure_store::{Backend, Committed, Store};

struct InMemory(Arc<Memory>);

#[async_trait]
impl Fixture for InMemory {
    async fn open_fresh() -> Self {
        Self(Arc::new(Memory::default()))
    }

    fn backend(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.0) as Arc<dyn Backend>
    }

    async fn restart(&mut self) {}

    async fn set_out_of_order(&self, out_of_order: bool) {
        self.0.set_out_of_order(out_of_order);
    }
}

tenure_store::conformance_tests!(InMemory);

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_known_by_its_salt() {
    let memory = Arc::new(Memory::default());
    let store = Store::new(memory.clone());
    let row = sample::session(1, "ann");
    sample::open(&*memory, &row).await;
    let change = sample::advance(&row, 7);
    memory.set_losing_answers(true);
    let done = store.commit(&row, &change).await.expect("it was committed");
    assert!(matches!(&done, Committed::Live(receipt) if **receipt.family() == change.apply(&row)));

    // Of an end nothing can be told: it is not known to be durable.
    let end = sample::end(&row);
    assert!(store.commit(&row, &end).await.is_err());
    // Nor of a change that lost: what is stored is somebody else's.
    assert!(store.commit(&row, &sample::advance(&row, 8)).await.is_err());
}
