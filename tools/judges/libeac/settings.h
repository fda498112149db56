/* What a judge is told on stdin: a name, a space and a value a line, as passwords do not belong into arguments. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdint.h>

struct settings {
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

#endif
