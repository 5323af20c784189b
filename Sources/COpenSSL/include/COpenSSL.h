#pragma once
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

// Macros that Swift cannot import, each as one function.

// What no connection of ours wants is off, and buffers of idle connections are given back.
static inline void copenssl_harden(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

static inline long copenssl_set_minimum_version(SSL_CTX *context, int version) {
  return SSL_CTX_set_min_proto_version(context, version);
}

static inline long copenssl_set_maximum_version(SSL_CTX *context, int version) {
  return SSL_CTX_set_max_proto_version(context, version);
}

static inline long copenssl_set_groups(SSL_CTX *context, const char *names) {
  return SSL_CTX_set1_groups_list(context, names);
}

static inline long copenssl_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
  return SSL_CTX_add1_chain_cert(context, certificate);
}

static inline void copenssl_set_session_cache(SSL_CTX *context, long mode, long size) {
  SSL_CTX_set_session_cache_mode(context, mode);
  SSL_CTX_sess_set_cache_size(context, size);
}

static inline long copenssl_set_server_name(SSL *session, const char *name) {
  return SSL_set_tlsext_host_name(session, name);
}

// The form of distinguished names in RFC 2253.
static const unsigned long copenssl_rfc2253 = XN_FLAG_RFC2253;

// The bytes that were written to a memory BIO, owned by it.
static inline long copenssl_memory_bytes(BIO *memory, char **start) {
  return BIO_get_mem_data(memory, start);
}

static inline int copenssl_general_name_count(const GENERAL_NAMES *names) {
  return sk_GENERAL_NAME_num(names);
}

// The text of a DNS name or URI, NULL for other kinds of name.
static inline const ASN1_STRING *copenssl_general_name_text(const GENERAL_NAMES *names, int index) {
  const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
  switch (name->type) {
    case GEN_DNS: return name->d.dNSName;
    case GEN_URI: return name->d.uniformResourceIdentifier;
    default: return NULL;
  }
}

static inline void copenssl_free_general_names(GENERAL_NAMES *names) {
  GENERAL_NAMES_free(names);
}
