/*
 * The driver of the pretended USB readers: an IFD handler for pcscd (interface version 3).
 *
 * pcscd opens a device by the name "usb:VVVV/PPPP:libudev:0:/dev/bus/usb/BBB/DDD". A card connects to the TCP port
 * 36000 + BBB of the loopback interface and speaks vpcd's protocol. The device is there as long as
 * /sys/bus/usb/devices/B-1/devnum says DDD; every call fails with "no such device" afterwards, also one under way, as a
 * driver of a real reader fails when the plug is pulled. While B-1/hang exists no call returns. B-1/commands-left, if it
 * exists, counts the commands down: the plug is pulled when the last one has reached the card and is not answered yet.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ifdhandler.h>

#define FIRST_PORT 36000
#define MOST_READERS 16
/* how often a call under way looks whether the device is still there */
#define LOOK_MS 10

enum { POWER_OFF = 0, POWER_ON = 1, RESET = 2, GET_ATR = 4 };

static struct reader {
	int open, bus, device;
	int door, card; /* sockets; -1: none */
	unsigned char atr[MAX_ATR_SIZE];
	DWORD atr_length;
} readers[MOST_READERS];

static struct reader *reader_of(DWORD lun)
{
	DWORD number = lun >> 16;

	return number < MOST_READERS && readers[number].open ? &readers[number] : NULL;
}

static FILE *open_attribute(const struct reader *reader, const char *name, const char *mode)
{
	char path[64];

	snprintf(path, sizeof path, "/sys/bus/usb/devices/%d-1/%s", reader->bus, name);
	return fopen(path, mode);
}

/* A number of the device; -1: there is none. */
static int attribute(const struct reader *reader, const char *name)
{
	int value = -1;
	FILE *file = open_attribute(reader, name, "r");

	if (!file)
		return -1;
	if (fscanf(file, "%d", &value) != 1)
		value = -1;
	fclose(file);
	return value;
}

static int is_plugged(const struct reader *reader)
{
	return attribute(reader, "devnum") == reader->device && attribute(reader, "commands-left") != 0;
}

static void count_down(const struct reader *reader)
{
	int left = attribute(reader, "commands-left");
	FILE *file = left > 0 ? open_attribute(reader, "commands-left", "r+") : NULL;

	if (!file)
		return;
	/* as wide as before: it is never empty for who reads it meanwhile */
	fprintf(file, "%08d\n", left - 1);
	fclose(file);
}

/* Returns when the device may answer: not while it is to hang. 0: it is gone. */
static int may_answer(const struct reader *reader)
{
	char path[64];

	snprintf(path, sizeof path, "/sys/bus/usb/devices/%d-1/hang", reader->bus);
	while (is_plugged(reader)) {
		if (access(path, F_OK) != 0)
			return 1;
		usleep(LOOK_MS * 1000);
	}
	return 0;
}

static void eject(struct reader *reader)
{
	if (reader->card >= 0)
		close(reader->card);
	reader->card = -1;
	reader->atr_length = 0;
}

static int send_all(struct reader *reader, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(reader->card, bytes, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return 0;
		bytes += sent;
		length -= (size_t) sent;
	}
	return 1;
}

/* One message to the card. */
static int tell(struct reader *reader, const unsigned char *body, size_t length)
{
	static unsigned char message[MOST_READERS][2 + 0xFFFF];
	unsigned char *out = message[reader - readers];

	out[0] = (unsigned char) (length >> 8);
	out[1] = (unsigned char) length;
	memcpy(out + 2, body, length);
	return send_all(reader, out, length + 2);
}

static int receive_all(struct reader *reader, unsigned char *bytes, size_t length)
{
	while (length > 0) {
		struct pollfd socket = { .fd = reader->card, .events = POLLIN };
		int ready = poll(&socket, 1, LOOK_MS);
		ssize_t got;

		if (!may_answer(reader) || ready < 0)
			return 0;
		if (ready == 0)
			continue;
		got = recv(reader->card, bytes, length, 0);
		if (got <= 0)
			return 0;
		bytes += got;
		length -= (size_t) got;
	}
	return 1;
}

/* One message from the card, of at most `room` bytes; -1: there is none. */
static long hear(struct reader *reader, unsigned char *body, size_t room)
{
	unsigned char header[2];
	size_t length;

	if (!receive_all(reader, header, 2))
		return -1;
	length = (size_t) header[0] << 8 | header[1];
	if (length > room || !receive_all(reader, body, length))
		return -1;
	return (long) length;
}

static RESPONSECODE lost(struct reader *reader)
{
	eject(reader);
	return is_plugged(reader) ? IFD_COMMUNICATION_ERROR : IFD_NO_SUCH_DEVICE;
}

/* The device in this socket was unplugged, but its channel is not closed yet. */
static void free_port(int bus)
{
	int number;

	for (number = 0; number < MOST_READERS; number++) {
		struct reader *reader = &readers[number];

		if (reader->open && reader->bus == bus && reader->door >= 0) {
			close(reader->door);
			reader->door = -1;
		}
	}
}

