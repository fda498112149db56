//! The markers of a JPEG file (ISO/IEC 10918-1, annex B): what it is, and whether it is all there.

use super::PortraitError;

/// The frame header (B.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// SOF0: sequential, Huffman-coded, 8 bits.
    pub baseline: bool,
    pub width: u16,
    pub height: u16,
    pub components: u8,
}

/// Walks the markers from SOI to EOI. Decoders fill up a file that breaks off with grey; this does not let one pass.
pub(super) fn frame(data: &[u8]) -> Result<Frame, PortraitError> {
    let damaged = PortraitError::Damaged;
    if data.get(..2) != Some(&[0xFF, 0xD8]) {
        return Err(PortraitError::NotAnImage);
    }
    let (mut at, mut frame) = (2, None);
    loop {
        let marker = next_marker(data, &mut at).ok_or(damaged)?;
        match marker {
            0xD9 => return frame.ok_or(damaged),
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let length =
            data.get(at..at + 2).map(|b| usize::from(b[0]) << 8 | usize::from(b[1])).ok_or(damaged)?;
        let segment = data.get(at + 2..at + length.max(2)).ok_or(damaged)?;
        match marker {
            0xC0..=0xC2 => {
                let [bits, h1, h2, w1, w2, components, ..] = *segment else { return Err(damaged) };
                if bits != 8 {
                    return Err(PortraitError::Coding);
                }
                let (width, height) = (u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2]));
                frame = Some(Frame { baseline: marker == 0xC0, width, height, components });
            }
            // SOF3, SOF5 to SOF15 without DHT (C4), JPG (C8) and DAC (CC)
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return Err(PortraitError::Coding),
            _ => {}
        }
        at += length.max(2);
    }
}

/// The largest frame that any header announces, width and height, as far as the markers can be followed: what a decoder might allocate.
pub(crate) fn largest_frame(data: &[u8]) -> Option<(u16, u16)> {
    let (mut at, mut largest) = (2, None);
    while let Some(marker) = next_marker(data, &mut at) {
        if matches!(marker, 0x01 | 0xD0..=0xD9) {
            continue;
        }
        let Some([high, low]) = data.get(at..at + 2) else { break };
        if let (0xC0..=0xCF, Some([_, h1, h2, w1, w2])) = (marker, data.get(at + 2..at + 7))
            && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
        {
            let size = (u16::from_be_bytes([*w1, *w2]), u16::from_be_bytes([*h1, *h2]));
            largest = largest.max(Some((u32::from(size.0) * u32::from(size.1), size)));
        }
        at += (usize::from(*high) << 8 | usize::from(*low)).max(2);
    }
    largest.map(|(_, size)| size)
}

/// The next marker: over entropy-coded data, stuffed zeros and fill bytes.
fn next_marker(data: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        *at += data.get(*at..)?.iter().position(|byte| *byte == 0xFF)?;
        while data.get(*at)? == &0xFF {
            *at += 1;
        }
        let code = *data.get(*at)?;
        *at += 1;
        if code != 0 {
            return Some(code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TINY: &str = "ffd8 ffc0000b080140 00f0 01 011100 ffda0008010100003f00 12ff00ffd034 ffd9";

    fn tiny() -> Vec<u8> {
        hex::decode(TINY.replace(' ', "")).unwrap()
    }

    #[test]
    fn whole_and_broken_off() {
        let data = tiny();
        assert_eq!(frame(&data), Ok(Frame { baseline: true, width: 240, height: 320, components: 1 }));
        for end in 2..data.len() {
            assert_eq!(frame(&data[..end]), Err(PortraitError::Damaged), "{end}");
        }
        assert_eq!(frame(b"GIF89a"), Err(PortraitError::NotAnImage));
    }

    #[test]
    fn the_largest_frame_counts_also_in_a_broken_file() {
        let mut data = tiny();
        assert_eq!(largest_frame(&data), Some((240, 320)));
        data.extend([0xFF, 0xC2, 0, 11, 8, 0xEA, 0x60, 0xEA, 0x60, 1]);
        assert_eq!(largest_frame(&data), Some((60_000, 60_000)));
        assert_eq!(largest_frame(&[0xFF, 0xD8]), None);
    }

    #[test]
    fn other_codings() {
        let mut data = tiny();
        data[3] = 0xC3;
        assert_eq!(frame(&data), Err(PortraitError::Coding));
        data[3] = 0xC2;
        assert!(!frame(&data).unwrap().baseline);
    }

    proptest! {
        #[test]
        fn any_bytes(data in prop::collection::vec(prop_oneof![Just(0xFFu8), Just(0xD8), Just(0xC0), any::<u8>()], 0..80)) {
            let data = [&[0xFF, 0xD8], data.as_slice()].concat();
            let _ = (frame(&data), largest_frame(&data));
        }
    }
}
