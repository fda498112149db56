/* Passive Authentication (ICAO Doc 9303-11, 5.1) by OpenSSL. */
#ifndef PASSIVE_H
#define PASSIVE_H

#include "tlv.h"

/* Whether EF.SOD is signed under the root certificate in the file `root`, and what is signed to `content`. NULL if it
   is, else what OpenSSL says; a signing time, if there is one, has to lie in the signer's validity. The critical
   extension that marks a test root is left out of account. */
const char *verify_security_object(const uint8_t *sod, size_t length, const char *root, struct buffer *content);
/* The same of bare SignedData, as EF.CardSecurity is. */
const char *verify_signed_data(const uint8_t *signed_data, size_t length, const char *root, struct buffer *content);
/* Whether the LDSSecurityObject holds this SHA-256 hash of data group `number`. 1 or 0. */
int hash_is_signed(const struct buffer *content, unsigned number, const uint8_t *file, size_t length);
/* How many hashes stand in it, -1 if it cannot be read. */
int count_hashes(const struct buffer *content);

#endif
