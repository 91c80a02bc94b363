/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "attach/holder.h"
#include "policy/text.h"

#define PTY_MAJOR_FIRST 136 /* Documentation/admin-guide/devices.txt: the slaves of pseudo terminals */
#define PTY_MAJOR_LAST 143
#define ACTIVE_CONSOLES "/sys/class/tty/console/active"

struct _PrwTty
{
  PrwWire wire;
  int fd;
  char *path, *name;
  gboolean changed;
  struct termios saved;
};

static const struct
{
  guint speed;
  speed_t code;
} speeds[] = {
  { 9600, B9600 },       { 19200, B19200 },     { 38400, B38400 },     { 57600, B57600 },     { 115200, B115200 },   { 230400, B230400 },
  { 460800, B460800 },   { 500000, B500000 },   { 576000, B576000 },   { 921600, B921600 },   { 1000000, B1000000 }, { 1152000, B1152000 },
  { 1500000, B1500000 }, { 2000000, B2000000 }, { 2500000, B2500000 }, { 3000000, B3000000 }, { 3500000, B3500000 }, { 4000000, B4000000 },
};

static speed_t
speed_code (guint speed)
{
  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++)
    if (speeds[i].speed == speed)
      return speeds[i].code;
  return B0;
}

gboolean
prw_tty_speed_is_known (guint speed)
{
  return speed_code (speed) != B0;
}

static char *
path_of (const char *port)
{
  g_autofree char *path = strchr (port, '/') != NULL ? g_strdup (port) : g_strconcat ("/dev/", port, NULL);
  char *real = realpath (path, NULL);
  char *copy = g_strdup (real != NULL ? real : path);

  free (real);
  return copy;
}

/* Of what the command line says, too: it may come from a script. */
static char *
name_of (const char *path)
{
  g_autofree char *name = g_filename_display_name (g_str_has_prefix (path, "/dev/") ? path + strlen ("/dev/") : path);

  return prw_text_sanitize (name);
}

char *
prw_tty_name_of (const char *port)
{
  g_autofree char *path = path_of (port);

  return name_of (path);
}

/* Whether the kernel says that the device is something else than a terminal. Opening is not harmless: it arms a watchdog. */
static gboolean
is_other_device (dev_t device)
{
  g_autofree char *link = NULL;
  g_autofree char *target = NULL;

  if (major (device) >= PTY_MAJOR_FIRST && major (device) <= PTY_MAJOR_LAST)
    return FALSE;
  link = g_strdup_printf ("/sys/dev/char/%u:%u/subsystem", major (device), minor (device));
  target = g_file_read_link (link, NULL);
  return target != NULL && !g_str_has_suffix (target, "/tty");
}

static gboolean
check_kind (const char *name, const char *path, struct stat *at, GError **error)
{
  if (stat (path, at) != 0)
    {
      int saved = errno;

      if (saved == ENOENT || saved == ENOTDIR)
        g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_NO_PORT,
                     _("%s: there is no such port; plug the board in, or look at \"pairward-attach --list\""), name);
      else
        g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_FAILED, "%s: %s", name, g_strerror (saved));
      return FALSE;
    }
  if (S_ISDIR (at->st_mode))
    {
      g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_NOT_A_PORT, _("%s: is a directory; name a serial port, such as ttyACM0"), name);
      return FALSE;
    }
  if (!S_ISCHR (at->st_mode) || is_other_device (at->st_rdev))
    {
      g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_NOT_A_PORT, _("%s: is no serial port; name one, such as ttyACM0"), name);
      return FALSE;
    }
  return TRUE;
}

static void
set_busy (const char *name, const char *path, GError **error)
{
  g_autofree char *holder = prw_holder_find (path);

  if (holder != NULL)
    g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_BUSY, _("%s: is in use by %s; end that first"), name, holder);
  else
    g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_BUSY,
                 _("%s: is in use by another program; end that first (ModemManager, a terminal, btattach?)"), name);
}

static void
set_open_error (const char *name, const char *path, const struct stat *at, int saved, GError **error)
{
  const struct group *group = getgrgid (at->st_gid);

  if (saved == EACCES || saved == EPERM)
    {
      if (group != NULL && (at->st_mode & (S_IRGRP | S_IWGRP)) == (S_IRGRP | S_IWGRP) && at->st_gid != 0)
        g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_NO_PERMISSION,
                     _("%s: no permission to open it; use sudo, or be a member of the group \"%s\""), name, group->gr_name);
      else
        g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_NO_PERMISSION, _("%s: no permission to open it; use sudo"), name);
    }
  else if (saved == EBUSY)
    set_busy (name, path, error);
  else if (saved == ENXIO || saved == ENODEV || saved == EIO || saved == ENOENT)
    g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_GONE, _("%s: there is no device behind it; plug the board in"), name);
  else
    g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_FAILED, "%s: %s", name, g_strerror (saved));
}

