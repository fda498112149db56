#include "general.h"

#include <eac/ca.h>
#include <eac/ta.h>
#include <openssl/crypto.h>
#include <string.h>

static const uint8_t TA_ECDSA_SHA_256[] = { 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x03 };
static const uint8_t CA_AES_128[] = { 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02 };
enum { DYNAMIC_DATA = 0x7C };

#define STEP(what, condition) \
    do {                      \
        *why = what;          \
        if (!(condition))     \
            goto end;         \
    } while (0)

static unsigned send(struct reader *reader, EAC_CTX *session, uint8_t instruction, uint8_t p1, uint8_t p2,
                     const struct buffer *data, size_t ne, struct buffer *answer)
{
    struct command plain = { .header = { 0x00, instruction, p1, p2 }, .data = data->bytes, .length = data->length,
                             .ne = ne };
    return transmit_sealed(reader, session, &plain, answer);
}

/* MSE:Set DST with the name of the authority, PSO:Verify Certificate. */
static unsigned verify_certificate(struct reader *reader, EAC_CTX *session, const struct object *whole)
{
    static struct buffer data, answer;
    struct object body, signature, authority;
    if (!find_object(whole->value, whole->length, 0x7F4E, &body) ||
        !find_object(whole->value, whole->length, 0x5F37, &signature) ||
        !find_object(body.value, body.length, 0x42, &authority))
        return 0;
    empty(&data);
    put_object(&data, 0x83, authority.value, authority.length);
    unsigned status = send(reader, session, 0x22, 0x81, 0xB6, &data, 0, &answer);
    if (status != 0x9000)
        return status;
    empty(&data);
    put(&data, whole->value, whole->length);
    return send(reader, session, 0x2A, 0x00, 0xBE, &data, 0, &answer);
}

static unsigned verify_chain(struct reader *reader, EAC_CTX *session, struct terminal *terminal, struct buffer *holder)
{
    static uint8_t file[4096];
    struct object whole, body, name;
    for (int i = 0; i < terminal->settings->certificate_count; i++) {
        long length = load_file(terminal->settings->certificates[i], file, sizeof file);
        if (length < 0 || !find_object(file, (size_t)length, 0x7F21, &whole) ||
            !find_object(whole.value, whole.length, 0x7F4E, &body) ||
            !find_object(body.value, body.length, 0x5F20, &name))
            return 0;
        unsigned status = verify_certificate(reader, session, &whole);
        if (status != 0x9000)
            return status;
        empty(holder);
        put(holder, name.value, name.length);
    }
    return 0x9000;
}

static int load_terminal(EAC_CTX *session, const struct settings *settings)
{
    static uint8_t key[4096], authority[4096];
    long key_length = load_file(settings->key, key, sizeof key);
    long authority_length = load_file(settings->cvca, authority, sizeof authority);
    int done = key_length > 0 && authority_length > 0 &&
               EAC_CTX_init_ta(session, key, (size_t)key_length, authority, (size_t)authority_length);
    OPENSSL_cleanse(key, sizeof key);
    return done;
}

int terminal_authentication(struct reader *reader, EAC_CTX *session, const struct terminal_pace *pace,
                            struct terminal *terminal, int spoil, const char **why, unsigned *status)
{
    static struct buffer holder, data, answer;
    static const struct buffer nothing;
    BUF_MEM *card = NULL, *signature = NULL;
    int done = 0;
    STEP("libeac takes no key or trust point", load_terminal(session, terminal->settings));
    *status = verify_chain(reader, session, terminal, &holder);
    STEP("a certificate is refused", *status == 0x9000);
    STEP("libeac makes no ephemeral key", terminal->ephemeral = TA_STEP3_generate_ephemeral_key(session));
    empty(&data);
    put_object(&data, 0x80, TA_ECDSA_SHA_256, sizeof TA_ECDSA_SHA_256);
    put_object(&data, 0x83, holder.bytes, holder.length);
    put_object(&data, 0x91, terminal->ephemeral->data, terminal->ephemeral->length);
    *status = send(reader, session, 0x22, 0x81, 0xA4, &data, 0, &answer);
    STEP("MSE:Set AT is refused", *status == 0x9000);
    *status = send(reader, session, 0x84, 0x00, 0x00, &nothing, 8, &answer);
    STEP("no challenge", *status == 0x9000 && answer.length == 8);
    BUF_MEM nonce = { .data = (char *)answer.bytes, .length = answer.length, .max = answer.length };
    STEP("libeac takes no challenge", TA_STEP4_set_nonce(session, &nonce));
    STEP("libeac compresses no key", card = EAC_Comp(session, EAC_ID_PACE, pace->card_key));
    STEP("libeac does not sign", signature = TA_STEP5_sign(session, terminal->ephemeral, card, NULL));
    if (spoil)
        signature->data[signature->length - 1] ^= 1;
    empty(&data);
    put(&data, signature->data, signature->length);
    *status = send(reader, session, 0x82, 0x00, 0x00, &data, 0, &answer);
    STEP("EXTERNAL AUTHENTICATE is refused", *status == 0x9000);
    done = 1;
end:
    BUF_MEM_free(card);
    BUF_MEM_free(signature);
    return done;
}

