#pragma once

// The terminal as our `Terminal` protocol wants it, on ncursesw: about a dozen functions, no macros, no globals for
// Swift to import. Curses draws; bytes that are typed are read raw and decoded in Swift. One thread calls all of this.
#include <stddef.h>
#include <stdint.h>

enum mesh_open_result {
    MESH_OPENED = 0,
    MESH_NOT_A_TERMINAL = 1,
    // TERM is missing, unknown, or names a terminal whose cursor cannot be moved.
    MESH_UNKNOWN_TERMINAL = 2,
    MESH_NO_MODES = 3,
};

enum mesh_style {
    MESH_BOLD = 1,
    MESH_DIM = 2,
    MESH_REVERSE = 4,
    MESH_UNDERLINE = 8,
    // Black on white; reversed where there are no colours.
    MESH_INK = 16,
};

enum mesh_wake {
    MESH_WAKE_INPUT = 1,
    MESH_WAKE_PIPE = 2,
    MESH_WAKE_SIZE = 4,
    MESH_WAKE_CONTINUED = 8,
    MESH_WAKE_STOP = 16,
    MESH_WAKE_LOST = 32,
};

/// Blocks the signals that `mesh_terminal_wait` reports, so that no other thread gets them. Call before there is one.
void mesh_terminal_block_signals(void);

/// Chooses the locale; non-zero when text can be written as UTF-8.
int mesh_terminal_locale(void);

/// How many columns curses gives a character: 0 for marks, -1 for what cannot be printed.
int mesh_character_width(uint32_t character);

/// Sees to it that `mesh_character_width` knows Unicode, whatever the locale.
void mesh_character_locale(void);

/// Enters the alternate screen. Colours are not used when `colours` is 0.
int mesh_terminal_open(int colours);

/// Restores screen, modes and standard error; any number of times.
void mesh_terminal_close(void);

/// How many colours there are: 0, 8, 16 or 256.
int mesh_terminal_colours(void);

/// Non-zero when the terminal takes links, or at least knows where they end: the old ones print them.
int mesh_terminal_has_links(void);

/// The byte that erases a character on this terminal.
int mesh_terminal_erase_byte(void);

/// Asks the terminal for its size and readies curses for it.
void mesh_terminal_size(int *rows, int *columns);

/// Draws `count` bytes of UTF-8. `foreground` is a colour's number, or -1 for the usual one.
void mesh_terminal_draw(int row, int column, const char *text, int count, int style, int foreground);

/// Empties a row.
void mesh_terminal_clear(int row);

/// Forgets what the screen shows, so that the next `present` paints everything.
void mesh_terminal_redraw(void);

/// Sends what changed; the cursor is hidden when `row` is negative.
void mesh_terminal_present(int row, int column);

/// Sends bytes that are not text, like a bell.
void mesh_terminal_send(const char *bytes, size_t count);

/// Waits for input, the pipe, a signal or the end of `milliseconds` (-1: for ever); a set of `mesh_wake`.
int mesh_terminal_wait(int pipe, int milliseconds);

/// What was typed, up to `count` bytes; -1 when there is nothing, 0 when the terminal is gone.
long mesh_terminal_read(uint8_t *bytes, size_t count);

/// Enters the alternate screen again after `mesh_terminal_close`, and forgets the Ctrl+C that somebody pressed
/// meanwhile, which was not for us.
void mesh_terminal_take_back(void);

/// Gives the terminal back to the shell and stops the process; returns when it is continued.
void mesh_terminal_suspend(void);
