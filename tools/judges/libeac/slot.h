/* The card's end of a slot of vpcd, the virtual reader of pcscd: each message is a length of two bytes and a body; a body
   of one byte is a control, a longer one a command. */
#ifndef SLOT_H
#define SLOT_H

#include "tlv.h"

enum slot_event { SLOT_CLOSED, SLOT_POWER_OFF, SLOT_POWER_ON, SLOT_RESET, SLOT_ASKS_ATR, SLOT_COMMAND };

/* Connects to vpcd on this port of the loopback interface: a card is put in. The socket, or -1. */
int put_into_slot(int port);
/* Waits for what the reader wants; a command lies in `command` then. */
enum slot_event next_event(int socket, struct buffer *command);
/* 1, or 0 where the reader is gone. */
int answer_slot(int socket, const uint8_t *bytes, size_t length);

#endif
