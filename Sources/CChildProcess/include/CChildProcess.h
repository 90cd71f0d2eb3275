#pragma once

// Programs that are started for the user: their editor, and whoever tells them of news.
#include <stddef.h>

// Both start a program with our environment, without our open files, and with the signals back that this process blocks
// or ignores. `words` are `count` bytes: the program and its arguments, a NUL behind each.

/// Runs a program on our terminal until it ends; non-zero when it ended well.
int mesh_child_run(const char *words, size_t count);

/// Starts a program that reads `input_count` bytes, at most 64 KiB, and whose output goes nowhere. Does nothing while the
/// one before it runs.
void mesh_child_tell(const char *words, size_t count, const char *input, size_t input_count);

/// Removes a folder with all that is in it.
void mesh_remove_folder(const char *path);
