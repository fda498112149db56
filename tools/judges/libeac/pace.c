#include "pace.h"

#include <string.h>

const uint8_t PACE_AES_128[10] = { 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02 };
const uint8_t PACE_AES_256[10] = { 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x04 };

/* Standardised domain parameters: NIST P-256. */
enum { P_256 = 12, DYNAMIC_DATA = 0x7C };

int protocol_of(const uint8_t *identifier, size_t length)
{
    if (length != 10)
        return 0;
    if (memcmp(identifier, PACE_AES_128, 10) == 0)
        return NID_id_PACE_ECDH_GM_AES_CBC_CMAC_128;
    if (memcmp(identifier, PACE_AES_256, 10) == 0)
        return NID_id_PACE_ECDH_GM_AES_CBC_CMAC_256;
    return 0;
}

static BUF_MEM *copy_of(const uint8_t *bytes, size_t length)
{
    BUF_MEM *copy = BUF_MEM_new();
    if (copy != NULL && BUF_MEM_grow(copy, length))
        memcpy(copy->data, bytes, length);
    return copy;
}

static void keep_name(const struct object *dynamic, unsigned tag, char name[17])
{
    struct object found;
    if (find_object(dynamic->value, dynamic->length, tag, &found) && found.length <= 16) {
        memcpy(name, found.value, found.length);
        name[found.length] = 0;
    }
}

/* One GENERAL AUTHENTICATE: sends `tag` (none if 0) and returns the object `wanted` of the answer. */
static BUF_MEM *authenticate_step(struct reader *reader, int last, unsigned tag, const BUF_MEM *value, unsigned wanted,
                                  struct terminal_pace *terminal, unsigned *status)
{
    static struct buffer inner, outer, command, answer;
    empty(&inner);
    empty(&outer);
    empty(&command);
    empty(&answer);
    if (tag != 0)
        put_object(&inner, tag, value->data, value->length);
    put_object(&outer, DYNAMIC_DATA, inner.bytes, inner.length);
    struct command plain = { .header = { last ? 0x00 : 0x10, 0x86, 0x00, 0x00 }, .ne = 256 };
    plain.data = outer.bytes;
    plain.length = outer.length;
    put_command(&command, &plain);
    *status = transmit(reader, &command, &answer);
    struct object dynamic, found;
    if (*status != 0x9000 || !find_object(answer.bytes, answer.length, DYNAMIC_DATA, &dynamic) ||
        !find_object(dynamic.value, dynamic.length, wanted, &found))
        return NULL;
    if (last && terminal != NULL) {
        keep_name(&dynamic, 0x87, terminal->trust_point);
        keep_name(&dynamic, 0x88, terminal->former_trust_point);
    }
    return copy_of(found.value, found.length);
}

/* Makes `protocol`, if EF.CardAccess offers it, the current one. libeac keeps one entry a parameter identifier, the last:
   of two ciphers on one curve it forgets the first, which is then made by hand. */
static int choose(EAC_CTX *context, const uint8_t *card_access, size_t length, const uint8_t identifier[10])
{
    int protocol = protocol_of(identifier, 10);
    OPENSSL_STACK *offered = (OPENSSL_STACK *)context->pace_ctxs;
    if (memmem(card_access, length, identifier, 10) == NULL)
        return 0;
    for (int i = 0; i < OPENSSL_sk_num(offered); i++) {
        PACE_CTX *one = OPENSSL_sk_value(offered, i);
        if (one->protocol == protocol) {
            context->pace_ctx = one;
            return 1;
        }
    }
    return EAC_CTX_init_pace(context, protocol, P_256);
}

/* The parameter identifier may be left out where there is one set of domain parameters (ICAO Doc 9303-11, 4.4.4.1), as on our
   cards. Hosts differ: this one names it with AES-256 and not with AES-128. */
