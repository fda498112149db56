//! Padding method 2 of ISO/IEC 9797-1, 6.3.3: one bit 1, then as many bits 0 as fill the block.

const BLOCK: usize = 16;

/// `data || 80 || 00…00`, a whole number of 16-byte blocks; always at least one byte is added.
pub(crate) fn pad(data: &mut Vec<u8>) {
    data.push(0x80);
    data.resize(data.len().next_multiple_of(BLOCK), 0);
}

/// How long `length` bytes are when padded.
pub(crate) const fn padded_length(length: usize) -> usize {
    (length + 1).next_multiple_of(BLOCK)
}

/// The data without its padding; none if the last block does not end in `80 00…00`.
pub(crate) fn unpad(data: &[u8]) -> Option<&[u8]> {
    let last_block = data.len().checked_sub(BLOCK)?;
    let zeros = data.iter().rev().take_while(|byte| **byte == 0).count();
    let mark = data.len().checked_sub(zeros + 1)?;
    (mark >= last_block && data[mark] == 0x80).then(|| &data[..mark])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back() {
        for length in 0..70 {
            let data = vec![0x80; length];
            let mut padded = data.clone();
            pad(&mut padded);
            assert_eq!(padded.len(), padded_length(length));
            assert_eq!(unpad(&padded), Some(data.as_slice()));
        }
    }

    #[test]
    fn missing_padding_is_seen() {
        assert_eq!(unpad(&[]), None);
        assert_eq!(unpad(&[0; 16]), None);
        assert_eq!(unpad(&[0x81; 16]), None);
        let mut whole_block_of_zeros = vec![0x80];
        whole_block_of_zeros.resize(32, 0);
        assert_eq!(unpad(&whole_block_of_zeros), None);
    }
}
