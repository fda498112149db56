//! The GlobalPlatform commands that personalisation uses (GP 2.3.1, 11) and the data objects it reads.

mod card_data;
mod commands;
mod cplc;
mod status;

pub use card_data::{CardData, KeyInformation, Resources};
pub use commands::{
    APPLICATION_LOCKED, APPLICATION_PERSONALIZED, STORE_DATA_LAST, STORE_DATA_RESPONSE, delete, get_data,
    get_status, install_for_install, install_for_personalization, select, set_application_status,
    set_card_status, store_data,
};
pub use cplc::Cplc;
pub use status::{CardLifeCycle, StatusEntry, parse_status};
