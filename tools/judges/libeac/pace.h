/* PACE with Generic Mapping (ICAO Doc 9303-11, 4.4): every computation is libeac's. */
#ifndef PACE_STEPS_H
#define PACE_STEPS_H

#include "reader.h"
#include "tlv.h"

#include <eac/eac.h>
#include <eac/pace.h>

/* Value of an object identifier: id-PACE-ECDH-GM-AES-CBC-CMAC-128 and -256. */
extern const uint8_t PACE_AES_128[10], PACE_AES_256[10];

/* What libeac calls that protocol, 0 where it is another one. Needs EAC_init(). */
int protocol_of(const uint8_t *identifier, size_t length);

struct password {
    /* PACE_CAN or PACE_MRZ; the MRZ is the 90 characters of three lines */
    enum s_type type;
    const char *text;
};

/* The host: opens a session with the card in `reader`, with the parameters that libeac found in EF.CardAccess.
   NULL, with the step in `why` and the card's status word in `status`, where it does not come about. */
EAC_CTX *pace_with_card(struct reader *reader, const uint8_t *card_access, size_t length, const uint8_t protocol[10],
                        const struct password *password, const char **why, unsigned *status);

/* What a terminal asks for in PACE, and what it is told (TR-03110-3, B.1.1): the authorization template 7F4C, whole; the names of
   the card's trust points; the card's ephemeral key. The key is the caller's to free. */
struct terminal_pace {
    const uint8_t *template;
    size_t length;
    char trust_point[17], former_trust_point[17];
    BUF_MEM *card_key;
};

/* The same for a terminal. */
EAC_CTX *pace_as_terminal(struct reader *reader, const uint8_t *card_access, size_t length, const uint8_t protocol[10],
                          const struct password *password, struct terminal_pace *terminal, const char **why,
                          unsigned *status);

/* The card: what it is in the middle of. */
struct pace_card {
    EAC_CTX *context;
    PACE_SEC *password;
    BUF_MEM *other_key, *own_key;
    /* told in the last step where it is not NULL: the name of the trust point */
    const char *trust_point;
    int step;
};

/* MSE:Set AT named the protocol and the password. 1 or 0. */
int pace_card_begin(struct pace_card *pace, const uint8_t *protocol, size_t length, const struct password *password);
/* One GENERAL AUTHENTICATE: the data of the command in, those of the answer out, the status word returned. After the
   last step `context` holds the session. */
unsigned pace_card_step(struct pace_card *pace, const uint8_t *data, size_t length, struct buffer *answer);
void pace_card_end(struct pace_card *pace);

#endif
