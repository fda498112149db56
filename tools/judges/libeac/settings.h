/* What a judge is told on stdin: a name, a space and a value a line, as passwords do not belong into arguments. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stddef.h>
#include <stdint.h>

enum { MOST_CERTIFICATES = 6 };

struct settings {
    /* a terminal: its trust point, its chain in the order of verification, its key (PKCS#8, DER), what it asks for
       (7F4C, hex), the files of the records it may read (hex identifiers, one after the other) */
    char cvca[1024];
    char certificates[MOST_CERTIFICATES][1024];
    int certificate_count;
    char key[1024];
    /* a card: `key` is that of Chip Authentication 2, this one that of Active Authentication */
    char aa_key[1024];
    uint8_t template[32];
    int template_length;
    uint8_t readable[32];
    int readable_length;
    /* the application of the records */
    uint8_t records[16];
    int records_length;

    char reader[256];
    char folder[1024];
    char root[1024];
    char can[16];
    char mrz[96];
    char port[8];
    uint8_t application[16];
    int application_length;
};

/* 1, or 0 with the line that is wrong on stderr. */
int read_settings(struct settings *settings);

/* The content of a file; its length, or -1 with the reason on stderr. */
long load_file(const char *path, uint8_t *to, size_t room);

#endif
