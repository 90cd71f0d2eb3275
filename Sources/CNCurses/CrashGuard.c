#define _GNU_SOURCE
#include "CrashGuard.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

// Undoes all that was asked of the terminal when nobody else can: kitty keys, modifyOtherKeys, pastes, focus, attributes, the cursor, the
// alternate screen; then the beginning of a line.
static const char leave[] = "\033[<u\033[>4;0m\033[?2004l\033[?1004l\033[?1007h\033[0m\033[?25h\033[?1049l\r";

static const int fatal[] = {SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGQUIT};
enum { fatal_count = sizeof fatal / sizeof *fatal };

static struct termios saved;
static struct sigaction before[fatal_count];
static int shown_error = -1;
static int kept_error = -1;
static volatile sig_atomic_t is_guarding;
static int wants_backtrace;

// Only calls that are safe in a signal handler. What is printed is the last 16 KiB: the end of a report says most.
static void print_kept(void) {
    char bytes[512];
    off_t end = lseek(kept_error, 0, SEEK_END);
    off_t at = end > 16384 ? end - 16384 : 0;
    ssize_t count;
    while ((count = pread(kept_error, bytes, sizeof bytes, at)) > 0) {
        if (write(2, bytes, (size_t)count) < 0) break;
        at += count;
    }
    (void)!ftruncate(kept_error, 0);
}

static void restore(void) {
    // From the background this would stop the process instead of ending it.
    signal(SIGTTOU, SIG_IGN);
    tcsetattr(0, TCSADRAIN, &saved);
    if (shown_error >= 0) dup2(shown_error, 2);
    if (kept_error >= 0) print_kept();
}

static void crashed(int number) {
    if (is_guarding) {
        is_guarding = 0;
        (void)!write(1, leave, sizeof leave - 1);
        restore();
    }
    // Swift's own handler prints registers, which may hold keys; it runs only for who has asked for it.
    for (int i = 0; i < fatal_count; i++) {
        if (fatal[i] != number) continue;
        if (wants_backtrace) sigaction(number, &before[i], NULL);
        else signal(number, SIG_DFL);
    }
    raise(number);
}

static void keep_error(void) {
    if (kept_error < 0) kept_error = memfd_create("stderr", MFD_CLOEXEC);
    if (kept_error < 0) return;
    shown_error = fcntl(2, F_DUPFD_CLOEXEC, 3);
    int flags = fcntl(kept_error, F_GETFL);
    fcntl(kept_error, F_SETFL, flags | O_APPEND);
    dup2(kept_error, 2);
}

int mesh_guard_begin(void) {
    if (tcgetattr(0, &saved) != 0) return 0;
    wants_backtrace = getenv("SWIFT_BACKTRACE") != NULL;
    struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_NODEFER};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < fatal_count; i++) sigaction(fatal[i], &action, &before[i]);
    if (isatty(2)) keep_error();
    is_guarding = 1;
    return 1;
}

void mesh_guard_end(void) {
    if (!is_guarding) return;
    is_guarding = 0;
    restore();
    for (int i = 0; i < fatal_count; i++) sigaction(fatal[i], &before[i], NULL);
    if (shown_error >= 0) close(shown_error);
    shown_error = -1;
}
