// Replays a recording of training steps (see TapeRecorder.swift) and prints its lines: on any
// instruction set (REE_ISA) and with any number of threads the same.
//
//   replay FILE THREADS
//   replay --isas       the instruction sets of this build, each with whether this machine has it

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

enum { TAPES_MAX = 16, THREADS_MAX = 16 };

struct tape {
  ree_tape_op *ops;
  size_t count;
};

struct work {
  const struct tape *tape;
  void *memory;
  uint32_t *state;
};

static void fail(const char *why) {
  fprintf(stderr, "replay: %s\n", why);
  exit(2);
}

static void *allocate(size_t size) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, size ? size : 1)) fail("out of memory");
  memset(memory, 0, size);
  return memory;
}

static uint64_t next(FILE *file) {
  unsigned char bytes[8];
  uint64_t word = 0;
  if (fread(bytes, 1, 8, file) != 8) fail("the recording ends early");
  for (int i = 7; i >= 0; i--) word = word << 8 | bytes[i];
  return word;
}

static void *run_part(void *argument) {
  const struct work *work = argument;
  ree_tape_work(work->tape->ops, work->tape->count, work->memory, work->state);
  return NULL;
}

static void run(const struct tape *tape, void *memory, size_t threads) {
  if (threads == 1) {
    ree_tape_run(tape->ops, tape->count, memory);
    return;
  }
  uint32_t *state = allocate(2 * tape->count * sizeof *state);
  struct work work = {tape, memory, state};
  pthread_t others[THREADS_MAX];
  size_t started = 0;
  while (started + 1 < threads && pthread_create(&others[started], NULL, run_part, &work) == 0)
    started++;
  run_part(&work);
  for (size_t i = 0; i < started; i++) pthread_join(others[i], NULL);
  free(state);
}

static uint64_t hash_of(const uint32_t *words, size_t count) {
  uint64_t hash = 1469598103934665603u;
  for (size_t i = 0; i < count; i++) {
    hash = (hash ^ words[i]) * 1099511628211u;
    hash ^= hash >> 29;
  }
  return hash;
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "--isas") == 0) {
    for (size_t i = 0; ree_isa_name(i); i++)
      printf("%s %s\n", ree_isa_name(i), ree_isa_available(ree_isa_name(i)) ? "present" : "absent");
    return 0;
  }
  if (count != 3) fail("usage: replay FILE THREADS");
  if (ree_select(NULL) != REE_OK) fail("REE_ISA is absent here");
  const size_t threads = strtoul(arguments[2], NULL, 10);
  if (threads < 1 || threads > THREADS_MAX) fail("1 to 16 threads");
  FILE *file = fopen(arguments[1], "rb");
  char magic[8];
  if (!file || fread(magic, 1, 8, file) != 8 || memcmp(magic, "REETAPE1", 8)) fail("no recording");

  const uint64_t words = next(file);
  uint32_t *memory = allocate(words * 4);
  struct tape tapes[TAPES_MAX];
  size_t tape_count = 0, lines = 0;
  for (int first; (first = fgetc(file)) != EOF;) {
    ungetc(first, file);
    switch (next(file)) {
      case 1: {
        if (tape_count == TAPES_MAX) fail("too many tapes");
        struct tape *tape = &tapes[tape_count++];
        tape->count = next(file);
        tape->ops = allocate(tape->count * sizeof *tape->ops);
        if (fread(tape->ops, sizeof *tape->ops, tape->count, file) != tape->count)
          fail("the recording ends early");
        break;
      }
      case 2: {
        const uint64_t place = next(file), size = next(file);
        if (place > words || size > words - place) fail("a place outside the memory");
        if (fread(memory + place, 4, size, file) != size) fail("the recording ends early");
        if (size % 2 && fseek(file, 4, SEEK_CUR)) fail("the recording ends early");
        break;
      }
      case 3: {
        const uint64_t index = next(file);
        if (index >= tape_count) fail("an unknown tape");
        run(&tapes[index], memory, threads);
        break;
      }
      case 4: {
        const uint64_t place = next(file), size = next(file);
        if (place > words || size > words - place) fail("a place outside the memory");
        printf("training-step-%zu %016llx\n", ++lines,
               (unsigned long long)hash_of(memory + place, size));
        fflush(stdout);
        break;
      }
      default: fail("an unknown event");
    }
  }
  return 0;
}