static unsigned set_template(struct reader *reader, const uint8_t protocol[10], enum s_type type,
                             const struct terminal_pace *terminal)
{
    static struct buffer data, command, answer;
    empty(&data);
    empty(&command);
    empty(&answer);
    uint8_t password = (uint8_t)(type == PACE_MRZ ? 1 : type == PACE_PIN ? 3 : type == PACE_PUK ? 4 : 2), parameter = P_256;
    put_object(&data, 0x80, protocol, 10);
    put_object(&data, 0x83, &password, 1);
    if (memcmp(protocol, PACE_AES_256, 10) == 0)
        put_object(&data, 0x84, &parameter, 1);
    if (terminal != NULL)
        put(&data, terminal->template, terminal->length);
    struct command plain = { .header = { 0x00, 0x22, 0xC1, 0xA4 }, .data = data.bytes, .length = data.length };
    put_command(&command, &plain);
    return transmit(reader, &command, &answer);
}

EAC_CTX *pace_with_card(struct reader *reader, const uint8_t *card_access, size_t length, const uint8_t protocol[10],
                        const struct password *password, const char **why, unsigned *status)
{
    return pace_as_terminal(reader, card_access, length, protocol, password, NULL, why, status);
}

EAC_CTX *pace_as_terminal(struct reader *reader, const uint8_t *card_access, size_t length, const uint8_t protocol[10],
                          const struct password *password, struct terminal_pace *terminal, const char **why,
                          unsigned *status)
{
    EAC_CTX *context = EAC_CTX_new();
    PACE_SEC *secret = PACE_SEC_new(password->text, strlen(password->text), password->type);
    BUF_MEM *nonce = NULL, *mine = NULL, *theirs = NULL, *key = NULL, *their_key = NULL, *token = NULL,
            *their_token = NULL;
    int done = 0;
#define STEP(what, condition)  \
    do {                       \
        *why = what;           \
        if (!(condition))      \
            goto end;          \
    } while (0)
    *status = 0;
    STEP("libeac takes no such password", context && secret);
    STEP("libeac cannot read EF.CardAccess", EAC_CTX_init_ef_cardaccess(card_access, length, context));
    STEP("EF.CardAccess does not offer the protocol", choose(context, card_access, length, protocol));
    *status = set_template(reader, protocol, password->type, terminal);
    STEP("MSE:Set AT is refused", *status == 0x9000 || (*status & 0xFFF0) == 0x63C0);
    STEP("no nonce", nonce = authenticate_step(reader, 0, 0, NULL, 0x80, terminal, status));
    STEP("libeac cannot decrypt the nonce", PACE_STEP2_dec_nonce(context, secret, nonce));
    STEP("libeac makes no mapping data", mine = PACE_STEP3A_generate_mapping_data(context));
    STEP("no mapping data", theirs = authenticate_step(reader, 0, 0x81, mine, 0x82, terminal, status));
    STEP("libeac refuses the mapping data", PACE_STEP3A_map_generator(context, theirs));
    STEP("libeac makes no ephemeral key", key = PACE_STEP3B_generate_ephemeral_key(context));
    STEP("no ephemeral key", their_key = authenticate_step(reader, 0, 0x83, key, 0x84, terminal, status));
    STEP("libeac refuses the ephemeral key", PACE_STEP3B_compute_shared_secret(context, their_key));
    STEP("libeac derives no keys", PACE_STEP3C_derive_keys(context));
    STEP("libeac makes no token", token = PACE_STEP3D_compute_authentication_token(context, their_key));
    STEP("no token", their_token = authenticate_step(reader, 1, 0x85, token, 0x86, terminal, status));
    STEP("libeac refuses the card's token", PACE_STEP3D_verify_authentication_token(context, their_token) == 1);
    STEP("libeac opens no channel", EAC_CTX_set_encryption_ctx(context, EAC_ID_PACE));
#undef STEP
    done = 1;
    if (terminal != NULL) {
        terminal->card_key = their_key;
        their_key = NULL;
    }
end:
    BUF_MEM_free(nonce);
    BUF_MEM_free(mine);
    BUF_MEM_free(theirs);
    BUF_MEM_free(key);
    BUF_MEM_free(their_key);
    BUF_MEM_free(token);
    BUF_MEM_free(their_token);
    PACE_SEC_clear_free(secret);
    if (!done) {
        EAC_CTX_clear_free(context);
        return NULL;
    }
    return context;
}

