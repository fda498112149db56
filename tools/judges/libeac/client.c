/* A host made of libeac, pcsc-lite and OpenSSL opens a card of ours: PACE, its own secure messaging, its own checks.
 *
 *   client < SETTINGS       reader, application, can, mrz, root; folder to keep the files in, if they are wanted
 *
 * One line a case, then `N passed, M failed`; exit code 1 if one failed, 2 if nothing could be tried. */
#include "pace.h"
#include "passive.h"
#include "reader.h"
#include "settings.h"
#include "tally.h"

#include <stdio.h>
#include <string.h>

struct file {
    const char *name;
    uint16_t identifier;
    uint8_t short_identifier;
    /* tag of its template, and the number of a data group */
    uint8_t tag;
    unsigned group;
};

static const struct file FILES[] = {
    { "EF-COM", 0x011E, 0x1E, 0x60, 0 }, { "EF-SOD", 0x011D, 0x1D, 0x77, 0 }, { "DG1", 0x0101, 0x01, 0x61, 1 },
    { "DG2", 0x0102, 0x02, 0x75, 2 },    { "DG11", 0x010B, 0x0B, 0x6B, 11 },  { "DG12", 0x010C, 0x0C, 0x6C, 12 },
    { "DG13", 0x010D, 0x0D, 0x6D, 13 },  { "DG14", 0x010E, 0x0E, 0x6E, 14 },
    { "DG15", 0x010F, 0x0F, 0x6F, 15 },
};
enum { FILE_COUNT = sizeof FILES / sizeof FILES[0], COM = 0, SOD = 1, DG1 = 2, DG15 = FILE_COUNT - 1 };

static struct buffer card_access, contents[FILE_COUNT];

static unsigned send(struct reader *reader, EAC_CTX *session, const struct command *plain, struct buffer *answer)
{
    static struct buffer command;
    if (session != NULL)
        return transmit_sealed(reader, session, plain, answer);
    empty(&command);
    put_command(&command, plain);
    return transmit(reader, &command, answer);
}

static unsigned select_application(struct reader *reader, EAC_CTX *session, const struct settings *settings)
{
    static struct buffer answer;
    struct command plain = { .header = { 0x00, 0xA4, 0x04, 0x0C }, .data = settings->application,
                             .length = (size_t)settings->application_length };
    return send(reader, session, &plain, &answer);
}

static unsigned select_file(struct reader *reader, EAC_CTX *session, uint16_t identifier)
{
    static struct buffer answer;
    uint8_t name[2] = { (uint8_t)(identifier >> 8), (uint8_t)identifier };
    struct command plain = { .header = { 0x00, 0xA4, 0x02, 0x0C }, .data = name, .length = 2 };
    return send(reader, session, &plain, &answer);
}

/* READ BINARY from `at` of the current file, Le 00: as much as the card gives. */
static unsigned read_part(struct reader *reader, EAC_CTX *session, size_t at, struct buffer *answer)
{
    struct command plain = { .header = { 0x00, 0xB0, (uint8_t)(at >> 8), (uint8_t)at }, .ne = 256 };
    return send(reader, session, &plain, answer);
}

/* READ BINARY of the current file has offsets up to here; with the highest bit it names another file. */
enum { LAST_OFFSET = 0x7FFF };

/* The current file, as long as its first object is; 6B00 if that is longer than can be read. */
static unsigned read_whole(struct reader *reader, EAC_CTX *session, struct buffer *to)
{
    static struct buffer part;
    empty(to);
    for (;;) {
        unsigned status = read_part(reader, session, to->length, &part);
        if (status != 0x9000)
            return status;
        if (part.length == 0)
            return 0;
        put(to, part.bytes, part.length);
        if (to->overflow)
            return 0x6B00;
        const uint8_t *at = to->bytes;
        struct object whole;
        if (next_object(&at, to->bytes + to->length, &whole) == 1)
            return at == to->bytes + to->length ? 0x9000 : 0x6282;
        if (to->length > LAST_OFFSET)
            return 0x6B00;
    }
}

static void keep(const struct settings *settings, const char *name, const struct buffer *content)
{
    char path[1100];
    if (settings->folder[0] == 0)
        return;
    snprintf(path, sizeof path, "%s/%s.bin", settings->folder, name);
    FILE *file = fopen(path, "wb");
    int written = file != NULL && fwrite(content->bytes, 1, content->length, file) == content->length;
    if ((file != NULL && fclose(file) != 0) || !written)
        check(0, "%s cannot be written", path);
}

