#include "messaging.h"

#include <string.h>

/* The data of an odd instruction are BER-TLV, and their cryptogram has no padding indicator (ISO/IEC 7816-4, 10.2). */
enum { SEALED = 0x87, SEALED_OBJECTS = 0x85, EXPECTED = 0x97, STATUS = 0x99, MAC = 0x8E };
enum { PADDED = 0x01, WHOLE_ANSWER = 256 };

int parse_command(const uint8_t *bytes, size_t length, struct command *command)
{
    memset(command, 0, sizeof *command);
    if (length < 4)
        return 0;
    memcpy(command->header, bytes, 4);
    const uint8_t *at = bytes + 4;
    size_t left = length - 4;
    if (left == 0)
        return 1;
    if (left == 1) {
        command->ne = at[0] ? at[0] : WHOLE_ANSWER;
        return 1;
    }
    if (at[0] != 0) {
        command->length = at[0];
        command->data = at + 1;
        if (left < 1 + command->length)
            return 0;
        left -= 1 + command->length;
        at = command->data + command->length;
        if (left == 1)
            command->ne = at[0] ? at[0] : WHOLE_ANSWER;
        return left <= 1;
    }
    command->extended = 1;
    if (left < 3)
        return 0;
    size_t first = (size_t)at[1] << 8 | at[2];
    at += 3;
    left -= 3;
    if (left > 0) {
        command->length = first;
        command->data = at;
        if (first == 0 || left < first)
            return 0;
        at += first;
        left -= first;
        if (left == 0)
            return 1;
        if (left != 2)
            return 0;
        first = (size_t)at[0] << 8 | at[1];
    }
    command->ne = first ? first : 65536;
    return 1;
}

void put_command(struct buffer *to, const struct command *command)
{
    int extended = command->length > 255 || command->ne > WHOLE_ANSWER;
    put(to, command->header, 4);
    if (extended)
        put_byte(to, 0);
    if (command->length > 0) {
        if (extended)
            put_byte(to, (uint8_t)(command->length >> 8));
        put_byte(to, (uint8_t)command->length);
        put(to, command->data, command->length);
    }
    if (command->ne > 0) {
        if (extended)
            put_byte(to, (uint8_t)(command->ne >> 8));
        put_byte(to, (uint8_t)command->ne);
    }
}

/* MAC over the counter and `parts`, padded as a whole. */
static BUF_MEM *mac_of(EAC_CTX *session, const struct buffer *parts)
{
    BUF_MEM plain = { .data = (char *)parts->bytes, .length = parts->length, .max = sizeof parts->bytes };
    BUF_MEM *padded = EAC_add_iso_pad(session, &plain);
    BUF_MEM *mac = padded ? EAC_authenticate(session, padded) : NULL;
    BUF_MEM_free(padded);
    return mac;
}

static int mac_is(EAC_CTX *session, const struct buffer *parts, const struct object *mac)
{
    BUF_MEM plain = { .data = (char *)parts->bytes, .length = parts->length, .max = sizeof parts->bytes };
    BUF_MEM given = { .data = (char *)mac->value, .length = mac->length, .max = mac->length };
    BUF_MEM *padded = EAC_add_iso_pad(session, &plain);
    int right = padded && EAC_verify_authentication(session, padded, &given) == 1;
    BUF_MEM_free(padded);
    return right;
}

static int put_sealed(EAC_CTX *session, int odd, const uint8_t *data, size_t length, struct buffer *to)
{
    static struct buffer value;
    BUF_MEM plain = { .data = (char *)data, .length = length, .max = length };
    BUF_MEM *padded = EAC_add_iso_pad(session, &plain);
    BUF_MEM *sealed = padded ? EAC_encrypt(session, padded) : NULL;
    int done = sealed != NULL;
    if (done) {
        empty(&value);
        if (!odd)
            put_byte(&value, PADDED);
        put(&value, sealed->data, sealed->length);
        put_object(to, odd ? SEALED_OBJECTS : SEALED, value.bytes, value.length);
    }
    BUF_MEM_clear_free(padded);
    BUF_MEM_free(sealed);
    return done;
}

static int open_sealed(EAC_CTX *session, const struct object *sealed, struct buffer *to)
{
    size_t indicator = sealed->tag == SEALED ? 1 : 0, length = sealed->length - indicator;
    if (sealed->length < 16 + indicator || length % 16 != 0 || (indicator && sealed->value[0] != PADDED))
        return 0;
    BUF_MEM cipher = { .data = (char *)sealed->value + indicator, .length = length, .max = length };
    BUF_MEM *padded = EAC_decrypt(session, &cipher);
    BUF_MEM *plain = padded ? EAC_remove_iso_pad(padded) : NULL;
    int done = plain != NULL;
    if (done)
        put(to, plain->data, plain->length);
    BUF_MEM_clear_free(padded);
    BUF_MEM_clear_free(plain);
    return done;
}

/* The header counts as a padded block of its own. */
static void put_padded_header(struct buffer *to, const uint8_t header[4])
{
    static const uint8_t padding[12] = { 0x80 };
    put(to, header, 4);
    put(to, padding, sizeof padding);
}

