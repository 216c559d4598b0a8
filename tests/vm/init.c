/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PID 1 of the test machine, below a one-line shell (see tests/vm/run): the
 * root is the toolchain root, read-only, and /mnt is the checkout.
 *
 * It mounts what a shell expects, makes the checkout read-only, binds the run's
 * folder (vallum.run=FOLDER on the kernel's command line, below the checkout)
 * to /run/out, runs /run/out/script with its output on the virtio port
 * "vallum.out", and leaves in /run/out:
 *	up	empty, once the script is about to start
 *	dmesg	the whole kernel log, after the script has ended
 *	status	the script's exit status (128 + N for signal N), written last
 * Then it powers off.  No status file means that the machine died on the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORTS "/sys/class/virtio-ports"

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void die(const char *what)
{
	/* The console is standard error: the host shows its last lines. */
	fprintf(stderr, "vallum init: %s: %s\n", what, strerror(errno));
	power_off();
}

static void mount_or_die(const char *source, const char *target, const char *type,
			 unsigned long flags, const char *data)
{
	if (mount(source, target, type, flags, data))
		die(target);
}

static void mount_kernel_filesystems(void)
{
	/* The root's files may be anybody's on the host: nothing becomes their owner. */
	mount_or_die(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, NULL);
	mount_or_die("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	mount_or_die("sysfs", "/sys", "sysfs", 0, NULL);
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) && errno != EBUSY)
		die("/dev");
	if (mkdir("/dev/pts", 0755) && errno != EEXIST)
		die("/dev/pts");
	mount_or_die("devpts", "/dev/pts", "devpts", 0, NULL);
	mount_or_die("tmpfs", "/tmp", "tmpfs", 0, NULL);
	mount_or_die("tmpfs", "/run", "tmpfs", 0, NULL);
	mount_or_die("tmpfs", "/root", "tmpfs", 0, NULL);
	/* Present only when the kernel was built with them. */
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL);
}

/* Copies the value of key (with its "=") on the kernel's command line to out. */
static int command_line_value(const char *key, char *out, size_t size)
{
	char line[4096];
	char *word, *save;
	ssize_t n;
	int fd;

	fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n < 0)
		return -1;
	line[n] = '\0';
	for (word = strtok_r(line, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		if (strncmp(word, key, strlen(key)))
			continue;
		if ((size_t)snprintf(out, size, "%s", word + strlen(key)) >= size) {
			errno = ENAMETOOLONG;
			return -1;
		}
		return 0;
	}
	errno = ENOENT;
	return -1;
}

/* The device of the virtio port with this name, opened for writing. */
static int open_port(const char *name)
{
	char path[128], got[64];
	unsigned int bus, port;

	for (bus = 0; bus < 4; bus++) {
		for (port = 0; port < 8; port++) {
			FILE *f;

			snprintf(path, sizeof(path), PORTS "/vport%up%u/name", bus, port);
			f = fopen(path, "re");
			if (!f)
				continue;
			if (!fgets(got, sizeof(got), f))
				got[0] = '\0';
			fclose(f);
			got[strcspn(got, "\n")] = '\0';
			if (strcmp(got, name))
				continue;
			snprintf(path, sizeof(path), "/dev/vport%up%u", bus, port);
			return open(path, O_WRONLY | O_CLOEXEC);
		}
	}
	errno = ENODEV;
	return -1;
}

/* Runs the script; returns its status as a shell counts it. */
static int run_script(const char *script, int out)
{
	pid_t child, pid;
	int status = 0;

	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		int null = open("/dev/null", O_RDONLY);

		if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
			_exit(126);
		setsid();
		execl("/bin/sh", "sh", script, (char *)NULL);
		_exit(127);
	}
	/* PID 1 also reaps whatever the script leaves behind. */
	do {
		pid = wait(&status);
	} while (pid != child && (pid > 0 || errno == EINTR));
	if (pid != child)
		die("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int write_file(const char *path, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	while (len) {
		n = write(fd, p, len);
		if (n < 0) {
			close(fd);
			return -1;
		}
		p += n;
		len -= (size_t)n;
	}
	if (fsync(fd)) {
		close(fd);
		return -1;
	}
	return close(fd);
}

static void save_kernel_log(const char *path)
{
	int size = klogctl(10 /* SYSLOG_ACTION_SIZE_BUFFER */, NULL, 0);
	char *log;
	int n;

	if (size <= 0)
		die("kernel log");
	log = malloc((size_t)size);
	if (!log)
		die("kernel log");
	n = klogctl(3 /* SYSLOG_ACTION_READ_ALL */, log, size);
	if (n < 0 || write_file(path, log, (size_t)n))
		die(path);
	free(log);
}

/* /run/out is the run's folder and writable; the rest of the checkout is not. */
static void mount_run_folder(void)
{
	char name[PATH_MAX], path[PATH_MAX + 16];

	if (command_line_value("vallum.run=", name, sizeof(name)))
		die("no vallum.run on the command line");
	snprintf(path, sizeof(path), "/mnt/%s", name);
	if (mkdir("/run/out", 0755))
		die("/run/out");
	mount_or_die(path, "/run/out", NULL, MS_BIND, NULL);
	mount_or_die(NULL, "/mnt", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
}

int main(void)
{
	char text[16];
	int out, status;

	umask(022);
	mount_kernel_filesystems();
	mount_run_folder();
	out = open_port("vallum.out");
	if (out < 0)
		die("virtio port vallum.out");
	sethostname("vallum", 6);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("VALLUM_ROOT", "/", 1);
	setenv("TERM", "dumb", 1);
	if (chdir("/mnt"))
		die("/mnt");
	if (write_file("/run/out/up", "", 0))
		die("/run/out/up");
	status = run_script("/run/out/script", out);

	save_kernel_log("/run/out/dmesg");
	if (write_file("/run/out/status", text,
		       (size_t)snprintf(text, sizeof(text), "%d\n", status)))
		die("/run/out/status");
	power_off();
}
