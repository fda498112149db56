#include "tlv.h"

#include <stdio.h>
#include <string.h>

void put(struct buffer *to, const void *bytes, size_t length)
{
    if (to->overflow || length > sizeof to->bytes - to->length) {
        to->overflow = 1;
        return;
    }
    if (length > 0)
        memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

void empty(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->overflow = 0;
}

void put_byte(struct buffer *to, uint8_t byte)
{
    put(to, &byte, 1);
}

void put_object(struct buffer *to, unsigned tag, const void *value, size_t length)
{
    if (tag > 0xFF)
        put_byte(to, (uint8_t)(tag >> 8));
    put_byte(to, (uint8_t)tag);
    if (length > 0xFFFF) {
        to->overflow = 1;
        return;
    }
    if (length > 0xFF) {
        put_byte(to, 0x82);
        put_byte(to, (uint8_t)(length >> 8));
    } else if (length > 0x7F) {
        put_byte(to, 0x81);
    }
    put_byte(to, (uint8_t)length);
    put(to, value, length);
}

int next_object(const uint8_t **at, const uint8_t *end, struct object *found)
{
    const uint8_t *here = *at;
    size_t left = (size_t)(end - here);
    if (left == 0)
        return 0;
    memset(found, 0, sizeof *found);
    found->whole = here;
    found->tag = *here++;
    if ((found->tag & 0x1F) == 0x1F) {
        if (here == end || (*here & 0x80))
            return -1;
        found->tag = found->tag << 8 | *here++;
    }
    if (here == end)
        return -1;
    size_t length = *here++;
    if (length > 0x80 && length <= 0x83) {
        size_t more = length & 0x7F;
        if ((size_t)(end - here) < more)
            return -1;
        for (length = 0; more > 0; more--)
            length = length << 8 | *here++;
    } else if (length >= 0x80) {
        return -1;
    }
    if ((size_t)(end - here) < length)
        return -1;
    found->value = here;
    found->length = length;
    *at = here + length;
    found->whole_length = (size_t)(*at - found->whole);
    return 1;
}

int find_object(const uint8_t *bytes, size_t length, unsigned tag, struct object *found)
{
    const uint8_t *at = bytes, *end = bytes + length;
    while (next_object(&at, end, found) == 1)
        if (found->tag == tag)
            return 1;
    return 0;
}

int from_hex(const char *text, uint8_t *out, size_t room)
{
    size_t digits = strlen(text);
    if (digits % 2 != 0 || digits / 2 > room)
        return -1;
    for (size_t i = 0; i < digits / 2; i++) {
        unsigned byte;
        if (strspn(text + 2 * i, "0123456789abcdefABCDEF") < 2 || sscanf(text + 2 * i, "%2x", &byte) != 1)
            return -1;
        out[i] = (uint8_t)byte;
    }
    return (int)(digits / 2);
}