int protect_command(EAC_CTX *session, const struct command *plain, struct buffer *out)
{
    static struct buffer body, covered;
    empty(&body);
    empty(&covered);
    struct command sealed = { .ne = WHOLE_ANSWER };
    memcpy(sealed.header, plain->header, 4);
    sealed.header[0] |= 0x0C;
    if (!EAC_increment_ssc(session))
        return 0;
    if (plain->length > 0 && !put_sealed(session, plain->header[1] & 1, plain->data, plain->length, &body))
        return 0;
    if (plain->ne > 0) {
        uint8_t two[2] = { (uint8_t)(plain->ne >> 8), (uint8_t)plain->ne };
        int extended = plain->ne > WHOLE_ANSWER;
        put_object(&body, EXPECTED, extended ? two : two + 1, extended ? 2 : 1);
        if (extended)
            sealed.ne = 65536;
    }
    put_padded_header(&covered, sealed.header);
    put(&covered, body.bytes, body.length);
    /* A command without objects has only its header under the MAC, and that is whole already. */
    if (body.length == 0)
        covered.length = 4;
    BUF_MEM *mac = mac_of(session, &covered);
    if (mac == NULL)
        return 0;
    put_object(&body, MAC, mac->data, mac->length);
    BUF_MEM_free(mac);
    sealed.data = body.bytes;
    sealed.length = body.length;
    put_command(out, &sealed);
    return !out->overflow;
}

int open_response(EAC_CTX *session, int odd, const uint8_t *answer, size_t length, struct buffer *data,
                  unsigned *status)
{
    static struct buffer covered;
    empty(&covered);
    if (length < 2 || !EAC_increment_ssc(session))
        return 0;
    const uint8_t *at = answer, *end = answer + length - 2;
    struct object object, sealed = { 0 }, inner = { 0 }, mac = { 0 };
    int more;
    while ((more = next_object(&at, end, &object)) == 1) {
        if (object.tag == MAC) {
            mac = object;
            break;
        }
        if (object.tag == (odd ? SEALED_OBJECTS : SEALED) && sealed.value == NULL && inner.value == NULL)
            sealed = object;
        else if (object.tag == STATUS && inner.value == NULL)
            inner = object;
        else
            return 0;
        put(&covered, object.whole, object.whole_length);
    }
    if (more != 1 || at != end || mac.length != 8 || inner.length != 2)
        return 0;
    if (!mac_is(session, &covered, &mac) || memcmp(inner.value, end, 2) != 0)
        return 0;
    *status = (unsigned)inner.value[0] << 8 | inner.value[1];
    return sealed.value == NULL || open_sealed(session, &sealed, data);
}

unsigned open_command(EAC_CTX *session, const struct command *sealed, struct command *plain, struct buffer *data)
{
    static struct buffer covered;
    empty(&covered);
    empty(data);
    const uint8_t *at = sealed->data, *end = sealed->data + sealed->length;
    struct object object, cryptogram = { 0 }, expected = { 0 }, mac = { 0 };
    if (!EAC_increment_ssc(session))
        return 0x6F00;
    put_padded_header(&covered, sealed->header);
    while (next_object(&at, end, &object) == 1) {
        if (object.tag == MAC) {
            mac = object;
            break;
        }
        if (object.tag == (sealed->header[1] & 1 ? SEALED_OBJECTS : SEALED))
            cryptogram = object;
        else if (object.tag == EXPECTED)
            expected = object;
        put(&covered, object.whole, object.whole_length);
    }
    if (mac.value == NULL || at != end)
        return 0x6987;
    if (covered.length == 16)
        covered.length = 4;
    if (mac.length != 8 || !mac_is(session, &covered, &mac))
        return 0x6988;
    if (cryptogram.value != NULL && !open_sealed(session, &cryptogram, data))
        return 0x6988;
    memset(plain, 0, sizeof *plain);
    memcpy(plain->header, sealed->header, 4);
    plain->header[0] &= 0xF3;
    plain->data = data->bytes;
    plain->length = data->length;
    if (expected.length == 1)
        plain->ne = expected.value[0] ? expected.value[0] : WHOLE_ANSWER;
    else if (expected.length == 2) {
        plain->ne = (size_t)expected.value[0] << 8 | expected.value[1];
        plain->ne = plain->ne ? plain->ne : 65536;
        plain->extended = 1;
    }
    return 0x9000;
}

int protect_response(EAC_CTX *session, int odd, const uint8_t *data, size_t length, unsigned status, struct buffer *out)
{
    uint8_t two[2] = { (uint8_t)(status >> 8), (uint8_t)status };
    empty(out);
    if (!EAC_increment_ssc(session))
        return 0;
    if (length > 0 && !put_sealed(session, odd, data, length, out))
        return 0;
    put_object(out, STATUS, two, 2);
    BUF_MEM *mac = mac_of(session, out);
    if (mac == NULL)
        return 0;
    put_object(out, MAC, mac->data, mac->length);
    BUF_MEM_free(mac);
    put(out, two, 2);
    return !out->overflow;
}
