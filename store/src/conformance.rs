//! The suite that every backend runs: each promise of the contract is one function, and [`conformance_tests!`] makes a test
//! of each.
//!
//! [`conformance_tests!`]: crate::conformance_tests

use std::sync::Arc;

use async_trait::async_trait;

use crate::Backend;

mod races;
pub use races::*;

mod opening;
pub use opening::*;

mod ending;
pub use ending::*;

mod editions;
pub use editions::*;

mod exchanging;
pub use exchanging::*;

mod end_where;
pub use end_where::*;

mod events;
pub use events::*;

mod feed;
pub use feed::*;

mod rows;
pub use rows::*;

mod list;
pub use list::*;

mod directory;
pub use directory::*;

mod records;
pub use records::*;

mod marks;
pub use marks::*;

mod prune;
pub use prune::*;

mod restart;
pub use restart::*;

mod outage;
pub use outage::*;

mod model;

pub mod sample;

/// A backend under test.
#[async_trait]
pub trait Fixture: Sized + Send + Sync + 'static {
    /// An empty store, that nobody else uses.
    async fn open_fresh() -> Self;

    /// The store.
    fn backend(&self) -> Arc<dyn Backend>;

    /// Closes the store and opens what it kept. Nobody holds [`Fixture::backend`] meanwhile. Nothing to do where nothing
    /// outlives the process.
    async fn restart(&mut self);

    /// From now on no write can be committed, for a reason outside the store; or it can again. Reads may go on.
    async fn set_out_of_order(&self, out_of_order: bool);
}

/// A test of each promise, for this [`Fixture`](crate::conformance::Fixture). The crate needs `tokio` with `macros`.
#[macro_export]
macro_rules! conformance_tests {
    ($fixture:ty) => {
        $crate::conformance_tests! { $fixture =>
            // races
            a_write_that_was_answered_is_read,
            of_64_advances_with_one_guard_one_applies,
            of_64_replays_all_apply_and_are_counted,
            an_advance_and_an_end_come_one_after_the_other,
            a_stale_change_loses_and_changes_nothing,
            changes_of_many_sessions_do_not_meet,
            // opening
            a_taken_id_is_refused,
            of_50_openings_with_one_count_one_applies,
            only_unended_rows_of_this_user_in_this_app_count,
            what_an_opening_ends_travels_with_it,
            an_opening_whose_end_came_first_changes_nothing,
            // ending
            an_end_is_absorbing,
            an_end_keeps_its_reason_and_moment,
            an_end_of_a_user_takes_every_session_that_may_return,
            of_64_ends_one_applies_and_is_announced_once,
            // editions
            every_field_of_a_re_authentication_comes_back,
            an_amendment_changes_the_claims_and_nothing_else,
            what_was_decided_on_an_older_edition_loses,
            of_64_amendments_of_one_edition_one_applies,
            an_amendment_and_advances_come_one_after_the_other,
            // exchanging
            a_session_token_comes_back_and_the_next_one_takes_its_place,
            of_64_exchanges_at_once_one_token_stays,
            an_exchange_and_an_end_leave_no_token_that_is_good,
            activity_is_put_down_and_never_taken_back,
            // end_where
            an_end_of_many_comes_in_chunks_oldest_first,
            an_end_of_many_goes_on_after_the_one_where_it_stopped,
            an_end_of_many_takes_only_sessions_that_may_return,
            an_announcement_is_made_after_the_sessions_or_without_any,
            an_end_of_many_takes_what_its_filter_says,
            an_end_of_many_in_steps_ends_all_that_match,
            // events
            events_come_back_in_order,
            events_are_found_by_what_they_are_about,
            events_of_many_writers_are_all_kept,
            // feed
            a_feed_that_was_never_written_is_empty,
            the_feed_has_no_gap_under_concurrent_ends,
            the_feed_is_read_in_pages,
            every_subject_comes_back,
            // rows
            every_field_of_an_opened_row_comes_back,
            every_field_of_an_advanced_row_comes_back,
            texts_are_compared_byte_by_byte,
            an_unknown_session_is_none,
            // list
            a_list_selects_what_the_filter_matches,
            a_list_runs_from_new_to_old_and_gives_nothing_twice,
            a_list_goes_on_after_a_session_that_is_gone,
            a_count_stops_where_it_was_told_to,
            a_rotation_under_another_key_moves_a_session_to_it,
            deadlines_count_to_the_millisecond,
            // directory
            a_batch_is_written_wholly_or_not_at_all,
            a_write_applies_while_what_it_expects_is_stored,
            of_50_writes_with_one_version_one_applies,
            a_record_that_was_deleted_is_gone,
            an_announcement_is_made_with_its_writes_or_not_at_all,
            // records
            records_are_found_by_prefix_in_byte_order,
            kinds_of_records_do_not_mix,
            bytes_of_a_record_come_back,
            // marks
            the_mark_of_time_rises_and_never_falls,
            the_mark_of_time_outlives_a_restart,
            a_probe_succeeds,
            // prune
            prune_removes_only_what_is_over,
            prune_leaves_the_feed_without_a_gap,
            prune_leaves_what_somebody_has_yet_to_read,
            numbers_that_were_pruned_are_not_given_again,
            prune_removes_no_more_than_it_may,
            // restart
            everything_outlives_a_restart,
            // outage
            an_outage_is_unavailable_and_loses_nothing,
            what_an_outage_cuts_off_is_done_or_not_done,
        }
    };
    ($fixture:ty => $($promise:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                $crate::conformance::$promise::<$fixture>().await;
            }
        )+
    };
}
