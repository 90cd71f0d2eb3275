#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include "CNCurses.h"
#include "CrashGuard.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

// What is asked of the terminal beyond what terminfo knows: pastes and focus as such, no wheel that pretends to be
// arrow keys, keys told apart (kitty's protocol, xterm's modifyOtherKeys); terminals ignore what they do not know.
// Kitty keeps its keys per screen, so this belongs between entering and leaving the alternate one; `CSI ? u` asks whether
// it has them.
static const char enter[] = "\033[?2004h\033[?1004h\033[?1007l\033[>4;2m\033[>1u\033[?u";
static const char leave[] = "\033[<u\033[>4;0m\033[?2004l\033[?1004l\033[?1007h";

static SCREEN *screen;
static FILE *output;
static int signals = -1;
static int is_open;
static int has_colours;

static sigset_t watched(void) {
    sigset_t set;
    sigemptyset(&set);
    const int numbers[] = {SIGWINCH, SIGCONT, SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(&set, numbers[i]);
    return set;
}

void mesh_terminal_block_signals(void) {
    sigset_t set = watched();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int mesh_terminal_locale(void) {
    setlocale(LC_ALL, "");
    const char *codeset = nl_langinfo(CODESET);
    if (strcmp(codeset, "UTF-8") == 0) return 1;
    // Nobody chose a locale, or the chosen one is not installed: terminals of today show UTF-8. Who chose "C" by name,
    // or another character set, gets what they asked for.
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *chosen = NULL;
    for (int i = 0; i < 3 && !(chosen && *chosen); i++) chosen = getenv(names[i]);
    int is_plain = strcmp(codeset, "ANSI_X3.4-1968") == 0;
    int asked = chosen && (strcmp(chosen, "C") == 0 || strcmp(chosen, "POSIX") == 0);
    int has_unicode = setlocale(LC_CTYPE, "C.UTF-8") != NULL;
    return has_unicode && is_plain && !asked;
}

int mesh_character_width(uint32_t character) { return wcwidth((wchar_t)character); }

void mesh_character_locale(void) {
    if (wcwidth(0x65E5) != 2) setlocale(LC_CTYPE, "C.UTF-8");
}

int mesh_terminal_open(int colours) {
    if (is_open) return MESH_OPENED;
    if (!isatty(0) || !isatty(1)) return MESH_NOT_A_TERMINAL;
    if (!mesh_guard_begin()) return MESH_NO_MODES;
    if (!screen) {
        // A stream of its own: standard output's buffer is nobody's business while curses runs.
        output = fdopen(dup(1), "w");
        screen = output ? newterm(NULL, output, stdin) : NULL;
        if (!screen) {
            mesh_guard_end();
            return MESH_UNKNOWN_TERMINAL;
        }
    } else {
        reset_prog_mode();
        clearok(stdscr, TRUE);
    }
    raw();
    noecho();
    nonl();
    leaveok(stdscr, FALSE);
    has_colours = colours && has_colors() && start_color() == OK;
    if (has_colours) use_default_colors();
    sigset_t set = watched();
    if (signals < 0) signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    wrefresh(stdscr);
    mesh_terminal_send(enter, sizeof enter - 1);
    is_open = 1;
    return MESH_OPENED;
}

void mesh_terminal_close(void) {
    if (!is_open) return;
    is_open = 0;
    mesh_terminal_send(leave, sizeof leave - 1);
    endwin();
    fflush(output);
    mesh_guard_end();
}

int mesh_terminal_colours(void) { return has_colours ? (COLORS > 256 ? 256 : COLORS) : 0; }

int mesh_terminal_has_links(void) {
    const char *name = termname();
    const char *old[] = {"linux", "vt", "ansi", "cons", "sun", "wy"};
    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        if (!name || strncmp(name, old[i], strlen(old[i])) == 0) return 0;
    return 1;
}

int mesh_terminal_erase_byte(void) {
    struct termios modes;
    return tcgetattr(0, &modes) == 0 ? modes.c_cc[VERASE] : 0x7f;
}

void mesh_terminal_size(int *rows, int *columns) {
    struct winsize size = {0};
    if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        if (size.ws_row != LINES || size.ws_col != COLS) resizeterm(size.ws_row, size.ws_col);
    }
    *rows = LINES;
    *columns = COLS;
}

void mesh_terminal_draw(int row, int column, const char *text, int count, int style, int foreground) {
    attr_t attributes = A_NORMAL;
    if (style & MESH_BOLD) attributes |= A_BOLD;
    if (style & MESH_DIM) attributes |= A_DIM;
    if (style & MESH_REVERSE) attributes |= A_REVERSE;
    if (style & MESH_UNDERLINE) attributes |= A_UNDERLINE;
    short pair = 0;
    if (has_colours && foreground >= 0) {
        int colour = foreground < COLORS ? foreground : foreground % 8;
        pair = (short)(colour + 1);
        if (pair < COLOR_PAIRS) init_pair(pair, (short)colour, -1);
    }
    if (style & MESH_INK) {
        // Of 256 colours 16 and 231 are black and white for certain; the first 16 are what the user likes them to be.
        pair = (short)(COLORS + 1);
        if (!has_colours || pair >= COLOR_PAIRS) {
            pair = 0;
            attributes |= A_REVERSE;
        } else {
            init_pair(pair, COLORS >= 256 ? 16 : COLOR_BLACK, COLORS >= 256 ? 231 : COLOR_WHITE);
        }
    }
    attr_set(attributes, pair, NULL);
    mvaddnstr(row, column, text, count);
    attr_set(A_NORMAL, 0, NULL);
}

void mesh_terminal_clear(int row) {
    wmove(stdscr, row, 0);
    wclrtoeol(stdscr);
}

void mesh_terminal_redraw(void) { clearok(stdscr, TRUE); }

void mesh_terminal_present(int row, int column) {
    curs_set(row < 0 ? 0 : 1);
    if (row >= 0) wmove(stdscr, row, column);
    wrefresh(stdscr);
}

void mesh_terminal_send(const char *bytes, size_t count) {
    fflush(output);
    fwrite(bytes, 1, count, output);
    fflush(output);
}

static int taken_signals(void) {
    struct signalfd_siginfo info;
    int result = 0;
    while (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGWINCH) result |= MESH_WAKE_SIZE;
        else if (info.ssi_signo == SIGCONT) result |= MESH_WAKE_CONTINUED;
        else result |= MESH_WAKE_STOP;
    }
    return result;
}

