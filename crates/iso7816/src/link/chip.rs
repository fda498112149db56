//! What a chip takes for its work.

use crate::{Command, Ins};
use std::time::Duration;

/// How long a chip takes for each operation.
///
/// | operation | [`Chip::JAVA_CARD`] | source |
/// |---|---|---|
/// | shared secret, P-256 | 55 ms | JCAlgTest, *NXP JCOP3 J3H145g P60*, 19 October 2021, T=1: `ALG_EC_SVDP_DH generateSecret`, 256 bits, 55.08 ms |
/// | key pair, P-256 | 156 ms | the same: `ALG_EC_FP genKeyPair`, 256 bits, 156.30 ms |
/// | signature, P-256 | 56 ms | the same: `ECDSA_SHA sign`, 256 bits, over 256 bytes, 56.29 ms |
/// | verification, P-256 | 56 ms | taken equal to signing; the same card verifies with 224 bits in 45 ms and signs in 53 |
/// | AES block in CBC | 0.56 ms | the same: `AES_CBC` of 256 bytes, 9.01 ms, over 16 blocks (the call's own time is spread over them) |
/// | AES block in a MAC | 0.65 ms | the same: `AES_MAC_128_NOPAD sign` of 256 bytes, 10.32 ms, over 16 blocks |
/// | SHA-256 block | 2.2 ms | the same: `ALG_SHA_256 doFinal` of 256 bytes, 8.63 ms, over 4 blocks |
/// | page write | 3 ms | Atmel AT88SC102 (1419C), write cycle 3 ms; makers of card controllers publish no figure: a stand-in |
/// | command | 4 ms | the selection of an applet's method and the handling of buffers; ours, a stand-in |
///
/// Measured on an applet's own interface, so that a chip whose maker built PACE into its system is faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chip {
    /// A shared secret.
    pub agreement: Duration,
    /// A new key pair.
    pub key_pair: Duration,
    /// A signature.
    pub signature: Duration,
    /// The verification of one.
    pub verification: Duration,
    /// One block encrypted or decrypted.
    pub cipher_block: Duration,
    /// One block of a MAC.
    pub mac_block: Duration,
    /// One block of SHA-256 (64 bytes).
    pub hash_block: Duration,
    /// One page of 64 bytes written.
    pub page: Duration,
    /// Any command at all.
    pub command: Duration,
}

impl Chip {
    /// A Java Card of the class the contract asks for.
    pub const JAVA_CARD: Self = Self {
        agreement: Duration::from_millis(55),
        key_pair: Duration::from_millis(156),
        signature: Duration::from_millis(56),
        verification: Duration::from_millis(56),
        cipher_block: Duration::from_micros(560),
        mac_block: Duration::from_micros(650),
        hash_block: Duration::from_micros(2_160),
        page: Duration::from_millis(3),
        command: Duration::from_millis(4),
    };

    /// How long it takes for all of this.
    #[must_use]
    pub fn time(&self, work: &Work) -> Duration {
        self.command
            + self.agreement * work.agreements
            + self.key_pair * work.key_pairs
            + self.signature * work.signatures
            + self.verification * work.verifications
            + self.cipher_block * work.cipher_blocks
            + self.mac_block * work.mac_blocks
            + self.hash_block * work.hash_blocks
            + self.page * work.pages
    }
}

/// What a chip does for one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Shared secrets.
    pub agreements: u32,
    /// New key pairs.
    pub key_pairs: u32,
    /// Signatures.
    pub signatures: u32,
    /// Signatures verified.
    pub verifications: u32,
    /// AES blocks encrypted and decrypted.
    pub cipher_blocks: u32,
    /// AES blocks of MACs.
    pub mac_blocks: u32,
    /// SHA-256 blocks.
    pub hash_blocks: u32,
    /// Pages written.
    pub pages: u32,
}

impl Work {
    /// What `command`, as it is sent, makes a chip do, told by its class and instruction. The steps of PACE are told by the tag in their data; under secure
    /// messaging, where they are hidden, GENERAL AUTHENTICATE counts as one shared secret (Chip Authentication), and MANAGE SECURITY ENVIRONMENT as nothing.
    #[must_use]
    pub fn of(command: &Command, received: usize) -> Self {
        let protected = command.cla & 0x0C != 0;
        let mut work = match command.ins {
            Ins::GENERAL_AUTHENTICATE => Self::agreement(command, protected),
            Ins::INTERNAL_AUTHENTICATE => Self { signatures: 1, hash_blocks: 1, ..Self::default() },
            Ins::EXTERNAL_AUTHENTICATE if command.cla & 0x80 == 0 => {
                Self { verifications: 1, hash_blocks: 2, ..Self::default() }
            }
            // VERIFY CERTIFICATE
            Ins::PERFORM_SECURITY_OPERATION => {
                Self { verifications: 1, hash_blocks: 4, pages: 2, ..Self::default() }
            }
            // three session keys, two cryptograms, the challenge; the count of tries
            Ins::INITIALIZE_UPDATE => Self { mac_blocks: 12, pages: 1, ..Self::default() },
            Ins::EXTERNAL_AUTHENTICATE => Self { mac_blocks: 2, pages: 1, ..Self::default() },
            Ins::STORE_DATA | Ins::LOAD | Ins::PUT_KEY => {
                Self { pages: pages(command.data.len()) + 1, ..Self::default() }
            }
            Ins::INSTALL | Ins::DELETE | Ins::SET_STATUS => Self { pages: 4, ..Self::default() },
            Ins::RESET_RETRY_COUNTER => Self { pages: 2, ..Self::default() },
            _ => Self::default(),
        };
        if protected {
            let response = blocks(received.saturating_sub(16));
            let data = blocks(command.data.len());
            work.cipher_blocks += 2 + data + response;
            work.mac_blocks += 4 + data + response;
        }
        work
    }

    fn agreement(command: &Command, protected: bool) -> Self {
        if protected {
            return Self { agreements: 1, hash_blocks: 2, ..Self::default() };
        }
        match command.data.get(2) {
            // the nonce, encrypted under the key derived from the password; the count of tries is read
            None => Self { cipher_blocks: 1, hash_blocks: 1, ..Self::default() },
            // mapping: a key pair, the shared point, the mapped generator
            Some(0x81) => Self { key_pairs: 1, agreements: 2, ..Self::default() },
            // key agreement over the mapped generator: a key pair, the shared secret, two session keys
            Some(0x83) => Self { key_pairs: 1, agreements: 1, hash_blocks: 2, ..Self::default() },
            // tokens; the count of tries is written before
            Some(0x85) => Self { mac_blocks: 12, pages: 2, ..Self::default() },
            Some(_) => Self { agreements: 1, hash_blocks: 2, ..Self::default() },
        }
    }
}

fn blocks(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(16)).unwrap_or(u32::MAX)
}

fn pages(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(64)).unwrap_or(u32::MAX)
}