static int
open_port (const char *name, const char *path, GError **error)
{
  struct stat at, opened;
  int fd, discipline;

  if (!check_kind (name, path, &at, error))
    return -1;
  fd = open (path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    {
      set_open_error (name, path, &at, errno, error);
      return -1;
    }
  /* not isatty(): that asks the line discipline, and not each knows an answer */
  if (fstat (fd, &opened) == 0 && opened.st_rdev == at.st_rdev && S_ISCHR (opened.st_mode) && ioctl (fd, TIOCGETD, &discipline) == 0)
    return fd;
  close (fd);
  g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_NOT_A_PORT, _("%s: is no serial port; name one, such as ttyACM0"), name);
  return -1;
}

static gboolean
is_console (const char *name)
{
  g_autofree char *active = NULL;
  g_auto (GStrv) names = NULL;

  if (!g_file_get_contents (ACTIVE_CONSOLES, &active, NULL, NULL))
    return FALSE;
  names = g_strsplit_set (active, " \n", -1);
  return g_strv_contains ((const char *const *) names, name);
}

/* Somebody asked that nobody else opens it; root may all the same, and must not. A pseudo terminal keeps that mark after its
 * holder died, a port does not. */
static gboolean
is_marked_exclusive (int fd)
{
  struct stat at;
  int exclusive = 0;

  if (fstat (fd, &at) != 0 || (major (at.st_rdev) >= PTY_MAJOR_FIRST && major (at.st_rdev) <= PTY_MAJOR_LAST))
    return FALSE;
  return ioctl (fd, TIOCGEXCL, &exclusive) == 0 && exclusive != 0;
}

/* Three ways in which others say that a port is theirs, and for those that say nothing who has it open. */
static gboolean
take (int fd, const char *name, const char *path, GError **error)
{
  g_autofree char *holder = NULL;
  int discipline = 0;

  if (is_console (name))
    {
      g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_FORBIDDEN,
                   _("%s: the kernel writes its messages there (see console= of /proc/cmdline); it is left alone"), name);
      return FALSE;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0 || is_marked_exclusive (fd))
    {
      set_busy (name, path, error);
      return FALSE;
    }
  if (ioctl (fd, TIOCGETD, &discipline) != 0 || discipline != N_TTY)
    {
      g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_BUSY,
                   discipline == N_HCI ? _("%s: is in use: a Bluetooth controller is attached there already")
                                       : _("%s: is in use: it has a line discipline (of pppd, slattach or the like)"), name);
      return FALSE;
    }
  holder = prw_holder_find (path);
  if (holder != NULL)
    {
      g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_BUSY, _("%s: is in use by %s; end that first"), name, holder);
      return FALSE;
    }
  ioctl (fd, TIOCEXCL);
  return TRUE;
}

PrwTty *
prw_tty_open (const char *port, GError **error)
{
  g_autofree char *path = path_of (port);
  g_autofree char *name = name_of (path);
  PrwTty *self;
  struct termios settings;
  int fd = open_port (name, path, error);

  if (fd < 0)
    return NULL;
  if (!take (fd, name, path, error))
    {
      close (fd);
      return NULL;
    }
  if (tcgetattr (fd, &settings) != 0)
    {
      set_open_error (name, path, &(struct stat) { 0 }, errno, error);
      close (fd);
      return NULL;
    }
  self = g_new0 (PrwTty, 1);
  self->fd = fd;
  self->saved = settings;
  self->path = g_steal_pointer (&path);
  self->name = g_steal_pointer (&name);
  return self;
}

void
prw_tty_restore (PrwTty *self)
{
  if (!self->changed)
    return;
  /* Octets that flow control holds back would be waited for, half a minute, by whoever closes it. */
  tcflush (self->fd, TCIOFLUSH);
  tcsetattr (self->fd, TCSANOW, &self->saved);
  self->changed = FALSE;
}

void
prw_tty_close (PrwTty *self)
{
  prw_tty_restore (self);
  ioctl (self->fd, TIOCNXCL);
  close (self->fd);
  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

int
prw_tty_get_fd (const PrwTty *self)
{
  return self->fd;
}

const char *
prw_tty_get_name (const PrwTty *self)
{
  return self->name;
}

static void
set_gone (const PrwTty *self, GError **error)
{
  g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_GONE, _("%s: went away; plug the board in again"), self->name);
}