int mesh_terminal_wait(int pipe, int milliseconds) {
    struct pollfd sources[3] = {
        {.fd = 0, .events = POLLIN}, {.fd = signals, .events = POLLIN}, {.fd = pipe, .events = POLLIN}};
    if (poll(sources, 3, milliseconds) < 0) return 0;
    int result = 0;
    if (sources[1].revents) result |= taken_signals();
    if (sources[2].revents & POLLIN) {
        char bytes[256];
        while (read(pipe, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {}
        result |= MESH_WAKE_PIPE;
    }
    if (sources[0].revents & POLLIN) result |= MESH_WAKE_INPUT;
    else if (sources[0].revents & (POLLHUP | POLLERR | POLLNVAL)) result |= MESH_WAKE_LOST;
    if (result & MESH_WAKE_CONTINUED && is_open) {
        // Whoever ran in between may have left other modes.
        reset_prog_mode();
        mesh_terminal_send(leave, sizeof leave - 1);
        mesh_terminal_send(enter, sizeof enter - 1);
        clearok(stdscr, TRUE);
    }
    return result;
}

long mesh_terminal_read(uint8_t *bytes, size_t count) {
    struct pollfd source = {.fd = 0, .events = POLLIN};
    if (poll(&source, 1, 0) <= 0) return -1;
    ssize_t got = read(0, bytes, count);
    return got < 0 && (errno == EINTR || errno == EAGAIN) ? -1 : got < 0 ? 0 : got;
}

void mesh_terminal_take_back(void) {
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    const struct timespec now = {0};
    while (sigtimedwait(&interrupt, NULL, &now) == SIGINT) {}
    mesh_terminal_open(has_colours);
}

void mesh_terminal_suspend(void) {
    mesh_terminal_close();
    raise(SIGSTOP);
    // `wait` reports the SIGCONT that ended this.
    mesh_terminal_open(has_colours);
}
