// Makes a program's disk fail at chosen moments. Load it with LD_PRELOAD; MESH_FAULT_FOLDER is the folder below which
// files are faulty, MESH_FAULT_CONTROL a file of six 64-bit numbers that the test maps too, to change them and to
// read the counts while the program runs (faulty_disk.py). What the program maps into its memory is out of reach.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, TRUNCATE = 4, RENAME = 8, REMOVE = 16, CREATE = 32 };

static struct {
    _Atomic int64_t calls;   // of the kinds in the mask, since the test set it to zero
    _Atomic int64_t first;   // the number of the first call that fails, from 1; 0: none
    _Atomic int64_t every;   // 0: only that one; otherwise each so many calls after it
    _Atomic int64_t error;   // errno; 0: the first one writes a half, as on a disk that fills up, and others ENOSPC
    _Atomic int64_t kinds;   // a mask
    _Atomic int64_t failed;  // how many calls were made to fail
} *control;

static char folder[4096];

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("MESH_FAULT_CONTROL"), *below = getenv("MESH_FAULT_FOLDER");
    if (path == NULL || below == NULL || strlen(below) >= sizeof folder) return;
    strcpy(folder, below);
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map != MAP_FAILED) control = map;
    close(file);
}

static int is_below(const char *path) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

// Standard streams may lead to a file there, too: they are the test's.
static int is_faulty(int file) {
    if (file <= STDERR_FILENO) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < 0) return 0;
    path[count] = 0;
    return is_below(path);
}

// The error that this call is to give; 0 when it is to succeed, -1 when it is to write half.
static int fault(int64_t kind) {
    if (!(control->kinds & kind)) return 0;
    int64_t call = atomic_fetch_add(&control->calls, 1) + 1, first = control->first, every = control->every;
    if (first == 0 || call < first || (every == 0 ? call != first : (call - first) % every != 0)) return 0;
    atomic_fetch_add(&control->failed, 1);
    if (control->error != 0) return (int)control->error;
    return call == first ? -1 : ENOSPC;
}

static int fault_of(int file, int64_t kind) {
    int before = errno, error = control != NULL && is_faulty(file) ? fault(kind) : 0;
    errno = before;
    return error;
}

static int fault_at(const char *path, int64_t kind) { return control != NULL && is_below(path) ? fault(kind) : 0; }

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define REFUSE(error) \
    do { \
        int refusal = (error); \
        if (refusal > 0) { \
            errno = refusal; \
            return -1; \
        } \
    } while (0)

ssize_t write(int file, const void *bytes, size_t count) {
    int error = fault_of(file, WRITE);
    REFUSE(error);
    return NEXT(write)(file, bytes, error < 0 ? (count + 1) / 2 : count);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    int error = fault_of(file, WRITE);
    REFUSE(error);
    return NEXT(pwrite64)(file, bytes, error < 0 ? (count + 1) / 2 : count, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) { return pwrite64(file, bytes, count, offset); }

int fsync(int file) {
    REFUSE(fault_of(file, SYNC));
    return NEXT(fsync)(file);
}

int fdatasync(int file) {
    REFUSE(fault_of(file, SYNC));
    return NEXT(fdatasync)(file);
}

int ftruncate64(int file, off64_t length) {
    REFUSE(fault_of(file, TRUNCATE));
    return NEXT(ftruncate64)(file, length);
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int rename(const char *old, const char *new) {
    REFUSE(fault_at(new, RENAME));
    return NEXT(rename)(old, new);
}

int link(const char *old, const char *new) {
    REFUSE(fault_at(new, RENAME));
    return NEXT(link)(old, new);
}

int unlink(const char *path) {
    REFUSE(fault_at(path, REMOVE));
    return NEXT(unlink)(path);
}

static int open_file(int (*next)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (flags & O_CREAT && access(path, F_OK) != 0) REFUSE(fault_at(path, CREATE));
    return next(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    __builtin_va_list list;
    __builtin_va_start(list, flags);
    mode_t mode = flags & O_CREAT ? __builtin_va_arg(list, mode_t) : 0;
    __builtin_va_end(list);
    return open_file(NEXT(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    __builtin_va_list list;
    __builtin_va_start(list, flags);
    mode_t mode = flags & O_CREAT ? __builtin_va_arg(list, mode_t) : 0;
    __builtin_va_end(list);
    return open_file(NEXT(open64), path, flags, mode);
}
