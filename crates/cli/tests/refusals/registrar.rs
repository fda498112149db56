//! Batches that nobody else approved.
