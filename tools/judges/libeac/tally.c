#include "tally.h"

#include <stdarg.h>
#include <stdio.h>

static int passed, failed;

int check(int holds, const char *format, ...)
{
    va_list more;
    va_start(more, format);
    printf("  %s  ", holds ? "ok    " : "FAILED");
    vprintf(format, more);
    printf("\n");
    va_end(more);
    holds ? passed++ : failed++;
    return holds;
}

int print_tally(void)
{
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