static void before_pace(struct reader *reader, const struct settings *settings)
{
    static struct buffer answer;
    struct command master_file = { .header = { 0x00, 0xA4, 0x00, 0x0C } };
    send(reader, NULL, &master_file, &answer);
    unsigned status = select_file(reader, NULL, 0x011C);
    status = status == 0x9000 ? read_whole(reader, NULL, &card_access) : status;
    check(status == 0x9000, "EF.CardAccess is read without PACE (%04X)", status);
    status = select_application(reader, NULL, settings);
    check(status == 0x9000, "the application is selected (%04X)", status);
    int refused = 0;
    for (int i = 0; i < FILE_COUNT; i++) {
        struct command by_short = { .header = { 0x00, 0xB0, 0x80 | FILES[i].short_identifier, 0x00 }, .ne = 256 };
        unsigned selecting = select_file(reader, NULL, FILES[i].identifier);
        unsigned reading = send(reader, NULL, &by_short, &answer);
        refused += selecting == 0x6982 && reading == 0x6982 && answer.length == 0;
    }
    check(refused == FILE_COUNT, "before PACE %d of %d files are refused with 6982", refused, FILE_COUNT);
}

static void wrong_password(struct reader *reader, const struct settings *settings)
{
    char other[sizeof settings->can];
    strcpy(other, settings->can);
    other[0] = other[0] == '9' ? '0' : (char)(other[0] + 1);
    const struct password wrong = { PACE_CAN, other };
    const char *why;
    unsigned status;
    EAC_CTX *session = pace_with_card(reader, card_access.bytes, card_access.length, PACE_AES_128, &wrong, &why, &status);
    check(session == NULL && status == 0x6300, "a wrong CAN is refused at the token (%04X)", status);
    EAC_CTX_clear_free(session);
    select_application(reader, NULL, settings);
    status = select_file(reader, NULL, 0x0101);
    check(status == 0x6982, "and opens nothing (%04X)", status);
}

static EAC_CTX *open_session(struct reader *reader, const struct settings *settings, const uint8_t protocol[10],
                             const struct password *password, const char *name)
{
    const char *why;
    unsigned status;
    EAC_CTX *session = pace_with_card(reader, card_access.bytes, card_access.length, protocol, password, &why, &status);
    if (!check(session != NULL, "PACE %s%s%s", name, session ? "" : ": ", session ? "" : why))
        return NULL;
    status = select_application(reader, session, settings);
    check(status == 0x9000, "the application is selected under secure messaging (%04X)", status);
    return session;
}

static int read_file(struct reader *reader, EAC_CTX *session, int index)
{
    unsigned status = select_file(reader, session, FILES[index].identifier);
    status = status == 0x9000 ? read_whole(reader, session, &contents[index]) : status;
    if (index == DG15 && status == 0x6A82)
        return check(1, "%s: this card has none (%04X)", FILES[index].name, status);
    int right = status == 0x9000 && contents[index].bytes[0] == FILES[index].tag;
    return check(right, "%s is read, %zu bytes (%04X)", FILES[index].name, right ? contents[index].length : 0, status);
}

static void index_file_and_group_1(struct reader *reader, EAC_CTX *session, const struct settings *settings)
{
    for (int i = COM; i <= DG1; i++)
        read_file(reader, session, i);
    /* 61 5D 5F1F 5A */
    int same = contents[DG1].length == 95 && memcmp(contents[DG1].bytes + 5, settings->mrz, 90) == 0;
    check(same, "DG1 says what is printed on the card");
}

/* DG2 once more: READ BINARY of extended length, and READ BINARY B1 with the offset in a data object. */
static void other_ways_of_reading(struct reader *reader, EAC_CTX *session)
{
    static struct buffer part, whole;
    const struct buffer *portrait = &contents[DG1 + 1];
    unsigned status = 0x9000;
    empty(&whole);
    select_file(reader, session, FILES[DG1 + 1].identifier);
    while (whole.length < portrait->length && status == 0x9000) {
        struct command long_read = { .header = { 0x00, 0xB0, (uint8_t)(whole.length >> 8), (uint8_t)whole.length },
                                     .ne = 65536 };
        status = send(reader, session, &long_read, &part);
        put(&whole, part.bytes, part.length);
        if (part.length == 0 || whole.overflow || whole.length > LAST_OFFSET)
            break;
    }
    int same = whole.length == portrait->length && memcmp(whole.bytes, portrait->bytes, whole.length) == 0;
    check(same && longest_answer() > 258, "DG2 is the same in extended length (%04X)", status);
    /* 54 offset 0x1000, then the data in 53 */
    static const uint8_t offset[] = { 0x54, 0x02, 0x10, 0x00 };
    struct command odd = { .header = { 0x00, 0xB1, 0x00, 0x02 }, .data = offset, .length = sizeof offset, .ne = 256 };
    struct object found;
    status = send(reader, session, &odd, &part);
    same = find_object(part.bytes, part.length, 0x53, &found) && found.length > 0 &&
           0x1000 + found.length <= portrait->length && memcmp(portrait->bytes + 0x1000, found.value, found.length) == 0;
    check(status == 0x9000 && same, "and by READ BINARY B1 (%04X)", status);
}

