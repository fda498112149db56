//! The directory of format 1 of the state: 41 records, each instance's counters in a record of their own, no key pairs and
//! no trust points.

use super::{INSTANCES, LOAD_FILES, MOST_INSTANCES, MOST_LOAD_FILES, MOST_OBJECTS, OBJECTS, TRIES, Tries};
use crate::memory::{Memory, PowerLost, RECORD, RECORDS, RECORDS_OF_FORMAT_1};
use zeroize::Zeroizing;

const TRIES_OF_FORMAT_1: usize = 13;
const LOAD_FILES_OF_FORMAT_1: usize = 17;
const OBJECTS_OF_FORMAT_1: usize = 21;

/// Finishes what was under way, then lays the records out as they lie today.
pub(crate) fn modernise(memory: &mut Memory) -> Result<(), PowerLost> {
    memory.finish_former(RECORDS_OF_FORMAT_1)?;
    let mut directory = Zeroizing::new(vec![0; RECORDS * RECORD]);
    let mut put = |index: usize, bytes: &[u8]| {
        directory.iter_mut().skip(index * RECORD).zip(bytes).for_each(|(to, from)| *to = *from);
    };
    // The card, its key sets and its instances; an instance had no records.
    (0..INSTANCES + MOST_INSTANCES).for_each(|index| put(index, memory.record(index)));
    (0..MOST_LOAD_FILES)
        .for_each(|slot| put(LOAD_FILES + slot, memory.record(LOAD_FILES_OF_FORMAT_1 + slot)));
    (0..MOST_OBJECTS).for_each(|slot| put(OBJECTS + slot, memory.record(OBJECTS_OF_FORMAT_1 + slot)));
    let mut tries = Vec::with_capacity(MOST_INSTANCES * Tries::LENGTH);
    for slot in 0..MOST_INSTANCES {
        // MRZ (4), CAN (4)
        tries.extend(memory.record(TRIES_OF_FORMAT_1 + slot).iter().take(8));
        tries.resize((slot + 1) * Tries::LENGTH, 0);
    }
    put(TRIES, &tries);
    memory.replace_directory(&directory);
    Ok(())
}