/* Whether there is a card; reads its answer-to-reset. */
static int look(struct reader *reader)
{
	const unsigned char ask = GET_ATR;
	unsigned char atr[0xFFFF];
	long length;

	if (reader->card < 0)
		reader->card = accept(reader->door, NULL, NULL);
	if (reader->card < 0)
		return 0;
	if (!tell(reader, &ask, 1) || (length = hear(reader, atr, sizeof atr)) <= 0) {
		eject(reader);
		return 0;
	}
	if (length > MAX_ATR_SIZE)
		length = 0;
	memcpy(reader->atr, atr, (size_t) length);
	reader->atr_length = (DWORD) length;
	return 1;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR name)
{
	const int yes = 1;
	struct sockaddr_in address = { .sin_family = AF_INET };
	DWORD number = lun >> 16;
	struct reader *reader;
	int bus, device;

	if (number >= MOST_READERS || (lun & 0xFFFF) != 0)
		return IFD_NOT_SUPPORTED;
	if (sscanf(name, "usb:%*[^:]:libudev:%*d:/dev/bus/usb/%d/%d", &bus, &device) != 2)
		return IFD_NO_SUCH_DEVICE;
	free_port(bus);
	reader = &readers[number];
	*reader = (struct reader) { .bus = bus, .device = device, .card = -1 };
	if (!is_plugged(reader))
		return IFD_NO_SUCH_DEVICE;
	reader->door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (reader->door < 0)
		return IFD_COMMUNICATION_ERROR;
	address.sin_port = htons((unsigned short) (FIRST_PORT + bus));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(reader->door, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(reader->door, (struct sockaddr *) &address, sizeof address) != 0 || listen(reader->door, 0) != 0) {
		close(reader->door);
		return IFD_COMMUNICATION_ERROR;
	}
	reader->open = 1;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel)
{
	(void) lun;
	(void) channel;
	return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHCloseChannel(DWORD lun)
{
	struct reader *reader = reader_of(lun);

	if (!reader)
		return IFD_COMMUNICATION_ERROR;
	eject(reader);
	if (reader->door >= 0)
		close(reader->door);
	reader->open = 0;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value)
{
	const struct reader *reader = reader_of(lun);

	switch (tag) {
	case TAG_IFD_ATR:
		if (!reader || *length < reader->atr_length)
			return IFD_COMMUNICATION_ERROR;
		*length = reader->atr_length;
		memcpy(value, reader->atr, reader->atr_length);
		return IFD_SUCCESS;
	case TAG_IFD_SLOTS_NUMBER:
	case TAG_IFD_THREAD_SAFE:
		*value = 1;
		break;
	case TAG_IFD_SIMULTANEOUS_ACCESS:
		*value = MOST_READERS;
		break;
	case TAG_IFD_SLOT_THREAD_SAFE:
		*value = 0;
		break;
	default:
		return IFD_ERROR_TAG;
	}
	*length = 1;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value)
{
	(void) lun;
	(void) tag;
	(void) length;
	(void) value;
	return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR p1, UCHAR p2, UCHAR p3)
{
	(void) flags;
	(void) p1;
	(void) p2;
	(void) p3;
	return reader_of(lun) && protocol == SCARD_PROTOCOL_T1 ? IFD_SUCCESS : IFD_PROTOCOL_NOT_SUPPORTED;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD atr_length)
{
	struct reader *reader = reader_of(lun);
	unsigned char control;

	if (!reader || !may_answer(reader))
		return IFD_NO_SUCH_DEVICE;
	switch (action) {
	case IFD_POWER_UP: control = POWER_ON; break;
	case IFD_RESET: control = RESET; break;
	case IFD_POWER_DOWN: control = POWER_OFF; break;
	default: return IFD_NOT_SUPPORTED;
	}
	*atr_length = 0;
	if (reader->card < 0)
		return control == POWER_OFF ? IFD_SUCCESS : IFD_COMMUNICATION_ERROR;
	if (!tell(reader, &control, 1))
		return lost(reader);
	if (control == POWER_OFF)
		return IFD_SUCCESS;
	if (!look(reader))
		return lost(reader);
	memcpy(atr, reader->atr, reader->atr_length);
	*atr_length = reader->atr_length;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER to, PUCHAR command, DWORD command_length, PUCHAR response,
	PDWORD response_length, PSCARD_IO_HEADER from)
{
	struct reader *reader = reader_of(lun);
	long length;

	(void) to;
	(void) from;
	if (!reader || !may_answer(reader)) {
		*response_length = 0;
		return IFD_NO_SUCH_DEVICE;
	}
	if (reader->card < 0 || command_length > 0xFFFF || !tell(reader, command, command_length)) {
		*response_length = 0;
		return lost(reader);
	}
	count_down(reader);
	length = hear(reader, response, *response_length);
	if (length < 0) {
		*response_length = 0;
		return lost(reader);
	}
	*response_length = (DWORD) length;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHICCPresence(DWORD lun)
{
	struct reader *reader = reader_of(lun);

	if (!reader || !may_answer(reader))
		return IFD_NO_SUCH_DEVICE;
	if (look(reader))
		return IFD_ICC_PRESENT;
	return is_plugged(reader) ? IFD_ICC_NOT_PRESENT : IFD_NO_SUCH_DEVICE;
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR in, DWORD in_length, PUCHAR out, DWORD room, LPDWORD out_length)
{
	(void) lun;
	(void) code;
	(void) in;
	(void) in_length;
	(void) out;
	(void) room;
	*out_length = 0;
	return IFD_ERROR_NOT_SUPPORTED;
}
