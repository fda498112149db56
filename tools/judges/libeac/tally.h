/* What was tried, a line each. */
#ifndef TALLY_H
#define TALLY_H

/* Counts and prints a case; whether it holds. */
__attribute__((format(printf, 2, 3))) int check(int holds, const char *format, ...);
/* `N passed, M failed`, and the exit code: 1 if one failed. */
int print_tally(void);

#endif
