//! Courses of the revocation feed, in the order of the rules for readers.

mod forgetting;

mod fresh;

mod subjects;

mod refused;

mod stores;

mod order;

mod start;

pub use crate::course::Course;

/// Every course.
pub fn all() -> Vec<Course> {
    [start::all, order::all, stores::all, refused::all, subjects::all, fresh::all, forgetting::all]
        .into_iter()
        .flat_map(|part| part())
        .collect()
}
