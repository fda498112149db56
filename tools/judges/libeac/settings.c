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
    if (strcmp(name, "cvca") == 0)
        return copy(to->cvca, sizeof to->cvca, value);
    if (strcmp(name, "certificate") == 0 && to->certificate_count < MOST_CERTIFICATES)
        return copy(to->certificates[to->certificate_count++], sizeof to->certificates[0], value);
    if (strcmp(name, "key") == 0)
        return copy(to->key, sizeof to->key, value);
    if (strcmp(name, "aa_key") == 0)
        return copy(to->aa_key, sizeof to->aa_key, value);
    if (strcmp(name, "template") == 0)
        return (to->template_length = from_hex(value, to->template, sizeof to->template)) > 0;
    if (strcmp(name, "readable") == 0)
        return (to->readable_length = from_hex(value, to->readable, sizeof to->readable)) >= 0;
    if (strcmp(name, "records") == 0)
        return (to->records_length = from_hex(value, to->records, sizeof to->records)) >= 5;
    return 0;
}

long load_file(const char *path, uint8_t *to, size_t room)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    long length = (long)fread(to, 1, room, file);
    fclose(file);
    return length;
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
