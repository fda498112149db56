//! A station that signs more, or later, than it may.
