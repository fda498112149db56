/* A passport-like card made of libeac: PACE-GM on P-256 and the card's end of secure messaging, with the files of a folder;
 * with keys also Active Authentication, and the records behind Terminal and Chip Authentication 2.
 *
 *   card < SETTINGS       port of vpcd, application, can, mrz, folder; aa_key; records, cvca, key
 *
 * Says `inserted` on stdout and stays in the slot until the reader goes or SIGTERM comes; it then says how many sessions and
 * protected commands it served. */
#include "general_card.h"
#include "messaging.h"
#include "pace.h"
#include "settings.h"
#include "slot.h"

#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file {
    const char *name;
    uint16_t identifier;
    uint8_t short_identifier;
    int of_application;
    int present;
    struct buffer content;
};

static struct file files[] = {
    { .name = "EF-CardAccess", .identifier = 0x011C, .short_identifier = 0x1C },
    { .name = "EF-CardSecurity", .identifier = 0x011D, .short_identifier = 0x1D },
    { .name = "EF-COM", .identifier = 0x011E, .short_identifier = 0x1E, .of_application = 1 },
    { .name = "EF-SOD", .identifier = 0x011D, .short_identifier = 0x1D, .of_application = 1 },
    { .name = "DG1", .identifier = 0x0101, .short_identifier = 0x01, .of_application = 1 },
    { .name = "DG2", .identifier = 0x0102, .short_identifier = 0x02, .of_application = 1 },
    { .name = "DG11", .identifier = 0x010B, .short_identifier = 0x0B, .of_application = 1 },
    { .name = "DG12", .identifier = 0x010C, .short_identifier = 0x0C, .of_application = 1 },
    { .name = "DG13", .identifier = 0x010D, .short_identifier = 0x0D, .of_application = 1 },
    { .name = "DG14", .identifier = 0x010E, .short_identifier = 0x0E, .of_application = 1 },
    { .name = "DG15", .identifier = 0x010F, .short_identifier = 0x0F, .of_application = 1 },
};
enum { FILE_COUNT = sizeof files / sizeof files[0] };

/* T=1, TS 3B, no historical bytes; TCK */
static const uint8_t ANSWER_TO_RESET[] = { 0x3B, 0x80, 0x80, 0x01, 0x01 };

static struct settings settings;
/* Records of the files 0200 to 0207, as the folder has them and as they are appended. */
enum { RECORD_FILES = 8, MOST_RECORDS = 16, MOST_BYTES = 1000 };
static struct {
    uint8_t bytes[MOST_BYTES];
    size_t length;
} records[RECORD_FILES][MOST_RECORDS];

static struct {
    int in_records;
    struct general_card general;
    int in_application;
    struct file *current;
    struct pace_card pace;
    /* the last step of PACE is done and its answer was sent: commands are protected from now on */
    int open;
} state;
static volatile sig_atomic_t sessions, protected_commands;

static void load_files(void)
{
    char path[1100];
    for (int i = 0; i < FILE_COUNT; i++) {
        snprintf(path, sizeof path, "%s/%s.bin", settings.folder, files[i].name);
        FILE *from = fopen(path, "rb");
        if (from == NULL)
            continue;
        files[i].content.length = fread(files[i].content.bytes, 1, 32767, from);
        files[i].present = 1;
        fclose(from);
    }
}

static void load_records(void)
{
    char path[1100];
    for (int file = 0; file < RECORD_FILES; file++)
        for (int number = 0; number < MOST_RECORDS; number++) {
            snprintf(path, sizeof path, "%s/02%02X-%d.bin", settings.folder, file, number + 1);
            FILE *from = fopen(path, "rb");
            if (from == NULL)
                break;
            records[file][number].length = fread(records[file][number].bytes, 1, MOST_BYTES, from);
            fclose(from);
        }
}

static void reset_card(void)
{
    general_card_end(&state.general);
    pace_card_end(&state.pace);
    memset(&state, 0, sizeof state);
}

/* The file with that identifier, or short identifier, in the current DF. */
static struct file *find_file(unsigned identifier, int by_short)
{
    for (int i = 0; i < FILE_COUNT; i++) {
        unsigned name = by_short ? files[i].short_identifier : files[i].identifier;
        if (files[i].present && name == identifier && files[i].of_application == state.in_application)
            return &files[i];
    }
    return NULL;
}

static int may_read(int sealed)
{
    int secret = state.in_application || (state.current != NULL && state.current->identifier == 0x011D);
    return !secret || (sealed && state.open);
}

static int count_records(unsigned file)
{
    int count = 0;
    while (count < MOST_RECORDS && records[file][count].length > 0)
        count++;
    return count;
}

