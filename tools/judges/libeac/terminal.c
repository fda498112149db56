/* A terminal made of libeac reads the records of a card of ours: PACE with CHAT, Terminal Authentication 2, EF.CardSecurity,
 * Chip Authentication 2.
 *
 *   terminal < SETTINGS     reader, can, root, records, cvca, certificate (several), key, template, readable; folder to keep the
 *                           records in, if they are wanted
 *
 * One line a case, then `N passed, M failed`; exit code 1 if one failed, 2 if nothing could be tried. */
#include "general.h"
#include "pace.h"
#include "passive.h"
#include "reader.h"
#include "settings.h"
#include "tally.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_FILE = 0x0200, LAST_FILE = 0x0207, CHIP_KEY = 4 };

static struct settings settings;
static struct reader reader;
static struct buffer card_access;

static unsigned send(EAC_CTX *session, const uint8_t header[4], const uint8_t *data, size_t length, size_t ne,
                     struct buffer *answer)
{
    static struct buffer command;
    struct command plain = { .data = data, .length = length, .ne = ne };
    memcpy(plain.header, header, 4);
    if (session != NULL)
        return transmit_sealed(&reader, session, &plain, answer);
    empty(&command);
    put_command(&command, &plain);
    return transmit(&reader, &command, answer);
}

static unsigned select_records(EAC_CTX *session)
{
    static struct buffer answer;
    static const uint8_t select[] = { 0x00, 0xA4, 0x04, 0x0C };
    return send(session, select, settings.records, (size_t)settings.records_length, 0, &answer);
}

/* A file of the master file by its short identifier. */
static unsigned read_transparent(EAC_CTX *session, uint8_t short_identifier, struct buffer *to)
{
    static struct buffer part;
    empty(to);
    for (;;) {
        uint8_t header[] = { 0x00, 0xB0, (uint8_t)(to->length >> 8), (uint8_t)to->length };
        if (to->length == 0)
            header[2] = 0x80 | short_identifier;
        unsigned status = send(session, header, NULL, 0, 256, &part);
        if (status != 0x9000 || part.length == 0)
            return status;
        put(to, part.bytes, part.length);
        const uint8_t *at = to->bytes;
        struct object whole;
        if (next_object(&at, to->bytes + to->length, &whole) == 1 || to->length > 0x7FFF)
            return 0x9000;
    }
}

static uint8_t short_of(unsigned file)
{
    return file == FIRST_FILE ? 8 : (uint8_t)(file - FIRST_FILE);
}

static unsigned read_record(EAC_CTX *session, unsigned file, unsigned number, struct buffer *to)
{
    const uint8_t header[] = { 0x00, 0xB2, (uint8_t)number, (uint8_t)(short_of(file) << 3 | 4) };
    /* records are up to 1000 bytes: extended */
    return send(session, header, NULL, 0, 65536, to);
}

static unsigned ask_space(EAC_CTX *session, struct buffer *to)
{
    static const uint8_t header[] = { 0x00, 0xCA, 0x7F, 0x78 };
    return send(session, header, NULL, 0, 256, to);
}

static int may_read(unsigned file)
{
    for (int i = 0; i + 1 < settings.readable_length; i += 2)
        if (((unsigned)settings.readable[i] << 8 | settings.readable[i + 1]) == file)
            return 1;
    return 0;
}

/* What a session without the right learns: that it has none. */
static void nothing_is_told(EAC_CTX *session, const char *who)
{
    static struct buffer answer;
    unsigned status = select_records(session);
    check(status == 0x9000, "%s: the records are selected (%04X)", who, status);
    int refused = 0, asked = 0;
    for (unsigned file = FIRST_FILE; file <= LAST_FILE + 1; file++, asked++)
        refused += read_record(session, file, 1, &answer) == 0x6982 && answer.length == 0;
    check(refused == asked, "%s: %d of %d files say 6982", who, refused, asked);
    status = ask_space(session, &answer);
    check(status == 0x6982 && answer.length == 0, "%s: nor how many records there are (%04X)", who, status);
}

static EAC_CTX *open_with_template(struct terminal_pace *pace)
{
    const struct password can = { PACE_CAN, settings.can };
    const char *why;
    unsigned status;
    memset(pace, 0, sizeof *pace);
    pace->template = settings.template;
    pace->length = (size_t)settings.template_length;
    EAC_CTX *session = pace_as_terminal(&reader, card_access.bytes, card_access.length, PACE_AES_128, &can, pace, &why, &status);
    check(session != NULL, "PACE with CHAT%s%s (%04X)", session ? "" : ": ", session ? "" : why, status);
    return session;
}

