#include "settings.h"
#include "tlv.h"

#include <stdio.h>
#include <string.h>

static int copy(char *to, size_t room, const char *value)
{
    if (strlen(value) >= room)
        return 0;
    strcpy(to, value);
    return 1;
}

static int take(struct settings *to, const char *name, const char *value)
{
    if (strcmp(name, "reader") == 0)
        return copy(to->reader, sizeof to->reader, value);
    if (strcmp(name, "folder") == 0)
        return copy(to->folder, sizeof to->folder, value);
    if (strcmp(name, "root") == 0)
        return copy(to->root, sizeof to->root, value);
    if (strcmp(name, "can") == 0)
        return copy(to->can, sizeof to->can, value);
    if (strcmp(name, "mrz") == 0)
        return strlen(value) == 90 && copy(to->mrz, sizeof to->mrz, value);
    if (strcmp(name, "port") == 0)
        return copy(to->port, sizeof to->port, value);
    if (strcmp(name, "application") == 0) {
        to->application_length = from_hex(value, to->application, sizeof to->application);
        return to->application_length >= 5;
    }
    return 0;
}

int read_settings(struct settings *settings)
{
    char line[1200];
    memset(settings, 0, sizeof *settings);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        char *value = strchr(line, ' ');
        if (value == NULL || (*value++ = 0, !take(settings, line, value))) {
            fprintf(stderr, "libeac judge: wrong setting %s\n", line);
            return 0;
        }
    }
    return 1;
}
