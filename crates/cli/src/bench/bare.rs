//! The cryptography of one card on the host, and nothing else: no commands, no parsing, no checks.

use aes::Aes128;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use chipwright_iso7816::LengthMode;
use chipwright_keystore::SoftKey;
use chipwright_pki::SignKey;
use chipwright_profile::{Pass, SignedProfile};
use cmac::{Cmac, Mac};
use p256::elliptic_curve::Group;
use p256::{ProjectivePoint, Scalar};
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use std::error::Error;
use std::hint::black_box;

/// How much one card takes.
pub(super) struct Amounts {
    /// Bytes of every file.
    files: Vec<usize>,
    /// Bytes of the data groups among them, which are hashed once more when signing and when verifying.
    groups: Vec<usize>,
    /// Plain bytes of each STORE DATA.
    stored: Vec<usize>,
    /// Plain bytes of each READ BINARY under secure messaging.
    read: Vec<usize>,
}

impl Amounts {
    pub(super) fn of(profile: &SignedProfile, mode: LengthMode, command_limit: usize) -> Self {
        let size = |wanted: &dyn Fn(chipwright_profile::FileId) -> bool| -> Vec<usize> {
            profile.files().filter(|(file, _)| wanted(*file)).map(|(_, content)| content.len()).collect()
        };
        let (block, chunk) = match mode {
            LengthMode::Short => (239, 223),
            LengthMode::Extended => ((command_limit - 9 - 8) / 16 * 16 - 1, 991),
        };
        let pieces = |bytes: usize, most: usize| {
            (0..bytes.div_ceil(most)).map(move |piece| most.min(bytes - piece * most))
        };
        let personal: usize = size(&|file| file.pass() == Pass::Write).iter().map(|bytes| bytes + 5).sum();
        let shared: usize = size(&|file| file.pass() == Pass::Prepare).iter().map(|bytes| bytes + 3).sum();
        let manifest = 2 + 5 + 34 * (profile.files().count() + 2);
        let stored = pieces(shared, block)
            .chain(pieces(personal + 32, block))
            .chain(pieces(manifest, block))
            .chain([19, 19]);
        let is_read = |file| {
            !matches!(file, chipwright_profile::FileId::Com)
                && chipwright_profile::FileId::pass(file) == Pass::Write
        };
        Self {
            files: size(&|_| true),
            groups: size(&|file| matches!(file, chipwright_profile::FileId::Dg(_))),
            read: size(&is_read).iter().flat_map(|bytes| pieces(*bytes, chunk)).collect(),
            stored: stored.collect(),
        }
    }
}

/// Keys and data at hand, so that the loop computes only.
pub(super) struct Bare {
    stored: Vec<usize>,
    read: Vec<usize>,
    files: Vec<usize>,
    groups: Vec<usize>,
    data: Vec<u8>,
    cmac: Cmac<Aes128>,
    block: Aes128,
    point: ProjectivePoint,
    scalar: Scalar,
    public: Vec<u8>,
    message: [u8; 300],
    signature: Vec<u8>,
}

const KEY: [u8; 16] = [0x5A; 16];

impl Bare {
    pub(super) fn new(amounts: &Amounts, key: &SoftKey) -> Result<Self, Box<dyn Error>> {
        let scalar =
            Scalar::from(0x1234_5678_9ABC_DEF1u64) * Scalar::from(u64::MAX) * Scalar::from(u64::MAX - 58);
        let message = [7; 300];
        Ok(Self {
            stored: amounts.stored.clone(),
            read: amounts.read.clone(),
            files: amounts.files.clone(),
            groups: amounts.groups.clone(),
            data: vec![0xA5; 16 * 1024],
            cmac: Cmac::new(&KEY.into()),
            block: Aes128::new(&KEY.into()),
            point: ProjectivePoint::mul_by_generator(&scalar),
            scalar,
            public: key.public_key().point().to_vec(),
            signature: key.sign(&message)?,
            message,
        })
    }