/* ChipAuthenticationPublicKeyInfo with this key identifier: the point in its BIT STRING. libeac's CA_get_pubkey takes one without a
   look at the identifier, and our cards may publish two. */
static BUF_MEM *public_key(const struct buffer *infos, uint8_t key)
{
    static const uint8_t PK_ECDH[] = { 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01, 0x02 };
    struct object set, info, oid, subject, point, identifier;
    if (!find_object(infos->bytes, infos->length, 0x31, &set))
        return NULL;
    const uint8_t *at = set.value, *end = set.value + set.length;
    while (next_object(&at, end, &info) == 1)
        if (find_object(info.value, info.length, 0x06, &oid) && oid.length == sizeof PK_ECDH &&
            memcmp(oid.value, PK_ECDH, sizeof PK_ECDH) == 0 && find_object(info.value, info.length, 0x02, &identifier) &&
            identifier.length == 1 && identifier.value[0] == key &&
            find_object(info.value, info.length, 0x30, &subject) &&
            find_object(subject.value, subject.length, 0x03, &point) && point.length == 66) {
            BUF_MEM *copy = BUF_MEM_new();
            if (copy != NULL && BUF_MEM_grow(copy, 65))
                memcpy(copy->data, point.value + 1, 65);
            return copy;
        }
    return NULL;
}

int chip_authentication(struct reader *reader, EAC_CTX *session, const struct buffer *infos, uint8_t key,
                        const char **why, unsigned *status)
{
    static struct buffer data, inner, answer;
    BUF_MEM *chip = NULL, *mine = NULL;
    struct object dynamic, nonce, token;
    int done = 0;
    *status = 0;
    STEP("no key with this identifier in EF.CardSecurity", chip = public_key(infos, key));
    empty(&data);
    put_object(&data, 0x80, CA_AES_128, sizeof CA_AES_128);
    put_object(&data, 0x84, &key, 1);
    *status = send(reader, session, 0x22, 0x41, 0xA4, &data, 0, &answer);
    STEP("MSE:Set AT is refused", *status == 0x9000);
    STEP("libeac has no ephemeral key", mine = CA_STEP2_get_eph_pubkey(session));
    empty(&inner);
    empty(&data);
    put_object(&inner, 0x80, mine->data, mine->length);
    put_object(&data, DYNAMIC_DATA, inner.bytes, inner.length);
    *status = send(reader, session, 0x86, 0x00, 0x00, &data, 256, &answer);
    STEP("GENERAL AUTHENTICATE is refused", *status == 0x9000);
    STEP("no nonce or token", find_object(answer.bytes, answer.length, DYNAMIC_DATA, &dynamic) &&
                                  find_object(dynamic.value, dynamic.length, 0x81, &nonce) &&
                                  find_object(dynamic.value, dynamic.length, 0x82, &token));
    BUF_MEM their_nonce = { .data = (char *)nonce.value, .length = nonce.length, .max = nonce.length };
    BUF_MEM their_token = { .data = (char *)token.value, .length = token.length, .max = token.length };
    STEP("libeac computes no secret", CA_STEP4_compute_shared_secret(session, chip));
    STEP("libeac refuses the chip's token", CA_STEP6_derive_keys(session, &their_nonce, &their_token) == 1);
    STEP("libeac opens no channel", EAC_CTX_set_encryption_ctx(session, EAC_ID_CA));
    done = 1;
end:
    BUF_MEM_free(chip);
    BUF_MEM_free(mine);
    return done;
}