static void end_session(EAC_CTX *session, struct terminal_pace *pace, struct terminal *terminal)
{
    BUF_MEM_free(terminal->ephemeral);
    BUF_MEM_free(pace->card_key);
    EAC_CTX_clear_free(session);
}

static void spoiled_signature(void)
{
    struct terminal_pace pace;
    struct terminal terminal = { .settings = &settings };
    const char *why;
    unsigned status;
    cold_reset(&reader);
    EAC_CTX *session = open_with_template(&pace);
    if (session == NULL)
        return;
    check(pace.trust_point[0] != 0, "the card names its trust point: %s", pace.trust_point);
    nothing_is_told(session, "after PACE with CHAT");
    int done = terminal_authentication(&reader, session, &pace, &terminal, 1, &why, &status);
    check(!done && status == 0x6300, "a changed signature is refused: %s (%04X)", why, status);
    nothing_is_told(session, "after that");
    end_session(session, &pace, &terminal);
}

static void keep(unsigned file, unsigned number, const struct buffer *content)
{
    char path[1100];
    if (settings.folder[0] == 0)
        return;
    snprintf(path, sizeof path, "%s/%04X-%u.bin", settings.folder, file, number);
    FILE *to = fopen(path, "wb");
    int written = to != NULL && fwrite(content->bytes, 1, content->length, to) == content->length;
    if ((to != NULL && fclose(to) != 0) || !written)
        check(0, "%s cannot be written", path);
}

static void read_all(EAC_CTX *session)
{
    static struct buffer answer;
    unsigned status = select_records(session);
    check(status == 0x9000, "the records are selected (%04X)", status);
    status = ask_space(session, &answer);
    struct object space, free_bytes;
    int told = find_object(answer.bytes, answer.length, 0x7F78, &space) &&
               find_object(space.value, space.length, 0x81, &free_bytes) && free_bytes.length == 2;
    check(status == 0x9000 && told, "free space: %d bytes (%04X)",
          told ? free_bytes.value[0] << 8 | free_bytes.value[1] : -1, status);
    for (unsigned file = FIRST_FILE; file <= LAST_FILE; file++) {
        unsigned number = 0;
        do {
            status = read_record(session, file, ++number, &answer);
            if (status == 0x9000) {
                check(answer.length > 2 && answer.bytes[0] == 0x30, "%04X: record %u, %zu bytes", file, number, answer.length);
                keep(file, number, &answer);
            }
        } while (status == 0x9000 && number < 250);
        unsigned wanted = may_read(file) ? 0x6A83 : 0x6982;
        check(status == wanted, "%04X: %s (%04X)", file, may_read(file) ? "then no more" : "no right", status);
    }
}

static void general_authentication(void)
{
    static struct buffer card_security, content;
    struct terminal_pace pace;
    struct terminal terminal = { .settings = &settings };
    const char *why;
    unsigned status;
    cold_reset(&reader);
    EAC_CTX *session = open_with_template(&pace);
    if (session == NULL)
        return;
    int done = terminal_authentication(&reader, session, &pace, &terminal, 0, &why, &status);
    check(done, "Terminal Authentication 2%s%s (%04X)", done ? "" : ": ", done ? "" : why, status);
    if (done)
        nothing_is_told(session, "before Chip Authentication");
    static const uint8_t master_file[] = { 0x00, 0xA4, 0x00, 0x0C };
    static struct buffer answer;
    send(session, master_file, NULL, 0, 0, &answer);
    status = read_transparent(session, 0x1D, &card_security);
    check(status == 0x9000, "EF.CardSecurity is read, %zu bytes (%04X)", card_security.length, status);
    const char *fault = verify_signed_data(card_security.bytes, card_security.length, settings.root, &content);
    check(fault == NULL, "OpenSSL: EF.CardSecurity is signed under the root%s%s", fault ? ": " : "", fault ? fault : "");
    if (done) {
        done = chip_authentication(&reader, session, &content, CHIP_KEY, &why, &status);
        check(done, "Chip Authentication 2%s%s (%04X)", done ? "" : ": ", done ? "" : why, status);
    }
    if (done)
        read_all(session);
    end_session(session, &pace, &terminal);
}

int main(void)
{
    if (!read_settings(&settings))
        return 2;
    EAC_init();
    if (!open_reader(&reader, settings.reader))
        return 2;
    cold_reset(&reader);
    unsigned status = read_transparent(NULL, 0x1C, &card_access);
    check(status == 0x9000, "EF.CardAccess is read without PACE (%04X)", status);
    nothing_is_told(NULL, "before PACE");
    spoiled_signature();
    general_authentication();
    close_reader(&reader);
    return print_tally();
}
