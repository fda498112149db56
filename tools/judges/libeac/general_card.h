/* The card's end of Active Authentication (OpenSSL), Terminal Authentication 2 and Chip Authentication 2 (libeac). */
#ifndef GENERAL_CARD_H
#define GENERAL_CARD_H

#include "messaging.h"
#include "pace.h"
#include "settings.h"

struct general_card {
    /* PACE carried an authorization template */
    int with_template;
    /* Comp of the terminal's ephemeral key; the terminal has signed */
    BUF_MEM *ephemeral;
    int authenticated, challenged;
    /* Chip Authentication is set, and done: the next command comes under the new keys */
    int chip_set, chip_done, granted;
};

/* Gives the context of PACE the trust point and the chip's key of the settings, where there are any. 1 or 0. */
int general_card_begin(EAC_CTX *context, const struct settings *settings);
/* MSE:Set AT of Terminal and Chip Authentication, MSE:Set DST, PSO:Verify Certificate, GET CHALLENGE, EXTERNAL and GENERAL
   AUTHENTICATE. The status word. */
unsigned general_card_step(struct general_card *general, struct pace_card *pace, const struct command *command,
                           struct buffer *answer);
/* After the answer has gone out: the keys of Chip Authentication come into force. */
void general_card_answered(struct general_card *general, EAC_CTX *context);
void general_card_end(struct general_card *general);

/* INTERNAL AUTHENTICATE with the key of the settings: r ‖ s. The status word. */
unsigned active_authentication(const struct settings *settings, const struct command *command, struct buffer *answer);

#endif