int pace_card_begin(struct pace_card *pace, const uint8_t *protocol, size_t length, const struct password *password)
{
    pace_card_end(pace);
    int known = protocol_of(protocol, length);
    if (known == 0)
        return 0;
    pace->context = EAC_CTX_new();
    pace->password = PACE_SEC_new(password->text, strlen(password->text), password->type);
    if (pace->context && pace->password && EAC_CTX_init_pace(pace->context, known, P_256))
        return 1;
    pace_card_end(pace);
    return 0;
}

/* The answer to one step, or NULL with the status word that says why not. */
static BUF_MEM *card_answer(struct pace_card *pace, const BUF_MEM *in, unsigned *status)
{
    EAC_CTX *context = pace->context;
    BUF_MEM *out = NULL;
    *status = 0x6A80;
    switch (pace->step) {
    case 0:
        return PACE_STEP1_enc_nonce(context, pace->password);
    case 1:
        out = PACE_STEP3A_generate_mapping_data(context);
        if (out && PACE_STEP3A_map_generator(context, in))
            return out;
        break;
    case 2:
        out = PACE_STEP3B_generate_ephemeral_key(context);
        if (out && PACE_STEP3B_compute_shared_secret(context, in) && PACE_STEP3C_derive_keys(context) &&
            (pace->other_key = copy_of((const uint8_t *)in->data, in->length)) != NULL &&
            (pace->own_key = copy_of((const uint8_t *)out->data, out->length)) != NULL)
            return out;
        break;
    case 3:
        *status = 0x6300;
        out = PACE_STEP3D_compute_authentication_token(context, pace->other_key);
        if (out && PACE_STEP3D_verify_authentication_token(context, in) == 1 &&
            EAC_CTX_set_encryption_ctx(context, EAC_ID_PACE))
            return out;
        break;
    }
    BUF_MEM_free(out);
    return NULL;
}

unsigned pace_card_step(struct pace_card *pace, const uint8_t *data, size_t length, struct buffer *answer)
{
    static const unsigned asked[] = { 0, 0x81, 0x83, 0x85 }, given[] = { 0x80, 0x82, 0x84, 0x86 };
    static struct buffer inner;
    struct object dynamic, found = { 0 };
    unsigned status = 0x6985;
    BUF_MEM *out = NULL;
    if (pace->context != NULL && pace->step < 4) {
        status = 0x6A80;
        unsigned wanted = asked[pace->step];
        if (find_object(data, length, DYNAMIC_DATA, &dynamic) &&
            (wanted == 0 ? dynamic.length == 0 : find_object(dynamic.value, dynamic.length, wanted, &found))) {
            BUF_MEM in = { .data = (char *)found.value, .length = found.length, .max = found.length };
            out = card_answer(pace, &in, &status);
        }
    }
    if (out == NULL) {
        pace_card_end(pace);
        return status;
    }
    empty(&inner);
    empty(answer);
    put_object(&inner, given[pace->step], out->data, out->length);
    if (pace->step == 3 && pace->trust_point != NULL)
        put_object(&inner, 0x87, pace->trust_point, strlen(pace->trust_point));
    put_object(answer, DYNAMIC_DATA, inner.bytes, inner.length);
    BUF_MEM_free(out);
    pace->step++;
    return 0x9000;
}

void pace_card_end(struct pace_card *pace)
{
    EAC_CTX_clear_free(pace->context);
    PACE_SEC_clear_free(pace->password);
    BUF_MEM_free(pace->other_key);
    BUF_MEM_free(pace->own_key);
    memset(pace, 0, sizeof *pace);
}
