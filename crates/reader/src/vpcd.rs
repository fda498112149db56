//! The vpcd socket.
