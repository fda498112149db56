//! Scenarios that any card of the contract must pass (`test-vectors/scenarios`), run on any transport, and the report over them.
