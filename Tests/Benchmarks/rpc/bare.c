// The limit: a server of nghttp2 and epoll that parses nothing and answers every request with the
// same bytes. A path that ends in "StreamingOutputCall" gets `count` messages, any other one.
//
// usage: bare RESPONSE_SIZE COUNT MESSAGE_SIZE    (prints "ready HOST:PORT")
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { GATHER = 65536, READ = 65536 };

typedef struct {
  nghttp2_session *session;
  int fd, wants_write;
  uint8_t *out;
  size_t out_head, out_count, out_size;
} connection;

typedef struct {
  int streams;
  size_t messages_left, position;
} stream;

typedef struct {
  uint8_t *bytes;
  size_t count;
} message;

static message unary, streamed;
static size_t streamed_count;
static int epoll_fd;
static nghttp2_session_callbacks *callbacks;
static nghttp2_option *options;

#define FIELD(name, value)                                                       \
  {(uint8_t *)name, (uint8_t *)value, sizeof(name) - 1, sizeof(value) - 1,       \
   NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE}
static nghttp2_nv head[] = {FIELD(":status", "200"), FIELD("content-type", "application/grpc")};
static nghttp2_nv trailers[] = {FIELD("grpc-status", "0")};

// An enveloped grpc.testing message whose field 1 (Payload) has `size` zero bytes in its field 2.
static message make(size_t size) {
  uint8_t inner[16], outer[16];
  size_t i = 0, o = 0, v;
  inner[i++] = 0x12;
  for (v = size; v >= 128; v >>= 7) inner[i++] = (v & 127) | 128;
  inner[i++] = v;
  outer[o++] = 0x0a;
  for (v = size + i; v >= 128; v >>= 7) outer[o++] = (v & 127) | 128;
  outer[o++] = v;
  size_t length = o + i + size;
  message made = {calloc(1, 5 + length), 5 + length};
  for (int b = 0; b < 4; b++) made.bytes[1 + b] = length >> (24 - 8 * b);
  memcpy(made.bytes + 5, outer, o);
  memcpy(made.bytes + 5 + o, inner, i);
  return made;
}

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *buffer, size_t room,
                         uint32_t *flags, nghttp2_data_source *source, void *context) {
  stream *s = source->ptr;
  message *m = s->streams ? &streamed : &unary;
  size_t written = 0;
  (void)context;
  while (written < room && s->messages_left) {
    size_t part = m->count - s->position;
    if (part > room - written) part = room - written;
    memcpy(buffer + written, m->bytes + s->position, part);
    written += part;
    s->position += part;
    if (s->position == m->count) {
      s->position = 0;
      s->messages_left--;
    }
  }
  if (!s->messages_left) {
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    nghttp2_submit_trailer(session, id, trailers, 1);
  }
  return written;
}

static int began_headers(nghttp2_session *session, const nghttp2_frame *frame, void *context) {
  (void)context;
  if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, calloc(1, sizeof(stream)));
  return 0;
}

static int received_field(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                          size_t name_count, const uint8_t *value, size_t value_count,
                          uint8_t flags, void *context) {
  (void)flags, (void)context;
  static const char suffix[] = "StreamingOutputCall";
  if (name_count != 5 || memcmp(name, ":path", 5)) return 0;
  stream *s = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
  if (s && value_count >= sizeof suffix - 1)
    s->streams = !memcmp(value + value_count - (sizeof suffix - 1), suffix, sizeof suffix - 1);
  return 0;
}

static int received_frame(nghttp2_session *session, const nghttp2_frame *frame, void *context) {
  (void)context;
  if (!(frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) return 0;
  if (frame->hd.type != NGHTTP2_DATA && frame->hd.type != NGHTTP2_HEADERS) return 0;
  stream *s = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
  if (!s) return 0;
  s->messages_left = s->streams ? streamed_count : 1;
  nghttp2_data_provider provider = {{.ptr = s}, read_body};
  nghttp2_submit_response(session, frame->hd.stream_id, head, 2, &provider);
  return 0;
}

static int closed_stream(nghttp2_session *session, int32_t id, uint32_t code, void *context) {
  (void)code, (void)context;
  free(nghttp2_session_get_stream_user_data(session, id));
  return 0;
}

static void close_connection(connection *c) {
  nghttp2_session_del(c->session);
  close(c->fd);
  free(c->out);
  free(c);
}

static void watch(connection *c, int wants_write) {
  if (c->wants_write == wants_write) return;
  c->wants_write = wants_write;
  struct epoll_event event = {EPOLLIN | (wants_write ? EPOLLOUT : 0), {.ptr = c}};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

static int flush(connection *c) {
  for (;;) {
    while (c->out_count - c->out_head < GATHER) {
      const uint8_t *bytes;
      ssize_t count = nghttp2_session_mem_send(c->session, &bytes);
      if (count < 0) return -1;
      if (count == 0) break;
      if (c->out_count + count > c->out_size)
        c->out = realloc(c->out, c->out_size = (c->out_count + count) * 2);
      memcpy(c->out + c->out_count, bytes, count);
      c->out_count += count;
    }
    if (c->out_head == c->out_count) {
      c->out_head = c->out_count = 0;
      watch(c, 0);
      return 0;
    }
    ssize_t written = write(c->fd, c->out + c->out_head, c->out_count - c->out_head);
    if (written < 0) {
      if (errno != EAGAIN) return -1;
      watch(c, 1);
      return 0;
    }
    c->out_head += written;
    if (c->out_head == c->out_count) c->out_head = c->out_count = 0;
  }
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), one = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connection *c = calloc(1, sizeof *c);
    c->fd = fd;
    nghttp2_session_server_new2(&c->session, callbacks, c, options);
    nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000},
                                         {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20}};
    nghttp2_submit_settings(c->session, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(c->session, NGHTTP2_FLAG_NONE, 0, 1 << 24);
    struct epoll_event event = {EPOLLIN, {.ptr = c}};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
    if (flush(c)) close_connection(c);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: bare RESPONSE_SIZE COUNT MESSAGE_SIZE\n");
    return 2;
  }
  unary = make(atol(argv[1]));
  streamed_count = atol(argv[2]);
  streamed = make(atol(argv[3]));
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, began_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, received_field);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, received_frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, closed_stream);
  nghttp2_option_new(&options);
  nghttp2_option_set_no_closed_streams(options, 1);

  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  if (bind(listener, (void *)&address, length) || listen(listener, 4096)) return perror("bind"), 1;
  getsockname(listener, (void *)&address, &length);
  printf("ready 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);

  epoll_fd = epoll_create1(0);
  struct epoll_event event = {EPOLLIN, {.ptr = NULL}}, events[256];
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
  static uint8_t buffer[READ];
  for (;;) {
    int count = epoll_wait(epoll_fd, events, 256, -1);
    for (int i = 0; i < count; i++) {
      connection *c = events[i].data.ptr;
      if (!c) {
        accept_all(listener);
        continue;
      }
      if (events[i].events & ~EPOLLOUT) {
        ssize_t got = read(c->fd, buffer, READ);
        if (got == 0 || (got < 0 && errno != EAGAIN) ||
            (got > 0 && nghttp2_session_mem_recv(c->session, buffer, got) < 0)) {
          close_connection(c);
          continue;
        }
      }
      if (flush(c)) close_connection(c);
    }
  }
}
