/* A PC/SC reader, through pcsc-lite's own library. */
#ifndef READER_H
#define READER_H

#include "messaging.h"
#include "tlv.h"

#include <winscard.h>

struct reader {
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
};

/* Opens the card in the reader of that name, for this program alone. 1, or 0 with the reason on stderr. */
int open_reader(struct reader *reader, const char *name);
/* Power off and on. */
int cold_reset(struct reader *reader);
void close_reader(struct reader *reader);

/* Sends `command`; data of the answer go to `data`, the status word is returned, 0 where the reader failed. */
unsigned transmit(struct reader *reader, const struct buffer *command, struct buffer *data);
/* The same under secure messaging; a naked or broken answer counts as 0. */
unsigned transmit_sealed(struct reader *reader, EAC_CTX *session, const struct command *plain, struct buffer *data);
/* The longest answer since the reader was opened. */
size_t longest_answer(void);

#endif
