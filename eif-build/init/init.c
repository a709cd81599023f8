/*
 * The first program of an enclave: it makes the kernel usable, tells the parent that the enclave is up, runs the one program that the
 * image is for, and ends the enclave when that program ends.
 *
 * It lies in ramdisk 0, so PCR0 and PCR1 measure it. It is portable C, linked statically with musl, and needs nothing of the image but:
 *
 *     /modules        kernel modules, *.ko, loaded in the order of their names (may be absent)
 *     /nsm.ko         the NSM's driver where nitro-cli's layout puts it (may be absent)
 *     /rootfs         what becomes the program's /
 *     /cmd, /env      the program's arguments and environment, one item a line, as nitro-cli writes them (/env may be absent)
 *
 * Process 1 must not end: the kernel would panic. Everything that cannot be survived prints one line, with what failed and why, and stops
 * the machine.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Bounds of what is read. Linux itself allows 128 KiB for one argument (MAX_ARG_STRLEN) and 2 KiB for its command line. */
#define LIST_BYTES (128 * 1024)
#define LIST_ITEMS 1024
#define CMDLINE_BYTES 4096
#define MODULES 64

/* The boot heartbeat, by AWS's nitro-cli: it waits at this port for this byte, and wants to be answered with the same. */
#define PARENT_CID 3
#define HEARTBEAT_PORT 9000
#define HEARTBEAT 0xB7
#define HEARTBEAT_SECONDS 5

/* Descriptors for the program, more than a server of thousands of connections holds; the kernel's default for process 1 is 1024. */
#define OPEN_FILES 65536

/* From Linux's include/uapi/linux/vm_sockets.h, whose headers musl does not bring. */
#define VSOCK_CONNECT_TIMEOUT 6 /* SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD, which takes a struct timeval */
struct vsock_address {
    uint16_t family;
    uint16_t reserved;
    uint32_t port;
    uint32_t cid;
    uint8_t flags;
    uint8_t zero[3];
};

/* Ends the enclave. AWS's init restarts as well: under Nitro a restart is the end, and unlike power-off it needs no driver. Without one,
   RB_POWER_OFF halts for ever instead of failing, and the parent would go on seeing a running enclave; so it is the fallback. */
static _Noreturn void stop_machine(void)
{
    fflush(NULL);
    tcdrain(STDERR_FILENO); /* else the last line, which says why, is cut off */
    sync();
    reboot(RB_AUTOBOOT);
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}

/* What was being done, to what, and the kernel's reason when there is one. */
static void complain(const char *what, const char *which, int error)
{
    if (error)
        fprintf(stderr, "init: %s%s: %s (errno %d)\n", what, which, strerror(error), error);
    else
        fprintf(stderr, "init: %s%s\n", what, which);
}

static _Noreturn void die(const char *what, const char *which, int error)
{
    complain(what, which, error);
    stop_machine();
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        die("cannot make the folder ", path, errno);
}

static void mount_new(const char *type, const char *path, unsigned long flags, const char *options)
{
    make_folder(path);
    /* EBUSY: the kernel has mounted it there by itself (CONFIG_DEVTMPFS_MOUNT). */
    if (mount(type, path, type, flags, options) != 0 && errno != EBUSY)
        die("cannot mount ", path, errno);
}

/* Makes the file at `path` the descriptors from `first` to standard error. Whether it could be opened. */
static int redirect(const char *path, int first)
{
    int file = open(path, O_RDWR | O_NOCTTY);
    if (file < 0)
        return 0;
    for (int fd = first; fd <= STDERR_FILENO; fd++)
        if (file != fd)
            dup2(file, fd);
    if (file > STDERR_FILENO)
        close(file);
    return 1;
}

/* Until here whatever fails is silent, so as little as possible comes before it. The parent decides whether there is a console: without one
   nobody reads what is printed, but the three descriptors must be taken all the same, or the program's first socket would get what it
   prints. Standard input is empty: what the parent types into a console is nothing to the program. */
static void open_console(void)
{
    if (!redirect("/dev/null", STDIN_FILENO))
        die("cannot open ", "/dev/null", errno);
    redirect("/dev/console", STDOUT_FILENO);
}

/* Reads a whole file of at most `size - 1` bytes and ends it with a NUL. Returns its length, or -1 when there is no such file. */
static long read_file(const char *path, char *buffer, size_t size)
{
    size_t length = 0;
    ssize_t count = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return -1;
        die("cannot open ", path, errno);
    }
    while (count != 0 && length < size) {
        count = read(fd, buffer + length, size - length);
        if (count < 0 && errno != EINTR)
            die("cannot read ", path, errno);
        if (count > 0)
            length += (size_t)count;
    }
    close(fd);
    if (length >= size)
        die("too long to be read: ", path, 0);
    buffer[length] = 0;
    return (long)length;
}

