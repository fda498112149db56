#include "slot.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int put_into_slot(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    if (handle < 0)
        return -1;
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(handle, (struct sockaddr *)&address, sizeof address) != 0) {
        close(handle);
        return -1;
    }
    return handle;
}

/* vpcd writes length and body apart: without TCP_QUICKACK the body waits 40 ms for an acknowledgement. */
static int read_all(int handle, uint8_t *to, size_t length)
{
    int yes = 1;
    while (length > 0) {
        setsockopt(handle, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
        ssize_t count = read(handle, to, length);
        if (count <= 0)
            return 0;
        to += count;
        length -= (size_t)count;
    }
    return 1;
}

enum slot_event next_event(int handle, struct buffer *command)
{
    uint8_t length[2];
    for (;;) {
        if (!read_all(handle, length, 2))
            return SLOT_CLOSED;
        command->length = (size_t)length[0] << 8 | length[1];
        if (!read_all(handle, command->bytes, command->length))
            return SLOT_CLOSED;
        if (command->length > 1)
            return SLOT_COMMAND;
        if (command->length == 0)
            continue;
        switch (command->bytes[0]) {
        case 0x00:
            return SLOT_POWER_OFF;
        case 0x01:
            return SLOT_POWER_ON;
        case 0x02:
            return SLOT_RESET;
        case 0x04:
            return SLOT_ASKS_ATR;
        }
    }
}

int answer_slot(int handle, const uint8_t *bytes, size_t length)
{
    static uint8_t message[2 + 0xFFFF];
    if (length > 0xFFFF)
        return 0;
    message[0] = (uint8_t)(length >> 8);
    message[1] = (uint8_t)length;
    memcpy(message + 2, bytes, length);
    return write(handle, message, length + 2) == (ssize_t)(length + 2);
}
