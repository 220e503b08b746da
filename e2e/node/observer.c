/*
 * Tries what a sandbox may do otherwise than a host, and says how it went: `observe <what>[:<argument>]...` prints one line
 * `<what>[:<argument>] <ok, the name of an error, or what was read>` for each.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char text[4096];

static int io_uring(const char *unused) {
  struct io_uring_params params = {0};
  return syscall(SYS_io_uring_setup, 4, &params);
}

static int perf(const char *unused) {
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_CPU_CLOCK};
  return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static int fault(const char *unused) {
  return syscall(SYS_userfaultfd, O_CLOEXEC);
}

static int bpf(const char *unused) {
  union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
}

/* No module at all: a kernel that would take one calls it an error of the format. */
static int module(const char *unused) {
  static char nothing[64];
  return syscall(SYS_init_module, nothing, sizeof nothing, "");
}

static int trace(const char *unused) {
  pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(errno);
    raise(SIGSTOP);
    _exit(0);
  }
  int status;
  if (waitpid(child, &status, 0) < 0) return -1;
  if (WIFEXITED(status)) {
    errno = WEXITSTATUS(status);
    return -1;
  }
  return ptrace(PTRACE_DETACH, child, 0, 0);
}

static int huge_page(const char *unused) {
  return mmap(0, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0) == MAP_FAILED ? -1 : 0;
}

static int kernel_log(const char *unused) {
  return klogctl(3, text, sizeof text - 1) < 0 ? -1 : 0;
}

static int raw_socket(const char *unused) {
  return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int packet_socket(const char *unused) {
  return socket(AF_PACKET, SOCK_RAW, htons(3));
}

static int ping_socket(const char *unused) {
  return socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
}

static int nftables(const char *unused) {
  return socket(AF_NETLINK, SOCK_RAW, 12);
}

/* As iptables asks for a table. */
static int iptables(const char *table) {
  struct { char name[32]; unsigned numbers[13]; } info = {0};
  socklen_t length = sizeof info;
  strncpy(info.name, table, sizeof info.name - 1);
  int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  return fd < 0 ? -1 : getsockopt(fd, IPPROTO_IP, 64, &info, &length);
}

static int family(const char *number) {
  return socket(atoi(number), SOCK_SEQPACKET, 0);
}

static int tcp(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  return connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address);
}

static int unix_socket(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  return connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address);
}

static int open_for_reading(const char *path) {
  return open(path, O_RDONLY | O_NONBLOCK);
}

static int read_file(const char *path) {
  int fd = open(path, O_RDONLY | O_NONBLOCK);
  return fd < 0 || read(fd, text, sizeof text - 1) < 0 ? -1 : 0;
}

/* "<path>=<what is written>" */
static int write_file(const char *argument) {
  char path[256] = {0};
  const char *value = strchr(argument, '=') + 1;
  memcpy(path, argument, value - argument - 1);
  int fd = open(path, O_WRONLY);
  return fd < 0 || write(fd, value, strlen(value)) < 0 ? -1 : 0;
}

/* "<path>=<megabytes>", until it fails. */
static int fill_file(const char *argument) {
  static char megabyte[1 << 20];
  char path[256] = {0};
  const char *value = strchr(argument, '=') + 1;
  memcpy(path, argument, value - argument - 1);
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  if (fd < 0) return -1;
  for (int i = 0; i < atoi(value); i++) {
    if (write(fd, megabyte, sizeof megabyte) < 0) return -1;
  }
  return 0;
}

static int memory(const char *megabytes) {
  size_t size = (size_t)atoi(megabytes) << 20;
  char *bytes = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes == MAP_FAILED) return -1;
  memset(bytes, 1, size);
  return 0;
}

/* The null device is the one that each sandbox has; block devices are 7,0, the first loop device. */
static int node_of_device(const char *kind) {
  int block = strcmp(kind, "block") == 0;
  const char *path = block ? "/made-block" : "/made-char";
  if (mknod(path, 0600 | (block ? S_IFBLK : S_IFCHR), block ? makedev(7, 0) : makedev(1, 3)) != 0) return -1;
  return open(path, O_RDONLY | O_NONBLOCK);
}

static int mount_of(const char *type) {
  mkdir("/mounted", 0700);
  return mount("none", "/mounted", type, 0, 0);
}

static int user(const char *unused) {
  snprintf(text, sizeof text, "%d", (int)geteuid());
  return 0;
}

/* Memory that somebody else shares under this key. */
static int shared_memory(const char *key) {
  return shmget((key_t)strtoul(key, 0, 0), 0, 0);
}

static int make_folder(const char *path) {
  return mkdir(path, 0700);
}

/* Waits for the first change in a folder. */
static int change(const char *folder) {
  int fd = inotify_init();
  if (inotify_add_watch(fd, folder, IN_CREATE) < 0) return -1;
  printf("watching\n");
  fflush(stdout);
  struct pollfd events = {.fd = fd, .events = POLLIN};
  snprintf(text, sizeof text, "%s", poll(&events, 1, 4000) == 1 ? "seen" : "not seen");
  return 0;
}

static const struct { const char *name; int (*try)(const char *); } OBSERVATIONS[] = {
  {"io_uring", io_uring}, {"perf", perf}, {"userfaultfd", fault}, {"bpf", bpf}, {"module", module}, {"ptrace", trace}, {"huge-page", huge_page},
  {"dmesg", kernel_log}, {"raw-socket", raw_socket}, {"packet-socket", packet_socket}, {"ping-socket", ping_socket}, {"nftables", nftables},
  {"iptables", iptables}, {"family", family}, {"tcp", tcp}, {"unix", unix_socket}, {"open", open_for_reading}, {"read", read_file},
  {"write", write_file}, {"fill", fill_file}, {"memory", memory}, {"mknod", node_of_device}, {"mount", mount_of}, {"user", user},
  {"shm", shared_memory}, {"mkdir", make_folder}, {"inotify", change},
};

int main(int count, char **words) {
  for (int i = 1; i < count; i++) {
    char *argument = strchr(words[i], ':');
    size_t length = argument ? (size_t)(argument - words[i]) : strlen(words[i]);
    int known = 0;
    for (size_t j = 0; j < sizeof OBSERVATIONS / sizeof *OBSERVATIONS; j++) {
      if (strlen(OBSERVATIONS[j].name) != length || strncmp(OBSERVATIONS[j].name, words[i], length) != 0) continue;
      known = 1;
      memset(text, 0, sizeof text);
      const char *outcome = OBSERVATIONS[j].try(argument ? argument + 1 : "") < 0 ? strerrorname_np(errno) : text[0] ? text : "ok";
      printf("%s %.*s\n", words[i], (int)strcspn(outcome, "\n"), outcome);
      fflush(stdout);
    }
    if (!known) return 2;
  }
  return 0;
}
