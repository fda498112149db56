//! Secure messaging beside its ceiling: AES-CBC and CMAC of the same bytes, nothing else.
//!
//! One round is what reading 223 bytes costs the host: a READ BINARY is wrapped, its protected answer unwrapped.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use aes::{Aes128, Aes256};
use chipwright_channel::sm::{MAX_SHORT_RESPONSE, Session, SessionKeys};
use chipwright_iso7816::{Command, Ins, Le, Response};
use cipher::{
    Array, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit, consts::U16,
};
use cmac::{Cmac, Mac, digest::FixedOutputReset};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

fn secure_messaging(criterion: &mut Criterion) {
    for (name, key) in [("AES-128", &[7u8; 16][..]), ("AES-256", &[7u8; 32][..])] {
        let mut group = criterion.benchmark_group(format!("read 223 bytes, {name}"));
        group.throughput(Throughput::Bytes(MAX_SHORT_RESPONSE as u64));
        let command =
            Command::new(0x00, Ins::READ_BINARY, 0x00, 0x00).with_le(Le::Exact(MAX_SHORT_RESPONSE as u32));
        let protected = if key.len() == 16 { answer::<Aes128>(key) } else { answer::<Aes256>(key) };

        group.bench_function("wrap and unwrap", |bencher| {
            bencher.iter_batched(
                || (Session::new(SessionKeys::new(key, key).unwrap()), Response::ok(protected.clone())),
                |(session, response)| {
                    let (state, wrapped) = session.wrap(black_box(&command)).unwrap();
                    black_box(wrapped);
                    state.unwrap(response).unwrap()
                },
                BatchSize::SmallInput,
            );
        });
        group.bench_function("ceiling: CBC and CMAC", |bencher| {
            if key.len() == 16 { ceiling::<Aes128>(bencher, key) } else { ceiling::<Aes256>(bencher, key) }
        });
        group.finish();
    }
}

/// Two IVs, the MAC of the command, the MAC of the response and the decryption of its 224 bytes, with keys scheduled before.
fn ceiling<C>(bencher: &mut criterion::Bencher<'_>, key: &[u8])
where
    C: BlockCipherEncrypt<BlockSize = U16> + cipher::BlockCipherDecrypt<BlockSize = U16> + KeyInit + Clone,
    Cmac<C>: Mac<OutputSize = U16> + FixedOutputReset + KeyInit,
{
    let cipher = C::new_from_slice(key).unwrap();
    let mut mac = <Cmac<C> as KeyInit>::new_from_slice(key).unwrap();
    let mut data = [5u8; 224];
    bencher.iter(|| {
        let mut iv = Array::<u8, U16>::default();
        cipher.encrypt_block(&mut iv);
        Mac::update(&mut mac, black_box(&[0u8; 48]));
        black_box(mac.finalize_reset());
        cipher.encrypt_block(&mut iv);
        Mac::update(&mut mac, black_box(&[0u8; 256]));
        black_box(mac.finalize_reset());
        let (blocks, _) = Array::<u8, U16>::slice_as_chunks_mut(&mut data);
        cbc::Decryptor::inner_iv_init(&cipher, &iv).decrypt_blocks(blocks);
        black_box(&mut data);
    });
}

/// A card's answer with 223 bytes at SSC 2, made here from the formulas.
fn answer<C>(key: &[u8]) -> Vec<u8>
where
    C: BlockCipherEncrypt<BlockSize = U16> + KeyInit,
    Cmac<C>: Mac<OutputSize = U16> + KeyInit,
{
    let cipher = C::new_from_slice(key).unwrap();
    let ssc = 2u128.to_be_bytes();
    let mut iv = Array::<u8, U16>::from(ssc);
    cipher.encrypt_block(&mut iv);
    let mut data = vec![0x42; MAX_SHORT_RESPONSE];
    data.push(0x80);
    let (blocks, _) = Array::<u8, U16>::slice_as_chunks_mut(&mut data);
    cbc::Encryptor::inner_iv_init(&cipher, &iv).encrypt_blocks(blocks);
    let mut objects = vec![0x87, 0x81, 0xE1, 0x01];
    objects.extend(data);
    objects.extend([0x99, 0x02, 0x90, 0x00]);
    let mut mac = <Cmac<C> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(&ssc);
    mac.update(&objects);
    let mut padding = vec![0x80];
    padding.resize(16 - objects.len() % 16, 0);
    mac.update(&padding);
    objects.extend([0x8E, 0x08]);
    objects.extend_from_slice(&mac.finalize().into_bytes()[..8]);
    objects
}

criterion_group!(benches, secure_messaging);
criterion_main!(benches);
