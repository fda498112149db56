/* BER-TLV as far as ISO/IEC 7816-4 messages need it. */
#ifndef TLV_H
#define TLV_H

#include <stddef.h>
#include <stdint.h>

/* A growing message. `overflow` is set, and nothing written, when something does not fit. */
struct buffer {
    uint8_t bytes[70000];
    size_t length;
    int overflow;
};

/* Nothing in it, and no overflow. */
void empty(struct buffer *buffer);
void put(struct buffer *to, const void *bytes, size_t length);
void put_byte(struct buffer *to, uint8_t byte);
/* Tag of one or two bytes, definite length, value. */
void put_object(struct buffer *to, unsigned tag, const void *value, size_t length);

struct object {
    unsigned tag;
    const uint8_t *value;
    size_t length;
    /* where the object begins and how long it is with its header */
    const uint8_t *whole;
    size_t whole_length;
};

/* Takes the next object from *at; 1 if there is one, 0 at the end, -1 if it is broken. */
int next_object(const uint8_t **at, const uint8_t *end, struct object *found);
/* The first object with `tag` among those in `bytes`; 1 or 0. */
int find_object(const uint8_t *bytes, size_t length, unsigned tag, struct object *found);

/* "0A1B" to bytes; the number of bytes, or -1. */
int from_hex(const char *text, uint8_t *out, size_t room);

#endif
