/*
 * Stands between the process and the kernel: a file whose name begins with "fake-nsm" answers the NSM's ioctl as Linux's
 * drivers/misc/nsm.c does; every other file goes to the kernel. Written from the kernel's header, not from the C# under test.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct nsm_iovec {
    uint64_t addr;
    uint64_t len;
};

struct nsm_raw {
    struct nsm_iovec request;
    struct nsm_iovec response;
};

#define NSM_IOCTL_RAW _IOWR(0x0A, 0x0, struct nsm_raw)
#define NSM_REQUEST_MAX_SIZE 0x1000
#define NSM_RESPONSE_MAX_SIZE 0x3000

static atomic_int interruptions = 3;

int open(const char *path, int flags, ...)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0);
}

static const char *name_of(int fd, char *buffer, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, buffer, size - 1);
    if (length < 0)
        return "";
    buffer[length] = 0;
    return strrchr(buffer, '/') ? strrchr(buffer, '/') + 1 : buffer;
}

int ioctl(int fd, unsigned long command, void *argument)
{
    char buffer[4096];
    const char *name = name_of(fd, buffer, sizeof buffer);
    if (strncmp(name, "fake-nsm", 8) != 0)
        return (int)syscall(SYS_ioctl, fd, command, argument);

    if (command != NSM_IOCTL_RAW) {
        errno = EINVAL;
        return -1;
    }

    struct nsm_raw raw;
    memcpy(&raw, argument, sizeof raw);
    if (raw.request.len > NSM_REQUEST_MAX_SIZE) {
        errno = EMSGSIZE;
        return -1;
    }
    if (strcmp(name, "fake-nsm-interrupted") == 0 && atomic_fetch_sub(&interruptions, 1) > 0) {
        errno = EINTR;
        return -1;
    }
    if (strcmp(name, "fake-nsm-silent") == 0) {
        errno = ETIMEDOUT;
        return -1;
    }

    /* Answers with the request's bytes reversed; a full answer repeats them to the driver's limit. */
    unsigned char answer[NSM_RESPONSE_MAX_SIZE];
    uint64_t length = strcmp(name, "fake-nsm-full") == 0 ? sizeof answer : raw.request.len;
    const unsigned char *request = (const unsigned char *)(uintptr_t)raw.request.addr;
    for (uint64_t i = 0; i < length; i++)
        answer[i] = request[raw.request.len - 1 - i % raw.request.len];
    raw.response.len = raw.response.len < length ? raw.response.len : length;
    memcpy((void *)(uintptr_t)raw.response.addr, answer, raw.response.len);
    memcpy(argument, &raw, sizeof raw);
    return 0;
}
