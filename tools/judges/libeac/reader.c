#include "reader.h"

#include <stdio.h>

static size_t longest;

static int done(const char *what, LONG result)
{
    if (result != SCARD_S_SUCCESS)
        fprintf(stderr, "libeac judge: %s: %s\n", what, pcsc_stringify_error(result));
    return result == SCARD_S_SUCCESS;
}

int open_reader(struct reader *reader, const char *name)
{
    longest = 0;
    return done("the PC/SC daemon", SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &reader->context)) &&
           done("the card", SCardConnect(reader->context, name, SCARD_SHARE_EXCLUSIVE,
                                         SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &reader->card, &reader->protocol));
}

int cold_reset(struct reader *reader)
{
    return done("reset", SCardReconnect(reader->card, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                                        SCARD_UNPOWER_CARD, &reader->protocol));
}

void close_reader(struct reader *reader)
{
    SCardDisconnect(reader->card, SCARD_RESET_CARD);
    SCardReleaseContext(reader->context);
}

unsigned transmit(struct reader *reader, const struct buffer *command, struct buffer *data)
{
    DWORD length = sizeof data->bytes;
    const SCARD_IO_REQUEST *protocol = reader->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    empty(data);
    if (!done("transmit", SCardTransmit(reader->card, protocol, command->bytes, command->length, NULL, data->bytes,
                                        &length)) ||
        length < 2)
        return 0;
    if (length > longest)
        longest = length;
    data->length = length - 2;
    return (unsigned)data->bytes[length - 2] << 8 | data->bytes[length - 1];
}

unsigned transmit_sealed(struct reader *reader, EAC_CTX *session, const struct command *plain, struct buffer *data)
{
    static struct buffer command, answer;
    empty(&command);
    empty(&answer);
    empty(data);
    if (!protect_command(session, plain, &command))
        return 0;
    unsigned outer = transmit(reader, &command, &answer), inner = 0;
    if (outer == 0 || answer.length == 0)
        return 0;
    put_byte(&answer, (uint8_t)(outer >> 8));
    put_byte(&answer, (uint8_t)outer);
    return open_response(session, plain->header[1] & 1, answer.bytes, answer.length, data, &inner) ? inner : 0;
}

size_t longest_answer(void)
{
    return longest;
}
