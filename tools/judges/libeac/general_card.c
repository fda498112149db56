#include "general_card.h"

#include <eac/ca.h>
#include <eac/ta.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

enum { P_256 = 12, DYNAMIC_DATA = 0x7C };

static BUF_MEM *copy_of(const struct object *object)
{
    BUF_MEM *copy = BUF_MEM_new();
    if (copy != NULL && BUF_MEM_grow(copy, object->length))
        memcpy(copy->data, object->value, object->length);
    return copy;
}

/* The private key alone, as libeac takes it: 32 bytes; and the point. */
static int set_chip_key(EAC_CTX *context, const char *path)
{
    static uint8_t file[4096];
    uint8_t number[32], *point = NULL;
    long length = load_file(path, file, sizeof file);
    const unsigned char *at = file;
    EVP_PKEY *key = length > 0 ? d2i_AutoPrivateKey(NULL, &at, length) : NULL;
    const EC_KEY *ec = key ? EVP_PKEY_get0_EC_KEY(key) : NULL;
    size_t size = ec ? EC_KEY_key2buf(ec, POINT_CONVERSION_UNCOMPRESSED, &point, NULL) : 0;
    int done = size == 65 && BN_bn2binpad(EC_KEY_get0_private_key(ec), number, sizeof number) == sizeof number &&
               EAC_CTX_init_ca(context, NID_id_CA_ECDH_AES_CBC_CMAC_128, P_256) &&
               CA_set_key(context, number, sizeof number, point, size);
    OPENSSL_free(point);
    EVP_PKEY_free(key);
    return done;
}

int general_card_begin(EAC_CTX *context, const struct settings *settings)
{
    static uint8_t file[4096];
    if (settings->cvca[0] == 0)
        return 1;
    long length = load_file(settings->cvca, file, sizeof file);
    return length > 0 && EAC_CTX_init_ta(context, NULL, 0, file, (size_t)length) && set_chip_key(context, settings->key);
}

static unsigned verify_certificate(EAC_CTX *context, const struct command *command)
{
    static struct buffer whole;
    empty(&whole);
    put_object(&whole, 0x7F21, command->data, command->length);
    return TA_STEP2_import_certificate(context, whole.bytes, whole.length) == 1 ? 0x9000 : 0x6300;
}

static unsigned set_terminal(struct general_card *general, const struct command *command)
{
    struct object ephemeral;
    if (!find_object(command->data, command->length, 0x91, &ephemeral))
        return 0x6A80;
    BUF_MEM_free(general->ephemeral);
    general->ephemeral = copy_of(&ephemeral);
    return 0x9000;
}

static unsigned challenge(struct general_card *general, EAC_CTX *context, struct buffer *answer)
{
    BUF_MEM *nonce = TA_STEP4_get_nonce(context);
    if (nonce == NULL)
        return 0x6F00;
    put(answer, nonce->data, nonce->length);
    BUF_MEM_free(nonce);
    general->challenged = 1;
    return 0x9000;
}

static unsigned external_authenticate(struct general_card *general, struct pace_card *pace, const struct command *command)
{
    if (general->ephemeral == NULL || !general->challenged)
        return 0x6985;
    general->challenged = 0;
    BUF_MEM *own = EAC_Comp(pace->context, EAC_ID_PACE, pace->own_key);
    BUF_MEM signature = { .data = (char *)command->data, .length = command->length, .max = command->length };
    general->authenticated = own && TA_STEP6_verify(pace->context, general->ephemeral, own, NULL, &signature) == 1;
    BUF_MEM_free(own);
    return general->authenticated ? 0x9000 : 0x6300;
}

static unsigned agree(struct general_card *general, EAC_CTX *context, const struct command *command, struct buffer *answer)
{
    static struct buffer inner;
    struct object dynamic, key;
    BUF_MEM *nonce = NULL, *token = NULL;
    if (!find_object(command->data, command->length, DYNAMIC_DATA, &dynamic) ||
        !find_object(dynamic.value, dynamic.length, 0x80, &key))
        return 0x6A80;
    BUF_MEM theirs = { .data = (char *)key.value, .length = key.length, .max = key.length };
    if (CA_STEP3_check_pcd_pubkey(context, general->ephemeral, &theirs) != 1)
        return 0x6300;
    if (!CA_STEP4_compute_shared_secret(context, &theirs) || !CA_STEP5_derive_keys(context, &theirs, &nonce, &token))
        return 0x6A80;
    empty(&inner);
    put_object(&inner, 0x81, nonce->data, nonce->length);
    put_object(&inner, 0x82, token->data, token->length);
    put_object(answer, DYNAMIC_DATA, inner.bytes, inner.length);
    BUF_MEM_free(nonce);
    BUF_MEM_free(token);
    general->chip_done = 1;
    return 0x9000;
}

unsigned general_card_step(struct general_card *general, struct pace_card *pace, const struct command *command,
                           struct buffer *answer)
{
    if (!general->with_template)
        return 0x6982;
    switch ((unsigned)command->header[1] << 16 | (unsigned)command->header[2] << 8 | command->header[3]) {
    case 0x2281B6:
        return 0x9000;
    case 0x2A00BE:
        return verify_certificate(pace->context, command);
    case 0x2281A4:
        return set_terminal(general, command);
    case 0x840000:
        return challenge(general, pace->context, answer);
    case 0x820000:
        return external_authenticate(general, pace, command);
    case 0x2241A4:
        general->chip_set = general->authenticated;
        return general->authenticated ? 0x9000 : 0x6985;
    case 0x860000:
        return general->chip_set ? agree(general, pace->context, command, answer) : 0x6985;
    }
    return 0x6A86;
}

void general_card_answered(struct general_card *general, EAC_CTX *context)
{
    if (!general->chip_done)
        return;
    general->chip_done = 0;
    general->granted = EAC_CTX_set_encryption_ctx(context, EAC_ID_CA);
}

void general_card_end(struct general_card *general)
{
    BUF_MEM_free(general->ephemeral);
    memset(general, 0, sizeof *general);
}

unsigned active_authentication(const struct settings *settings, const struct command *command, struct buffer *answer)
{
    static uint8_t file[4096];
    uint8_t der[80], pair[64];
    size_t size = sizeof der;
    const unsigned char *at = file, *signed_at = der;
    long length = settings->aa_key[0] ? load_file(settings->aa_key, file, sizeof file) : -1;
    EVP_PKEY *key = length > 0 ? d2i_AutoPrivateKey(NULL, &at, length) : NULL;
    if (key == NULL)
        return 0x6D00;
    if (command->length != 8) {
        EVP_PKEY_free(key);
        return 0x6700;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ECDSA_SIG *signature = NULL;
    if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestSign(context, der, &size, command->data, command->length) == 1)
        signature = d2i_ECDSA_SIG(NULL, &signed_at, (long)size);
    int done = signature != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(signature), pair, 32) == 32 &&
               BN_bn2binpad(ECDSA_SIG_get0_s(signature), pair + 32, 32) == 32;
    if (done)
        put(answer, pair, sizeof pair);
    ECDSA_SIG_free(signature);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return done ? 0x9000 : 0x6F00;
}
