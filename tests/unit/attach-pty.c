/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach-pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

AttachPty *
attach_pty_new (void)
{
  AttachPty *pty = g_new0 (AttachPty, 1);
  char path[64];

  pty->master = posix_openpt (O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  g_assert_cmpint (pty->master, >=, 0);
  g_assert_cmpint (grantpt (pty->master), ==, 0);
  g_assert_cmpint (unlockpt (pty->master), ==, 0);
  g_assert_cmpint (ptsname_r (pty->master, path, sizeof path), ==, 0);
  pty->path = g_strdup (path);
  /* what nobody else would choose; asked at the master, Linux tells the slave's */
  g_assert_cmpint (tcgetattr (pty->master, &pty->before), ==, 0);
  pty->before.c_cflag |= PARENB | CSTOPB;
  pty->before.c_lflag &= ~(tcflag_t) ECHOK;
  pty->before.c_cc[VINTR] = 7;
  g_assert_cmpint (cfsetspeed (&pty->before, B19200), ==, 0);
  g_assert_cmpint (tcsetattr (pty->master, TCSANOW, &pty->before), ==, 0);
  g_assert_cmpint (tcgetattr (pty->master, &pty->before), ==, 0);
  return pty;
}

void
attach_pty_unplug (AttachPty *pty)
{
  g_assert_cmpint (close (pty->master), ==, 0);
  pty->master = -1;
}

void
attach_pty_free (AttachPty *pty)
{
  if (pty->master >= 0)
    close (pty->master);
  g_free (pty->path);
  g_free (pty);
}

void
attach_pty_assert_restored (AttachPty *pty)
{
  struct termios now;
  int discipline = -1, exclusive = -1;
  int fd = open (pty->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  memset (&now, 0, sizeof now); /* between its members too */
  g_assert_cmpint (tcgetattr (pty->master, &now), ==, 0);
  g_assert_cmpmem (&now, sizeof now, &pty->before, sizeof pty->before);
  g_assert_cmpint (ioctl (fd, TIOCGETD, &discipline), ==, 0);
  g_assert_cmpint (discipline, ==, N_TTY);
  g_assert_cmpint (ioctl (fd, TIOCGEXCL, &exclusive), ==, 0);
  g_assert_cmpint (exclusive, ==, 0);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  close (fd);
}
