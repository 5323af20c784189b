#pragma once
// Linux calls that the Glibc module does not export.
#include <malloc.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

// Declared only with _GNU_SOURCE, which would give libc's types another shape than they have in
// other modules.
int pthread_setname_np(pthread_t thread, const char *name);

// accept4(2), non-blocking and close-on-exec.
int csystem_accept(int listener, struct sockaddr_storage *address, socklen_t *length);

// The credentials of a unix socket's peer (SO_PEERCRED); 0 or -1 with errno.
int csystem_peer_credentials(int socket, int32_t *pid, uint32_t *uid, uint32_t *gid);

// A pointer that belongs to the calling thread: the buffer a message is being encoded into.
void *csystem_encode_target(void);
void csystem_set_encode_target(void *target);

// A pointer that identifies the event loop that the calling thread runs, or NULL.
void *csystem_current_loop(void);
void csystem_set_current_loop(void *loop);
