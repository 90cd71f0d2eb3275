#pragma once

/// Remembers the terminal's modes, takes standard error off the screen and catches what would end the process. 0 when
/// standard input is no terminal.
int mesh_guard_begin(void);

/// Restores all of it and prints what was said on standard error meanwhile; any number of times.
void mesh_guard_end(void);
