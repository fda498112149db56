/* ISO secure messaging with AES (ICAO Doc 9303-11, 9.8) whose every cipher and MAC is libeac's; what is here is the layout. */
#ifndef MESSAGING_H
#define MESSAGING_H

#include "tlv.h"

#include <eac/eac.h>

/* A command taken apart. `ne` is 0 where no answer is expected, 256 and 65536 for zero fields. */
struct command {
    uint8_t header[4];
    const uint8_t *data;
    size_t length;
    size_t ne;
    int extended;
};

/* 1, or 0 where the lengths do not fit. */
int parse_command(const uint8_t *bytes, size_t length, struct command *command);
/* A short command where it fits, an extended one otherwise. */
void put_command(struct buffer *to, const struct command *command);

/* The host's side: protects `plain`, sends nothing. 1 or 0. */
int protect_command(EAC_CTX *session, const struct command *plain, struct buffer *out);
/* Checks and opens the protected answer to an instruction that is odd or not: data to `data`, the status that was
   protected to `status`. 1 or 0. */
int open_response(EAC_CTX *session, int odd, const uint8_t *answer, size_t length, struct buffer *data,
                  unsigned *status);

/* The card's side. The answer is 9000, or 6987 and 6988 as a card says them. `ne` of `plain` comes from DO 97. */
unsigned open_command(EAC_CTX *session, const struct command *sealed, struct command *plain, struct buffer *data);
int protect_response(EAC_CTX *session, int odd, const uint8_t *data, size_t length, unsigned status,
                     struct buffer *out);

#endif
