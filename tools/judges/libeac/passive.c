#include "passive.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <string.h>

/* Time of signing, where a signer says one, within the validity of its certificate. */
static const char *time_fault(CMS_ContentInfo *cms)
{
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    const char *fault = sk_CMS_SignerInfo_num(signers) == 1 ? NULL : "not one signer";
    for (int i = 0; i < sk_CMS_SignerInfo_num(signers) && fault == NULL; i++) {
        CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(signers, i);
        int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
        X509 *certificate = NULL;
        CMS_SignerInfo_get0_algs(signer, NULL, &certificate, NULL, NULL);
        if (at < 0)
            continue;
        ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(signer, at), 0);
        if (value == NULL || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
            return "a signing time that is none";
        const ASN1_TIME *time = value->value.utctime;
        if (certificate == NULL || ASN1_TIME_compare(time, X509_get0_notBefore(certificate)) < 0 ||
            ASN1_TIME_compare(time, X509_get0_notAfter(certificate)) > 0)
            fault = "signed outside the validity of the signer";
    }
    return fault;
}

const char *verify_security_object(const uint8_t *sod, size_t length, const char *root, struct buffer *content)
{
    struct object outer;
    empty(content);
    if (!find_object(sod, length, 0x77, &outer))
        return "EF.SOD is no template 77";
    return verify_signed_data(outer.value, outer.length, root, content);
}

const char *verify_signed_data(const uint8_t *signed_data, size_t length, const char *root, struct buffer *content)
{
    const char *fault = "this is no CMS";
    CMS_ContentInfo *cms = NULL;
    BIO *signed_content = BIO_new(BIO_s_mem());
    X509_STORE *store = X509_STORE_new();
    X509_VERIFY_PARAM *terms = X509_STORE_get0_param(store);
    X509_VERIFY_PARAM_set_flags(terms, X509_V_FLAG_IGNORE_CRITICAL);
    X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
    empty(content);
    const unsigned char *at = signed_data;
    cms = d2i_CMS_ContentInfo(NULL, &at, (long)length);
    if (cms == NULL || at != signed_data + length)
        goto end;
    fault = "the root certificate cannot be loaded";
    if (!X509_STORE_load_file(store, root))
        goto end;
    fault = NULL;
    if (CMS_verify(cms, NULL, store, NULL, signed_content, CMS_BINARY) != 1) {
        fault = ERR_reason_error_string(ERR_get_error());
        fault = fault ? fault : "CMS_verify";
        goto end;
    }
    fault = time_fault(cms);
    if (fault != NULL)
        goto end;
    char *bytes;
    long count = BIO_get_mem_data(signed_content, &bytes);
    put(content, bytes, (size_t)count);
end:
    CMS_ContentInfo_free(cms);
    X509_STORE_free(store);
    BIO_free(signed_content);
    return fault;
}

/* The SEQUENCE OF DataGroupHash: the third element of the LDSSecurityObject. */
static int hashes_of(const struct buffer *content, struct object *hashes)
{
    struct object whole;
    if (!find_object(content->bytes, content->length, 0x30, &whole))
        return 0;
    const uint8_t *at = whole.value, *end = whole.value + whole.length;
    struct object version, algorithm;
    return next_object(&at, end, &version) == 1 && version.tag == 0x02 && next_object(&at, end, &algorithm) == 1 &&
           algorithm.tag == 0x30 && next_object(&at, end, hashes) == 1 && hashes->tag == 0x30;
}

int hash_is_signed(const struct buffer *content, unsigned number, const uint8_t *file, size_t length)
{
    struct object hashes, entry;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256(file, length, digest);
    if (!hashes_of(content, &hashes))
        return 0;
    const uint8_t *at = hashes.value, *end = hashes.value + hashes.length;
    while (next_object(&at, end, &entry) == 1) {
        struct object name, value;
        if (find_object(entry.value, entry.length, 0x02, &name) && name.length == 1 && name.value[0] == number)
            return find_object(entry.value, entry.length, 0x04, &value) && value.length == sizeof digest &&
                   memcmp(value.value, digest, sizeof digest) == 0;
    }
    return 0;
}

int count_hashes(const struct buffer *content)
{
    struct object hashes, entry;
    int count = 0, more;
    if (!hashes_of(content, &hashes))
        return -1;
    const uint8_t *at = hashes.value, *end = hashes.value + hashes.length;
    while ((more = next_object(&at, end, &entry)) == 1)
        count++;
    return more == 0 ? count : -1;
}