/* READ RECORD, APPEND RECORD, GET DATA of the records. */
static unsigned use_records(const struct command *command, int sealed, struct buffer *answer)
{
    if (!state.in_records || !sealed || !state.general.granted)
        return 0x6982;
    if (command->header[1] == 0xCA) {
        static struct buffer inner, entry;
        static const uint8_t free_bytes[] = { 0x10, 0x00 };
        empty(&inner);
        put_object(&inner, 0x81, free_bytes, 2);
        for (unsigned file = 0; file < RECORD_FILES; file++) {
            const uint8_t name[] = { 0x02, (uint8_t)file }, count[] = { 0, (uint8_t)count_records(file) };
            empty(&entry);
            put_object(&entry, 0x83, name, 2);
            put_object(&entry, 0x82, count, 2);
            put_object(&inner, 0xA1, entry.bytes, entry.length);
        }
        put_object(answer, 0x7F78, inner.bytes, inner.length);
        return 0x9000;
    }
    unsigned file = command->header[3] >> 3;
    file = file == 8 ? 0 : file;
    if (file >= RECORD_FILES)
        return 0x6982;
    int count = count_records(file);
    if (command->header[1] == 0xE2) {
        if (count == MOST_RECORDS || command->length > MOST_BYTES)
            return 0x6A84;
        memcpy(records[file][count].bytes, command->data, command->length);
        records[file][count].length = command->length;
        return 0x9000;
    }
    int number = command->header[2];
    if (number == 0 || number > count)
        return 0x6A83;
    put(answer, records[file][number - 1].bytes, records[file][number - 1].length);
    return 0x9000;
}

static unsigned select_something(const struct command *command, int sealed)
{
    unsigned how = command->header[2];
    if (how == 0x00 && (command->length == 0 || (command->length == 2 && memcmp(command->data, "\x3F\x00", 2) == 0))) {
        state.in_application = state.in_records = 0;
        state.current = NULL;
        return 0x9000;
    }
    if (how == 0x04 && settings.records_length > 0 && (int)command->length == settings.records_length &&
        memcmp(command->data, settings.records, command->length) == 0) {
        state.in_records = 1;
        state.in_application = 0;
        state.current = NULL;
        return 0x9000;
    }
    if (how == 0x04) {
        if ((int)command->length != settings.application_length ||
            memcmp(command->data, settings.application, command->length) != 0)
            return 0x6A82;
        state.in_application = 1;
        state.in_records = 0;
        state.current = NULL;
        return 0x9000;
    }
    if (how != 0x02 || command->length != 2)
        return 0x6A86;
    if (!may_read(sealed))
        return 0x6982;
    struct file *found = find_file((unsigned)command->data[0] << 8 | command->data[1], 0);
    if (found == NULL)
        return 0x6A82;
    state.current = found;
    return 0x9000;
}

static unsigned read_binary(const struct command *command, int sealed, struct buffer *answer)
{
    size_t at = (size_t)(command->header[2] & 0x7F) << 8 | command->header[3];
    if (command->ne == 0)
        return 0x6700;
    if (!may_read(sealed))
        return 0x6982;
    if (command->header[2] & 0x80) {
        struct file *found = find_file(command->header[2] & 0x1F, 1);
        if (found == NULL)
            return 0x6A82;
        state.current = found;
        at = command->header[3];
    }
    if (state.current == NULL)
        return 0x6986;
    if (!may_read(sealed))
        return 0x6982;
    const struct buffer *content = &state.current->content;
    if (at >= content->length)
        return 0x6B00;
    /* protected, 223 bytes make an answer of 256 */
    size_t most = sealed && command->ne <= 256 ? 223 : 1000, count = content->length - at;
    if (most > command->ne)
        most = command->ne;
    put(answer, content->bytes + at, count < most ? count : most);
    return count < command->ne && command->ne != 256 && command->ne != 65536 ? 0x6282 : 0x9000;
}

/* The holder reference of the trust point. */
static const char *trust_point(void)
{
    static uint8_t file[4096];
    static char name[17];
    struct object whole, body, holder;
    long length = settings.cvca[0] ? load_file(settings.cvca, file, sizeof file) : -1;
    if (length < 0 || !find_object(file, (size_t)length, 0x7F21, &whole) ||
        !find_object(whole.value, whole.length, 0x7F4E, &body) ||
        !find_object(body.value, body.length, 0x5F20, &holder) || holder.length > 16)
        return NULL;
    memcpy(name, holder.value, holder.length);
    name[holder.length] = 0;
    return name;
}

