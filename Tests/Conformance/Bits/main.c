// Prints one hash for each kernel's outputs on fixed inputs. Every line is the same on every machine,
// for every instruction set (REE_ISA) and number of threads.
//
//   bits THREADS        all kernels
//   bits THREADS tiles  those whose tiles several threads may claim
//   bits --isas         the instruction sets of this build, each with whether this machine has it

#include <pthread.h>
#include <stdatomic.h>

#include "fixture.h"

static uint64_t state;
static uint64_t hash;
static const char *hash_name;
static size_t thread_count = 1;

void restart(void) { state = 88172645463325252u; }

uint32_t next_bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32);
}

float next_unit(void) { return (float)(int32_t)next_bits() * 0x1p-31f; }

// 2^exponent for normal results.
static float power_of_two(int exponent) {
  const uint32_t pattern = (uint32_t)(exponent + 127) << 23;
  float result;
  memcpy(&result, &pattern, sizeof result);
  return result;
}

float next_wide(void) {
  const float fraction = next_unit();
  return fraction * power_of_two((int)(next_bits() % 60) - 30);
}

float next_any(void) {
  const uint32_t pattern = next_bits();
  float result;
  memcpy(&result, &pattern, sizeof result);
  return result;
}

void fill(float *out, size_t count, float (*next)(void)) {
  for (size_t i = 0; i < count; i++) out[i] = next();
}

void *allocate(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size);
  if (!memory) {
    fprintf(stderr, "out of memory\n");
    exit(2);
  }
  return memory;
}

void hash_begin(const char *name) {
  hash = 1469598103934665603u;
  hash_name = name;
}

static void hash_word(uint32_t word) {
  hash = (hash ^ word) * 1099511628211u;
  hash ^= hash >> 29;
}

void hash_words(const void *words, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t word;
    memcpy(&word, (const char *)words + 4 * i, sizeof word);
    hash_word(word);
  }
}

void hash_bytes(const void *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) hash_word(((const unsigned char *)bytes)[i]);
}

void hash_end(void) {
  printf("%s %016llx\n", hash_name, (unsigned long long)hash);
  fflush(stdout);
}

struct queue {
  size_t count;
  void (*tile)(const void *context, size_t index);
  const void *context;
  atomic_size_t next;
};

static void *work(void *argument) {
  struct queue *queue = argument;
  size_t index;
  while ((index = atomic_fetch_add(&queue->next, 1)) < queue->count)
    queue->tile(queue->context, index);
  return NULL;
}

void run_tiles(size_t count, void (*tile)(const void *context, size_t index), const void *context) {
  enum { THREADS_MAX = 16 };
  struct queue queue = {count, tile, context, 0};
  pthread_t threads[THREADS_MAX];
  size_t started = 0;
  while (started + 1 < thread_count && started < THREADS_MAX &&
         pthread_create(&threads[started], NULL, work, &queue) == 0)
    started++;
  work(&queue);
  for (size_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "--isas") == 0) {
    for (size_t i = 0; ree_isa_name(i); i++)
      printf("%s %s\n", ree_isa_name(i), ree_isa_available(ree_isa_name(i)) ? "present" : "absent");
    return 0;
  }
  if (count > 1) thread_count = strtoul(arguments[1], NULL, 10);
  const ree_status status = ree_select(NULL);
  if (status != REE_OK) {
    fprintf(stderr, "REE_ISA: %s\n", status == REE_ABSENT_ISA ? "absent here" : "unknown");
    return 3;
  }
  const bool tiles_only = count > 2 && strcmp(arguments[2], "tiles") == 0;
  // Each family starts the generator anew, so that its inputs do not depend on the others.
  restart(), product_lines();
  restart(), integer_lines();
  if (tiles_only) return 0;
  restart(), element_lines();
  restart(), row_lines();
  restart(), training_lines();
}
