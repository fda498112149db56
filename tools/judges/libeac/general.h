/* The general authentication procedure of TR-03110-2, 3.4, after PACE, for a terminal: Terminal Authentication 2 and Chip
   Authentication 2. Every computation is libeac's; here are the commands. */
#ifndef GENERAL_H
#define GENERAL_H

#include "pace.h"
#include "reader.h"
#include "settings.h"

/* A terminal's certificates as they are sent (7F4E and 5F37), and its key. */
struct terminal {
    const struct settings *settings;
    /* the chain begins with a certificate of this authority */
    char first_authority[17];
    /* Comp of the ephemeral key, after Terminal Authentication */
    BUF_MEM *ephemeral;
};

/* The session of `pace` becomes that of an authenticated terminal. `spoil` changes the signature, which the card has to
   refuse. 1, or 0 with the step in `why` and the status word in `status`. */
int terminal_authentication(struct reader *reader, EAC_CTX *session, const struct terminal_pace *pace,
                            struct terminal *terminal, int spoil, const char **why, unsigned *status);
/* With the SecurityInfos that EF.CardSecurity signs: the key of the chip is taken from there. The session goes on with new
   keys. */
int chip_authentication(struct reader *reader, EAC_CTX *session, const struct buffer *infos, uint8_t key,
                        const char **why, unsigned *status);

#endif