/* Cuts a text of one item a line into its items, in place, and ends the list with NULL. Returns their number. */
static int read_list(const char *path, char *buffer, char **items)
{
    int count = 0;
    long length = read_file(path, buffer, LIST_BYTES + 1);
    char *line = buffer;
    if (length > 0 && strlen(buffer) != (size_t)length)
        die("a NUL byte in ", path, 0); /* what follows it would be lost without a word */
    while (length > 0 && *line) {
        char *end = strchr(line, '\n');
        if (count == LIST_ITEMS)
            die("too many lines in ", path, 0);
        items[count++] = line;
        if (!end)
            break;
        *end = 0;
        line = end + 1;
    }
    items[count] = NULL;
    return count;
}

static void load_module(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die("cannot open the module ", path, errno);
    /* EEXIST: the kernel has this driver already. */
    if (syscall(SYS_finit_module, fd, "", 0) != 0 && errno != EEXIST)
        die("cannot load the module ", path, errno);
    close(fd);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void load_modules(void)
{
    char *names[MODULES];
    char path[512];
    int count = 0;
    DIR *folder = opendir("/modules");
    if (folder) {
        struct dirent *entry;
        while ((entry = readdir(folder)) != NULL) {
            size_t length = strlen(entry->d_name);
            if (length < 4 || strcmp(entry->d_name + length - 3, ".ko") != 0)
                continue;
            if (count == MODULES || !(names[count++] = strdup(entry->d_name)))
                die("too many files in ", "/modules", 0);
        }
        closedir(folder);
        /* A folder has no order of its own; the builder numbers the names in the order that dependencies ask for. */
        qsort(names, (size_t)count, sizeof *names, by_name);
        for (int i = 0; i < count; i++) {
            snprintf(path, sizeof path, "/modules/%s", names[i]);
            load_module(path);
            free(names[i]);
        }
    } else if (errno != ENOENT) {
        die("cannot read ", "/modules", errno);
    }
    if (access("/nsm.ko", F_OK) == 0)
        load_module("/nsm.ko");
}

/* What a program that was taken over, or a parent at the console, could ask of the kernel and nobody here ever does. */
static void close_kernel(void)
{
    static const char *const settings[][2] = {
        { "/proc/sys/kernel/modules_disabled", "1" },
        { "/proc/sys/kernel/kexec_load_disabled", "1" },
        { "/proc/sys/kernel/sysrq", "0" },
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        int fd = open(settings[i][0], O_WRONLY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT)
            continue; /* a kernel that was built without it */
        if (fd < 0 || write(fd, settings[i][1], 1) != 1)
            die("cannot set ", settings[i][0], errno);
        close(fd);
    }
}

/* The parent's address: CID 3 in a Nitro enclave; `nitro.parent_cid=2` for an emulator whose host has no other. */
static uint32_t parent_cid(void)
{
    static char line[CMDLINE_BYTES];
    const char *name = "nitro.parent_cid=";
    if (read_file("/proc/cmdline", line, sizeof line) < 0)
        return PARENT_CID;
    for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
        char *digits, *end;
        unsigned long cid;
        if (strncmp(word, name, strlen(name)) != 0)
            continue;
        digits = word + strlen(name);
        errno = 0;
        cid = strtoul(digits, &end, 10);
        if (*digits < '0' || *digits > '9' || *end || errno || cid >= UINT32_MAX)
            die("no CID in the kernel's command line: ", word, 0);
        return (uint32_t)cid;
    }
    return PARENT_CID;
}

/* Tells nitro-cli that the enclave has booted. In a process of its own: a parent that does not answer must delay nothing, and if it was
   nitro-cli, it gives up by itself. */
static void send_heartbeat(uint32_t cid)
{
    struct vsock_address parent;
    struct timeval timeout = { HEARTBEAT_SECONDS, 0 };
    unsigned char byte = HEARTBEAT;
    const char *what = "no heartbeat: ", *which = "cannot make a vsock socket";
    int fd;
    pid_t child = fork();
    if (child < 0)
        complain(what, "cannot fork", errno);
    if (child != 0)
        return;
    memset(&parent, 0, sizeof parent);
    parent.family = AF_VSOCK;
    parent.cid = cid;
    parent.port = HEARTBEAT_PORT;
    fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        setsockopt(fd, AF_VSOCK, VSOCK_CONNECT_TIMEOUT, &timeout, sizeof timeout);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        which = "the parent cannot be reached at its port 9000 (expected where no nitro-cli waits there, as in an emulator; the enclave goes on)";
        if (connect(fd, (struct sockaddr *)&parent, sizeof parent) == 0) {
            which = "the parent does not take the byte";
            if (send(fd, &byte, 1, MSG_NOSIGNAL) == 1) {
                which = "the parent does not answer with the same byte";
                errno = 0;
                if (recv(fd, &byte, 1, 0) == 1 && byte == HEARTBEAT)
                    _exit(0);
            }
        }
    }
    complain(what, which, errno);
    _exit(1);
}