gboolean
prw_tty_set_raw (PrwTty *self, guint speed, gboolean flow_control, GError **error)
{
  struct termios raw = self->saved, now;
  speed_t code = speed_code (speed);

  cfmakeraw (&raw);
  raw.c_cflag &= ~(tcflag_t) (CSTOPB | CRTSCTS | HUPCL);
  raw.c_cflag |= CLOCAL | CREAD | (flow_control ? CRTSCTS : 0);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (code == B0 || cfsetspeed (&raw, code) != 0)
    {
      g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_BAD_SPEED, _("%s: there is no speed %u; try 1000000 or 115200"), self->name, speed);
      return FALSE;
    }
  self->changed = TRUE;
  if (tcsetattr (self->fd, TCSANOW, &raw) != 0 || tcgetattr (self->fd, &now) != 0)
    {
      set_gone (self, error);
      return FALSE;
    }
  /* tcsetattr () is content when it could do one thing of many */
  if (cfgetospeed (&now) != code || cfgetispeed (&now) != code)
    {
      g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_BAD_SPEED,
                   ngettext ("%s: cannot do %u bit per second; try another --speed", "%s: cannot do %u bits per second; try another --speed",
                             speed),
                   self->name, speed);
      return FALSE;
    }
  if (flow_control && (now.c_cflag & CRTSCTS) == 0)
    {
      g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_FLOW_CONTROL, _("%s: has no RTS and CTS; try --flow-control no"), self->name);
      return FALSE;
    }
  tcflush (self->fd, TCIOFLUSH);
  return TRUE;
}

gboolean
prw_tty_is_blocked (const PrwTty *self)
{
  int lines = 0;

  return ioctl (self->fd, TIOCMGET, &lines) == 0 && (lines & TIOCM_CTS) == 0;
}

gboolean
prw_tty_is_gone (const PrwTty *self)
{
  int discipline;

  /* of a port that was hung up each of its calls fails (Linux, drivers/tty/tty_io.c: hung_up_tty_ioctl()) */
  return ioctl (self->fd, TIOCGETD, &discipline) != 0;
}

gssize
prw_tty_read (PrwTty *self, guint8 *data, gsize size, GError **error)
{
  gssize n;

  do
    n = read (self->fd, data, size);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    return n;
  if (n < 0 && errno == EAGAIN)
    return 0;
  /* a port that was unplugged is at its end; a pseudo terminal fails */
  set_gone (self, error);
  return -1;
}

gboolean
prw_tty_write (PrwTty *self, const guint8 *data, gsize size, GError **error)
{
  gssize n;

  do
    n = write (self->fd, data, size);
  while (n < 0 && errno == EINTR);
  if (n == (gssize) size)
    return TRUE;
  if (n < 0 && errno != EAGAIN)
    set_gone (self, error);
  else
    g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_FLOW_CONTROL, _("%s: takes nothing that is sent; try --flow-control no"), self->name);
  return FALSE;
}

static void
wire_close (PrwWire *wire)
{
  prw_tty_close ((PrwTty *) wire);
}

static int
wire_get_fd (const PrwWire *wire)
{
  return prw_tty_get_fd ((const PrwTty *) wire);
}

static const char *
wire_get_name (const PrwWire *wire)
{
  return prw_tty_get_name ((const PrwTty *) wire);
}

static gboolean
wire_prepare (PrwWire *wire, guint speed, gboolean flow_control, GError **error)
{
  return prw_tty_set_raw ((PrwTty *) wire, speed, flow_control, error);
}

static void
wire_restore (PrwWire *wire)
{
  prw_tty_restore ((PrwTty *) wire);
}

static gboolean
wire_is_gone (const PrwWire *wire)
{
  return prw_tty_is_gone ((const PrwTty *) wire);
}

static gboolean
wire_is_blocked (const PrwWire *wire)
{
  return prw_tty_is_blocked ((const PrwTty *) wire);
}

static gssize
wire_read (PrwWire *wire, guint8 *data, gsize size, GError **error)
{
  return prw_tty_read ((PrwTty *) wire, data, size, error);
}

static gboolean
wire_write (PrwWire *wire, const guint8 *data, gsize size, GError **error)
{
  return prw_tty_write ((PrwTty *) wire, data, size, error);
}

static const PrwWireFuncs wire_funcs = {
  .close = wire_close,
  .get_fd = wire_get_fd,
  .get_name = wire_get_name,
  .prepare = wire_prepare,
  .restore = wire_restore,
  .is_gone = wire_is_gone,
  .is_blocked = wire_is_blocked,
  .read = wire_read,
  .write = wire_write,
};

PrwWire *
prw_tty_as_wire (PrwTty *self)
{
  self->wire.funcs = &wire_funcs;
  return &self->wire;
}