/* In the master file; many cards have none. */
static void card_security(struct reader *reader, EAC_CTX *session, const struct settings *settings)
{
    static struct buffer file, content;
    struct command master_file = { .header = { 0x00, 0xA4, 0x00, 0x0C } };
    send(reader, session, &master_file, &content);
    unsigned status = select_file(reader, session, 0x011D);
    if (!check(status == 0x9000 || status == 0x6A82, "EF.CardSecurity is there or not (%04X)", status) || status == 0x6A82)
        return;
    status = read_whole(reader, session, &file);
    const char *fault = verify_signed_data(file.bytes, file.length, settings->root, &content);
    check(status == 0x9000 && fault == NULL, "OpenSSL: EF.CardSecurity is signed under the root%s%s", fault ? ": " : "",
          fault ? fault : "");
    keep(settings, "EF-CardSecurity", &file);
}

static void everything(struct reader *reader, EAC_CTX *session, const struct settings *settings)
{
    static struct buffer content, answer;
    for (int i = DG1 + 1; i < FILE_COUNT; i++)
        read_file(reader, session, i);
    check(longest_answer() <= 258, "every answer fits a short Le: %zu bytes at most", longest_answer());
    const char *fault = verify_security_object(contents[SOD].bytes, contents[SOD].length, settings->root, &content);
    check(fault == NULL, "OpenSSL: EF.SOD is signed under the root%s%s", fault ? ": " : "", fault ? fault : "");
    int hashes = count_hashes(&content), right = 0, there = 0;
    for (int i = DG1; i < FILE_COUNT; i++) {
        there += contents[i].length > 0;
        right += contents[i].length > 0 && hash_is_signed(&content, FILES[i].group, contents[i].bytes, contents[i].length);
    }
    check(right == there && hashes == right && hashes >= 2 && hashes <= 16,
          "%d hashes are signed, %d of the files that were read", hashes, right);
    unsigned status = select_file(reader, session, 0x0110);
    check(status == 0x6A82, "a file that is not there: 6A82, protected (%04X)", status);
    struct command beyond = { .header = { 0x00, 0xB0, 0x7F, 0x00 }, .ne = 256 };
    select_file(reader, session, 0x0101);
    status = send(reader, session, &beyond, &answer);
    check(status == 0x6B00, "an offset beyond the end: 6B00, protected (%04X)", status);
    struct command unknown = { .header = { 0x00, 0x20, 0x00, 0x00 } };
    status = send(reader, session, &unknown, &answer);
    check(status == 0x6D00, "an unknown instruction: 6D00, protected (%04X)", status);
    other_ways_of_reading(reader, session);
    keep(settings, "EF-CardAccess", &card_access);
    for (int i = 0; i < FILE_COUNT; i++)
        if (contents[i].length > 0)
            keep(settings, FILES[i].name, &contents[i]);
    card_security(reader, session, settings);
}

static void broken_messaging(struct reader *reader, EAC_CTX *session, const struct settings *settings)
{
    static struct buffer command, answer;
    uint8_t name[2] = { 0x01, 0x01 };
    struct command plain = { .header = { 0x00, 0xA4, 0x02, 0x0C }, .data = name, .length = 2 };
    empty(&command);
    protect_command(session, &plain, &command);
    command.bytes[command.length - 2] ^= 1;
    unsigned status = transmit(reader, &command, &answer);
    check(status == 0x6988 && answer.length == 0, "a wrong MAC is refused in plain (%04X)", status);
    status = select_application(reader, NULL, settings);
    status = status == 0x9000 ? select_file(reader, NULL, 0x0101) : status;
    check(status == 0x6982, "and ends the access (%04X)", status);
}

int main(void)
{
    static struct settings settings;
    static struct reader reader;
    if (!read_settings(&settings))
        return 2;
    EAC_init();
    if (!open_reader(&reader, settings.reader))
        return 2;
    const struct password can = { PACE_CAN, settings.can }, mrz = { PACE_MRZ, settings.mrz };
    const struct {
        const char *name;
        const uint8_t *protocol;
        const struct password *password;
    } ways[] = {
        { "by CAN, AES-128", PACE_AES_128, &can }, { "by MRZ, AES-128", PACE_AES_128, &mrz },
        { "by MRZ, AES-256", PACE_AES_256, &mrz }, { "by CAN, AES-256", PACE_AES_256, &can },
    };
    cold_reset(&reader);
    before_pace(&reader, &settings);
    wrong_password(&reader, &settings);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        cold_reset(&reader);
        EAC_CTX *session = open_session(&reader, &settings, ways[i].protocol, ways[i].password, ways[i].name);
        if (session == NULL)
            continue;
        index_file_and_group_1(&reader, session, &settings);
        if (i == 0)
            broken_messaging(&reader, session, &settings);
        if (i == sizeof ways / sizeof ways[0] - 1)
            everything(&reader, session, &settings);
        EAC_CTX_clear_free(session);
    }
    close_reader(&reader);
    return print_tally();
}