/* Makes /rootfs the root, with the mounts that a program expects. The initial ramdisk cannot be unmounted or pivoted away from, so the
   new root is moved over it. */
static void enter_root(void)
{
    static const char *const moved[] = { "dev", "proc", "sys" };
    char from[16], to[32];
    if (mount("/rootfs", "/rootfs", NULL, MS_BIND, NULL) != 0) /* only a mount point can be moved */
        die("cannot bind ", "/rootfs", errno);
    for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
        snprintf(from, sizeof from, "/%s", moved[i]);
        snprintf(to, sizeof to, "/rootfs/%s", moved[i]);
        make_folder(to);
        if (mount(from, to, NULL, MS_MOVE, NULL) != 0)
            die("cannot move a mount to ", to, errno);
    }
    if (chdir("/rootfs") != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0 || chdir("/") != 0)
        die("cannot make the root of ", "/rootfs", errno);

    /* Nothing that is written at run time can be executed: what is not mounted below is read-only. */
    make_folder("/tmp");
    make_folder("/run");
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) != 0)
        die("cannot make read-only: ", "/", errno);
    mount_new("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
    mount_new("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777");
    mount_new("tmpfs", "/tmp", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777");
    mount_new("tmpfs", "/run", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755");
    /* Programs made for containers expect these; one of them being there already is no reason to stop. */
    (void)symlink("/proc/self/fd", "/dev/fd");
    (void)symlink("/proc/self/fd/0", "/dev/stdin");
    (void)symlink("/proc/self/fd/1", "/dev/stdout");
    (void)symlink("/proc/self/fd/2", "/dev/stderr");
}

/* The program's environment is /env's and nothing of the kernel's, which passes on every unknown word of its command line. */
static void set_environment(char **variables)
{
    clearenv();
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("HOME", "/", 1);
    for (; *variables; variables++) {
        char *value = strchr(*variables, '=');
        if (!value || value == *variables)
            die("not NAME=VALUE in /env: ", *variables, 0);
        *value = 0;
        if (setenv(*variables, value + 1, 1) != 0)
            die("cannot set the variable ", *variables, errno);
    }
}

static pid_t start_program(char **arguments)
{
    pid_t child = fork();
    if (child < 0)
        die("cannot fork", "", errno);
    if (child == 0) {
        setsid(); /* its own session: what it signals as a group is itself, and never this process */
        execvp(arguments[0], arguments);
        complain("cannot run ", arguments[0], errno);
        _exit(127);
    }
    return child;
}

int main(void)
{
    static char cmd_text[LIST_BYTES + 1], env_text[LIST_BYTES + 1];
    static char *cmd[LIST_ITEMS + 1], *env[LIST_ITEMS + 1];
    struct rlimit files = { OPEN_FILES, OPEN_FILES };
    pid_t program, ended;
    int status;

    if (getpid() != 1) { /* somebody is curious: everything below is for a kernel of its own */
        fprintf(stderr, "init: runs as an enclave's first process only\n");
        return 2;
    }
    umask(022);
    mount_new("devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC, "mode=0755");
    open_console();
    mount_new("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    mount_new("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    load_modules();
    close_kernel();
    send_heartbeat(parent_cid());

    if (read_list("/cmd", cmd_text, cmd) == 0 || !*cmd[0])
        die("no program to run: there is nothing in ", "/cmd", 0);
    read_list("/env", env_text, env);
    enter_root();
    set_environment(env);
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        die("cannot raise the limit of open files", "", errno);

    /* Orphans become this process's children, so it waits for whatever ends until the program itself does. */
    program = start_program(cmd);
    do {
        ended = waitpid(-1, &status, 0);
        if (ended < 0 && errno != EINTR)
            die("cannot wait for ", cmd[0], errno);
    } while (ended != program);
    if (WIFSIGNALED(status))
        fprintf(stderr, "init: %s was ended by signal %d\n", cmd[0], WTERMSIG(status));
    else
        fprintf(stderr, "init: %s ended with exit status %d\n", cmd[0], WEXITSTATUS(status));
    stop_machine();
}