static unsigned set_template(const struct command *command)
{
    struct object protocol, name;
    if (command->header[2] != 0xC1 || command->header[3] != 0xA4)
        return 0x6A86;
    if (!find_object(command->data, command->length, 0x80, &protocol) ||
        !find_object(command->data, command->length, 0x83, &name) || name.length != 1)
        return 0x6A80;
    struct password password = { PACE_CAN, settings.can };
    if (name.value[0] == 1)
        password = (struct password){ PACE_MRZ, settings.mrz };
    else if (name.value[0] != 2)
        return 0x6A88;
    state.open = 0;
    general_card_end(&state.general);
    if (!pace_card_begin(&state.pace, protocol.value, protocol.length, &password) ||
        !general_card_begin(state.pace.context, &settings))
        return 0x6A80;
    struct object template;
    state.general.with_template = find_object(command->data, command->length, 0x7F4C, &template);
    if (state.general.with_template)
        state.pace.trust_point = trust_point();
    return 0x9000;
}

static unsigned general(const struct command *command, int sealed, struct buffer *answer)
{
    return sealed && state.open ? general_card_step(&state.general, &state.pace, command, answer) : 0x6982;
}

static unsigned carry_out(const struct command *command, int sealed, struct buffer *answer)
{
    empty(answer);
    switch (command->header[1]) {
    case 0xA4:
        return select_something(command, sealed);
    case 0xB0:
        return read_binary(command, sealed, answer);
    case 0xB2:
    case 0xE2:
    case 0xCA:
        return use_records(command, sealed, answer);
    case 0x88:
        return sealed && state.open ? active_authentication(&settings, command, answer) : 0x6982;
    case 0x22:
        return command->header[2] == 0xC1 ? set_template(command) : general(command, sealed, answer);
    case 0x2A:
    case 0x82:
        return general(command, sealed, answer);
    case 0x86:
        if (sealed)
            return general(command, sealed, answer);
        return pace_card_step(&state.pace, command->data, command->length, answer);
    case 0x84:
        if (sealed && state.general.with_template)
            return general(command, sealed, answer);
        answer->length = 8;
        return RAND_bytes(answer->bytes, 8) == 1 ? 0x9000 : 0x6F00;
    }
    return 0x6D00;
}

static void put_status(struct buffer *to, unsigned status)
{
    put_byte(to, (uint8_t)(status >> 8));
    put_byte(to, (uint8_t)status);
}

/* The answer, status word included, to one command as it came. */
static void serve(const struct buffer *received, struct buffer *answer)
{
    static struct buffer data, plain_data;
    struct command command, plain;
    empty(answer);
    if (!parse_command(received->bytes, received->length, &command)) {
        put_status(answer, 0x6700);
        return;
    }
    int sealed = (command.header[0] & 0x0C) == 0x0C;
    if (sealed && state.open) {
        unsigned status = open_command(state.pace.context, &command, &plain, &plain_data);
        if (status != 0x9000) {
            reset_card();
            put_status(answer, status);
            return;
        }
        status = carry_out(&plain, 1, &data);
        protected_commands++;
        if (!protect_response(state.pace.context, plain.header[1] & 1, data.bytes, data.length, status, answer)) {
            empty(answer);
            put_status(answer, 0x6F00);
        }
        general_card_answered(&state.general, state.pace.context);
        return;
    }
    if (!sealed && state.open) {
        state.open = 0;
        pace_card_end(&state.pace);
    }
    unsigned status = sealed ? 0x6988 : carry_out(&command, 0, answer);
    put_status(answer, status);
    if (state.pace.context != NULL && state.pace.step == 4 && !state.open) {
        state.open = 1;
        sessions++;
    }
}

static void say_and_end(int signal)
{
    (void)signal;
    char line[80];
    int length = snprintf(line, sizeof line, "served %d sessions, %d protected commands\n", (int)sessions,
                          (int)protected_commands);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(1);
    _exit(0);
}

int main(void)
{
    static struct buffer command, answer;
    if (!read_settings(&settings))
        return 2;
    load_files();
    load_records();
    EAC_init();
    signal(SIGTERM, say_and_end);
    int slot = put_into_slot(atoi(settings.port));
    if (slot < 0) {
        fprintf(stderr, "libeac card: nobody listens on port %s\n", settings.port);
        return 2;
    }
    printf("inserted\n");
    fflush(stdout);
    for (;;) {
        switch (next_event(slot, &command)) {
        case SLOT_CLOSED:
            return 0;
        case SLOT_POWER_OFF:
        case SLOT_POWER_ON:
        case SLOT_RESET:
            reset_card();
            break;
        case SLOT_ASKS_ATR:
            answer_slot(slot, ANSWER_TO_RESET, sizeof ANSWER_TO_RESET);
            break;
        case SLOT_COMMAND:
            serve(&command, &answer);
            answer_slot(slot, answer.bytes, answer.length);
            break;
        }
    }
}
