#define _GNU_SOURCE
#include "CChildProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most_words = 64 };

static int split(const char *words, size_t count, char *arguments[most_words + 1]) {
    int number = 0;
    for (size_t at = 0; at < count && number < most_words; at += strlen(words + at) + 1)
        arguments[number++] = (char *)words + at;
    arguments[number] = NULL;
    return number;
}

static pid_t spawn(char *arguments[], int input) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (input >= 0) {
        posix_spawn_file_actions_adddup2(&actions, input, 0);
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, 1, 2);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t id = -1;
    if (posix_spawnp(&id, arguments[0], &actions, &attributes, arguments, environ) != 0) id = -1;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return id;
}

static int ended_well(pid_t id) {
    int status = 0;
    while (waitpid(id, &status, 0) != id)
        if (errno != EINTR) return 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int mesh_child_run(const char *words, size_t count) {
    char *arguments[most_words + 1];
    if (split(words, count, arguments) == 0) return 0;
    pid_t id = spawn(arguments, -1);
    return id > 0 && ended_well(id);
}

static atomic_flag is_telling = ATOMIC_FLAG_INIT;

static void *reap(void *id) {
    ended_well((pid_t)(intptr_t)id);
    atomic_flag_clear(&is_telling);
    return NULL;
}

static pid_t tell(char *arguments[], const char *input, size_t input_count) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t id = spawn(arguments, ends[0]);
    close(ends[0]);
    // A pipe holds 64 KiB, so this waits for nobody.
    if (id > 0) (void)!write(ends[1], input, input_count < 65536 ? input_count : 65536);
    close(ends[1]);
    return id;
}

void mesh_child_tell(const char *words, size_t count, const char *input, size_t input_count) {
    char *arguments[most_words + 1];
    if (split(words, count, arguments) == 0 || atomic_flag_test_and_set(&is_telling)) return;
    pid_t id = tell(arguments, input, input_count);
    pthread_t thread;
    // Somebody must take note of its end, or it stays as a zombie.
    if (id > 0 && pthread_create(&thread, NULL, reap, (void *)(intptr_t)id) == 0) pthread_detach(thread);
    else atomic_flag_clear(&is_telling);
}

static int removed(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    return remove(path);
}

void mesh_remove_folder(const char *path) { nftw(path, removed, 8, FTW_DEPTH | FTW_PHYS); }
