// Lets the wall clock of a program run faster, so that prekeys turn within seconds instead of hours.
// Load it with LD_PRELOAD; MESH_CLOCK_START (s since 1970, where real time and fast time are equal) and
// MESH_CLOCK_RATE (fast seconds per second) say how. The monotonic clock, which all timers follow, stays as it is.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    long result = syscall(SYS_clock_gettime, clock, time);
    const char *start = getenv("MESH_CLOCK_START"), *rate = getenv("MESH_CLOCK_RATE");
    if (result != 0 || clock != CLOCK_REALTIME || start == NULL || rate == NULL) return (int)result;
    double begin = strtod(start, NULL);
    double passed = ((double)time->tv_sec - begin) + (double)time->tv_nsec / 1e9;
    double fast = passed * strtod(rate, NULL);
    time->tv_sec = (time_t)(begin + fast);
    time->tv_nsec = (long)((begin + fast - (double)time->tv_sec) * 1e9);
    return 0;
}
