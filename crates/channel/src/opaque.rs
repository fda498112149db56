//! `Debug` of states that hold secrets: their names alone.

/// `opaque_debug!(Name, Generic<C: Bound>)`.
macro_rules! opaque_debug {
    ($($name:ident $(<$parameter:ident: $bound:ident>)?),* $(,)?) => {$(
        impl $(<$parameter: $bound>)? ::std::fmt::Debug for $name $(<$parameter>)? {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

pub(crate) use opaque_debug;
