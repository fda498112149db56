//! perso
