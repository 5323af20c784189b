#include "CSandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the sandbox does not know this processor's system calls"
#endif

// What a computation with threads needs once everything is open: memory, threads, clocks, its pipes.
static const int allowed[] = {
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_close, SYS_fstat, SYS_lseek, SYS_dup,
    SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_mlock, SYS_munlock, SYS_brk,
    SYS_membarrier,
    SYS_futex, SYS_set_robust_list, SYS_get_robust_list, SYS_set_tid_address, SYS_sched_yield,
    SYS_sched_getaffinity, SYS_gettid, SYS_getpid, SYS_getuid, SYS_geteuid, SYS_tgkill,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_restart_syscall,
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday,
    SYS_getrandom, SYS_getrusage, SYS_sysinfo, SYS_uname, SYS_exit, SYS_exit_group, SYS_getcpu,
    SYS_prctl, SYS_prlimit64,
    // libdispatch's own waiting; none of these reaches what was not open before.
    SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_eventfd2, SYS_timerfd_create,
    SYS_timerfd_settime,
#ifdef SYS_epoll_wait
    SYS_epoll_wait,
#endif
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_time
    SYS_time,
#endif
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
#ifdef SYS_poll
    SYS_poll,
#endif
    SYS_ppoll,
};

// What is tried by mistake or by malice, and gets an answer that programs know how to take.
static const int refused[] = {
    SYS_openat, SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_execve, SYS_faccessat,
    SYS_newfstatat, SYS_readlinkat, SYS_unlinkat, SYS_mkdirat, SYS_statx, SYS_kill,
    SYS_getdents64,
    // libdispatch sets the priority of its threads, and goes on without.
    SYS_setpriority, SYS_getpriority, SYS_sched_setscheduler, SYS_sched_setaffinity,
#ifdef SYS_open
    SYS_open, SYS_stat, SYS_access, SYS_readlink, SYS_fork, SYS_vfork,
#endif
#ifdef SYS_execveat
    SYS_execveat,
#endif
};

enum {
  ALLOWED_COUNT = sizeof allowed / sizeof allowed[0],
  REFUSED_COUNT = sizeof refused / sizeof refused[0],
  RULES_MAX = 16 + 2 * (ALLOWED_COUNT + REFUSED_COUNT),
};

static int limit(int resource, uint64_t most) {
  struct rlimit limit = {most, most};
  return setrlimit(resource, &limit);
}

int csandbox_enter(uint64_t memory_max, uint64_t seconds_max) {
  if (limit(RLIMIT_AS, memory_max) || limit(RLIMIT_CPU, seconds_max) || limit(RLIMIT_CORE, 0)) {
    return -1;
  }
  struct sock_filter rules[RULES_MAX];
  unsigned short count = 0;
  const unsigned data = offsetof(struct seccomp_data, nr);
  rules[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                offsetof(struct seccomp_data, arch));
  rules[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  rules[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  rules[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, data);
  for (int i = 0; i < ALLOWED_COUNT; i++) {
    rules[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1);
    rules[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  }
  for (int i = 0; i < REFUSED_COUNT; i++) {
    rules[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i], 0, 1);
    rules[count++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EACCES & SECCOMP_RET_DATA));
  }
  // A thread is made; a process is not. clone3's flags lie in memory that a filter cannot see: libc then
  // falls back to clone.
  rules[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
  rules[count++] =
      (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (ENOSYS & SECCOMP_RET_DATA));
  rules[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3);
  rules[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                                offsetof(struct seccomp_data, args[0]));
  rules[count++] =
      (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1);
  rules[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  rules[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  struct sock_fprog program = {count, rules};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
  // For all threads at once: some may be there already.
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}