    /// One card: sign, prepare, write, verify.
    pub(super) fn one_card(&self, key: &SoftKey) -> Result<(), Box<dyn Error>> {
        // the data groups hashed, the security object signed, and the signature verified before it is released
        self.hash(&self.groups);
        black_box(key.sign(&self.message)?);
        self.verify_signature()?;
        // three diversifications of three keys; three sessions of five derivations, a challenge and a C-MAC
        for _ in 0..3 * 3 + 3 * 7 {
            self.mac(48);
        }
        self.mac(16); // check values and wrapping of three keys
        for _ in 0..3 + 3 * 2 {
            self.encrypt_block();
        }
        // the chip's signatures over its new keys
        self.verify_signature()?;
        self.verify_signature()?;
        // STORE DATA: counter, CBC, C-MAC over chaining value, header and data; R-MAC over chaining value and status
        for bytes in &self.stored {
            let padded = bytes / 16 * 16 + 16;
            self.encrypt_block();
            self.encrypt(padded);
            self.mac(16 + 5 + padded);
            self.mac(16 + 2);
        }
        // digests for the manifest and for the record
        self.hash(&self.files);
        self.hash(&self.files[self.files.len() - 1..]);
        self.pace();
        // READ BINARY: C-MAC, two counters, R-MAC, CBC
        for bytes in &self.read {
            let padded = bytes / 16 * 16 + 16;
            self.mac(48);
            self.encrypt_block();
            self.mac(16 + padded + 16);
            self.decrypt(padded);
        }
        self.chip_authentication();
        // passive authentication: content and attributes, the data groups, the object's and the certificate's signature
        self.hash(&[300, 300]);
        self.hash(&self.groups);
        self.hash(&self.files[self.files.len() - 1..]);
        self.verify_signature()?;
        self.verify_signature()
    }

    /// Two key pairs, the mapped generator, the shared secret; nonce, session keys, tokens.
    fn pace(&self) {
        let mapping = ProjectivePoint::mul_by_generator(&self.scalar);
        let shared = self.point * self.scalar;
        let generator = ProjectivePoint::mul_by_generator(&self.scalar) + shared;
        let ephemeral = generator * self.scalar;
        let secret = self.point * self.scalar;
        for point in [mapping, generator, ephemeral, secret] {
            black_box(point.to_affine());
        }
        black_box(ProjectivePoint::identity());
        self.hash(&[36, 36, 10]);
        self.decrypt(16);
        self.mac(82);
        self.mac(82);
    }

    /// A key pair and the shared secret; the session keys.
    fn chip_authentication(&self) {
        let ephemeral = ProjectivePoint::mul_by_generator(&self.scalar);
        let secret = self.point * self.scalar;
        for point in [ephemeral, secret] {
            black_box(point.to_affine());
        }
        self.hash(&[36, 36]);
    }

    fn hash(&self, sizes: &[usize]) {
        for bytes in sizes {
            black_box(digest(&SHA256, &self.data[..*bytes]));
        }
    }

    fn verify_signature(&self) -> Result<(), Box<dyn Error>> {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.public)
            .verify(&self.message, &self.signature)
            .map_err(|_| "the bare loop's own signature does not verify".into())
    }

    fn mac(&self, bytes: usize) {
        let mut cmac = self.cmac.clone();
        Mac::update(&mut cmac, &self.data[..bytes]);
        black_box(cmac.finalize());
    }

    fn encrypt_block(&self) {
        let mut block = KEY.into();
        self.block.encrypt_block(&mut block);
        black_box(block);
    }

    fn encrypt(&self, bytes: usize) {
        let mut data = self.data[..bytes].to_vec();
        let cipher = cbc::Encryptor::<Aes128>::new(&KEY.into(), &KEY.into());
        black_box(cipher.encrypt_padded::<NoPadding>(&mut data, bytes).is_ok());
    }

    fn decrypt(&self, bytes: usize) {
        let mut data = self.data[..bytes].to_vec();
        let cipher = cbc::Decryptor::<Aes128>::new(&KEY.into(), &KEY.into());
        black_box(cipher.decrypt_padded::<NoPadding>(&mut data).is_ok());
    }
}
