/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/hci.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "attach/lock-file.h"
#include "policy/address.h"

#define RETRY_MS 50 /* between two looks */
#define FRAME_MAX 2048
#define CONNECTIONS_MAX 64

/* @path: its folder in sysfs, and @instance that one's inode. @lock: a file at @lock_path, locked as long as we look after the controller;
 * -1 of a probe that found none. @fd: the controller, or -1: the kernel has it. @was_powered: by somebody else, before we took it down. */
struct _PrwHci
{
  PrwWire wire;
  const PrwHciSystem *system;
  char *name, *path, *lock_path;
  guint16 index;
  int lock, fd;
  ino_t instance;
  gboolean may_power_off, was_powered;
};

typedef enum
{
  TAKE_DONE,
  TAKE_AGAIN, /* not yet: it is being set up, or was powered again */
  TAKE_FAILED,
} Take;

static gboolean G_GNUC_PRINTF (4, 5)
fail (const PrwHci *self, PrwProblem code, GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, PRW_PROBLEM, (int) code, "%s: %s", self->name, text);
  return FALSE;
}

static gboolean
is_gone (const PrwWire *wire)
{
  const PrwHci *self = (const PrwHci *) wire;
  struct stat status;

  return stat (self->path, &status) != 0 || status.st_ino != self->instance;
}

static gboolean
fail_gone (const PrwHci *self, GError **error)
{
  return fail (self, PRW_PROBLEM_GONE, error, "%s", _("went away; plug the board in again"));
}

static gboolean
fail_open (const PrwHci *self, int saved, GError **error)
{
  if (saved == EPERM || saved == EACCES)
    return fail (self, PRW_PROBLEM_NO_PRIVILEGE, error, "%s", _("this needs CAP_NET_ADMIN: use sudo"));
  if (saved == EAFNOSUPPORT || saved == EPROTONOSUPPORT)
    return fail (self, PRW_PROBLEM_NO_BLUETOOTH, error, "%s", _("the kernel has no Bluetooth loaded: try \"sudo modprobe bluetooth\""));
  if (saved == EUSERS)
    return fail (self, PRW_PROBLEM_BUSY, error, "%s", _("another program has it for itself alone; end that first"));
  if (saved == ERFKILL)
    return fail (self, PRW_PROBLEM_FAILED, error, "%s",
                 _("Bluetooth is switched off (airplane mode, a switch): \"rfkill unblock bluetooth\", then start pairward-attach again, or plug "
                   "the board in again"));
  if (saved == ENODEV)
    return fail_gone (self, error);
  return fail (self, PRW_PROBLEM_FAILED, error, _("the kernel does not lend it to us: %s"), g_strerror (saved));
}

/* @ms: to wait for it. Returns: whether we are told to end */
static gboolean
is_told_to_end (const PrwHci *self, int ms)
{
  struct pollfd poller = { .fd = self->system->stop, .events = POLLIN };

  return poll (&poller, 1, ms) > 0;
}

/* What was asked was not answered: nobody waits any longer who is told to end. */
static gboolean
fail_silent (const PrwHci *self, GError **error)
{
  if (is_told_to_end (self, 0))
    return fail (self, PRW_PROBLEM_STOPPED_BY_US, error, "%s", _("was told to stop"));
  return fail (self, PRW_PROBLEM_FAILED, error, "%s", _("the kernel does not answer"));
}

static gboolean
ask (const PrwHci *self, int control, PrwMgmtCommand command, guint8 *frame, PrwMgmtEvent *event)
{
  return prw_mgmt_ask (control, &command, self->system->answer, self->system->stop, frame, FRAME_MAX, event);
}

/* Links that somebody uses are not ended for this. */
static gboolean
has_no_links (const PrwHci *self, int control, GError **error)
{
  PrwMgmtAddress addresses[CONNECTIONS_MAX];
  guint8 frame[FRAME_MAX];
  PrwMgmtEvent event;
  gsize n;

  if (!ask (self, control, prw_mgmt_command_plain (PRW_MGMT_GET_CONNECTIONS, self->index), frame, &event))
    return fail_silent (self, error);
  if (event.code == PRW_MGMT_COMMAND_STATUS || event.status != PRW_MGMT_STATUS_SUCCESS) /* it went down, or went away, meanwhile */
    return event.status != PRW_MGMT_STATUS_PERMISSION_DENIED || fail_open (self, EPERM, error);
  n = prw_mgmt_parse_connections (&event, addresses, CONNECTIONS_MAX);
  if (n == 0 && event.n_parameters != 2) /* an empty list */
    return fail (self, PRW_PROBLEM_FAILED, error, "%s", _("the kernel's answer makes no sense"));
  return n == 0 || fail (self, PRW_PROBLEM_BUSY, error,
                         ngettext ("%u device is connected, and to give it its own address the controller must be taken down: disconnect "
                                   "the device first",
                                   "%u devices are connected, and to give it its own address the controller must be taken down: disconnect "
                                   "them first", n),
                         (guint) n);
}

/* What we begin here must have its end before it can be undone: as long as it goes down the kernel does not power it (MGMT_STATUS_BUSY).
 * So who is told to end meanwhile waits a little longer. An answer other than that we may not shows when it is looked at again. */
static gboolean
power_off (PrwHci *self, int control, GError **error)
{
  const PrwMgmtCommand off = prw_mgmt_command_octet (PRW_MGMT_SET_POWERED, self->index, FALSE);
  guint8 frame[FRAME_MAX];
  PrwMgmtEvent event;

  self->was_powered = TRUE;
  if (!prw_mgmt_ask (control, &off, self->system->answer, self->system->stop, frame, sizeof frame, &event) &&
      !(is_told_to_end (self, 0) && prw_mgmt_wait (control, &off, self->system->grace, -1, frame, sizeof frame, &event)))
    return fail_silent (self, error);
  return event.status != PRW_MGMT_STATUS_PERMISSION_DENIED || fail_open (self, EPERM, error);
}

static gboolean
take_down (PrwHci *self, int control, GError **error)
{
  if (self->may_power_off)
    return has_no_links (self, control, error) && power_off (self, control, error);
  return fail (self, PRW_PROBLEM_BUSY, error, "%s",
               _("it is in use, and can only be asked while it is down: try \"bluetoothctl power off\", or attach it (without --probe)"));
}

/* Looks what the kernel says of it, and takes it down. */
static Take
prepare (PrwHci *self, int control, GError **error)
{
  char address[PRW_ADDRESS_LEN + 1];
  guint8 frame[FRAME_MAX];
  PrwMgmtEvent event;
  guint32 settings;

  if (!ask (self, control, prw_mgmt_command_plain (PRW_MGMT_READ_CONTROLLER_INFORMATION, self->index), frame, &event))
    {
      fail_silent (self, error);
      return TAKE_FAILED;
    }
  if (event.code != PRW_MGMT_COMMAND_COMPLETE || event.status != PRW_MGMT_STATUS_SUCCESS || !prw_mgmt_parse_controller (&event, &settings) ||
      !prw_mgmt_parse_controller_address (&event, address))
    return TAKE_AGAIN; /* the kernel sets it up, or another program has it */
  if (*address != '\0')
    {
      fail (self, PRW_PROBLEM_NOTHING_TO_DO, error, _("has the public address %s: there is nothing to do"), address);
      return TAKE_FAILED;
    }
  if ((settings & PRW_MGMT_SETTING_POWERED) != 0 && !take_down (self, control, error))
    return TAKE_FAILED;
  return TAKE_DONE;
}

static Take
try_take (PrwHci *self, int control, GError **error)
{
  Take take;

  if (is_gone (&self->wire))
    {
      fail_gone (self, error);
      return TAKE_FAILED;
    }
  take = prepare (self, control, error);
  if (take != TAKE_DONE)
    return take;
  self->fd = self->system->open (self->index, PRW_HCI_CHANNEL_USER);
  if (self->fd >= 0)
    return TAKE_DONE;
  if (errno == EBUSY)
    return TAKE_AGAIN; /* it has been powered again meanwhile */
  fail_open (self, errno, error);
  return TAKE_FAILED;
}

/* Where it fails who closes us powers it again, if it was. */
static gboolean
take (PrwHci *self, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + self->system->wait;
  int control = self->system->open (PRW_MGMT_INDEX_NONE, PRW_HCI_CHANNEL_CONTROL);
  Take result;

  if (control < 0)
    return fail_open (self, errno, error);
  while ((result = try_take (self, control, error)) == TAKE_AGAIN && g_get_monotonic_time () < deadline && !is_told_to_end (self, RETRY_MS))
    ;
  if (result == TAKE_AGAIN && is_told_to_end (self, 0))
    fail (self, PRW_PROBLEM_STOPPED_BY_US, error, "%s", _("was told to stop"));
  else if (result == TAKE_AGAIN)
    fail (self, PRW_PROBLEM_BUSY, error, "%s",
          _("the kernel does not lend it to us: it is still being set up, or another program has it; \"pairwardctl doctor\" may know more"));
  close (control);
  return result == TAKE_DONE;
}

static void
give_back (PrwHci *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

/* Nobody waits for the answers: where bluetoothd does the same it is "busy", or "rejected", and both get what they want. The kernel
 * keeps the address that was set before, and without bluetoothd nobody else would change it. */
void
prw_hci_restore_power (PrwHci *self, const char *address)
{
  const PrwMgmtCommand power = prw_mgmt_command_octet (PRW_MGMT_SET_POWERED, self->index, TRUE);
  PrwMgmtCommand identity;
  int control = self->was_powered && !is_gone (&self->wire) ? self->system->open (PRW_MGMT_INDEX_NONE, PRW_HCI_CHANNEL_CONTROL) : -1;

  if (control < 0)
    return;
  if ((prw_mgmt_command_static_address (self->index, address, &identity) &&
       send (control, identity.frame, identity.size, MSG_NOSIGNAL) < 0) ||
      send (control, power.frame, power.size, MSG_NOSIGNAL) < 0)
    g_debug ("%s: %s", self->name, g_strerror (errno));
  close (control);
  self->was_powered = FALSE;
}

/* Who only looks writes nothing, and finds one where somebody looks after the controller. */
static gboolean
open_lock (PrwHci *self, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s.%" G_GUINT64_FORMAT, self->name, (guint64) self->instance);
  g_autoptr (GError) reason = NULL;

  self->lock_path = g_build_filename (self->system->locks, name, NULL);
  self->lock = self->may_power_off ? prw_lock_file_open (self->system->locks, name, &reason)
                                   : open (self->lock_path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  if (self->lock >= 0 || !self->may_power_off)
    return TRUE;
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return fail_open (self, EPERM, error);
  return fail (self, PRW_PROBLEM_FAILED, error, "%s", reason->message);
}

/* One process for each: so two never take it from each other. Of this very controller: another one may have its number after a replug,
 * before the first one's process has ended. A file that was removed is that of a process that has just ended. */
static gboolean
lock (PrwHci *self, GError **error)
{
  struct stat status;

  if (!open_lock (self, error))
    return FALSE;
  if (self->lock < 0 || (flock (self->lock, LOCK_EX | LOCK_NB) == 0 && fstat (self->lock, &status) == 0 && status.st_nlink > 0))
    return TRUE;
  close (self->lock);
  self->lock = -1;
  return fail (self, PRW_PROBLEM_BUSY, error, "%s", _("another pairward-attach looks after it already"));
}

static gboolean
find (PrwHci *self, GError **error)
{
  struct stat status;

  if (!prw_adapter_parse_name (self->name, &self->index) || stat (self->path, &status) != 0)
    return fail (self, PRW_PROBLEM_NO_PORT, error, "%s", _("there is no such controller; plug the board in, or look at \"pairward-attach --list\""));
  self->instance = status.st_ino;
  return TRUE;
}

PrwHci *
prw_hci_open (const PrwHciSystem *system, const char *name, gboolean may_power_off, GError **error)
{
  g_autoptr (PrwHci) self = g_new0 (PrwHci, 1);

  self->system = system;
  self->name = g_strdup (name);
  self->path = g_build_filename (system->sysfs, "class", "bluetooth", name, NULL);
  self->lock = self->fd = -1;
  self->may_power_off = may_power_off;
  return find (self, error) && lock (self, error) && take (self, error) ? g_steal_pointer (&self) : NULL;
}

void
prw_hci_close (PrwHci *self)
{
  give_back (self);
  prw_hci_restore_power (self, "");
  if (self->lock >= 0)
    {
      unlink (self->lock_path); /* while it is ours; see lock() */
      close (self->lock);
    }
  g_free (self->name);
  g_free (self->path);
  g_free (self->lock_path);
  g_free (self);
}

/* --- the wire --- */

static void
wire_close (PrwWire *wire)
{
  prw_hci_close ((PrwHci *) wire);
}

static int
wire_get_fd (const PrwWire *wire)
{
  return ((const PrwHci *) wire)->fd;
}

static const char *
wire_get_name (const PrwWire *wire)
{
  return ((const PrwHci *) wire)->name;
}

static gboolean
wire_prepare (PrwWire *wire, guint speed, gboolean flow_control, GError **error)
{
  return TRUE;
}

static void
wire_restore (PrwWire *wire)
{
  give_back ((PrwHci *) wire);
}

static gboolean
wire_is_blocked (const PrwWire *wire)
{
  return FALSE;
}

/* One packet. Of a controller that was unplugged the socket is at its end, or fails (EPIPE, hci_sock_dev_event()). */
static gssize
wire_read (PrwWire *wire, guint8 *data, gsize size, GError **error)
{
  PrwHci *self = (PrwHci *) wire;
  gssize n;

  do
    n = recv (self->fd, data, size, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    return n;
  if (n < 0 && errno == EAGAIN)
    return 0;
  fail_gone (self, error);
  return -1;
}

static gboolean
wire_write (PrwWire *wire, const guint8 *data, gsize size, GError **error)
{
  PrwHci *self = (PrwHci *) wire;
  gssize n;

  do
    n = send (self->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n == (gssize) size || fail_gone (self, error);
}

PrwWire *
prw_hci_as_wire (PrwHci *self)
{
  static const PrwWireFuncs funcs = {
    .close = wire_close,
    .get_fd = wire_get_fd,
    .get_name = wire_get_name,
    .prepare = wire_prepare,
    .restore = wire_restore,
    .is_gone = is_gone,
    .is_blocked = wire_is_blocked,
    .read = wire_read,
    .write = wire_write,
  };

  self->wire.funcs = &funcs;
  return &self->wire;
}

/* --- the line --- */

/* The first time we have it; when it begins anew the kernel has. */
static gboolean
line_open (int fd, gpointer data, GError **error)
{
  PrwHci *self = data;
  g_autoptr (GError) reason = NULL;

  if (self->fd >= 0 || take (self, &reason))
    return TRUE;
  /* whoever asked puts the name before it */
  g_set_error_literal (error, PRW_PROBLEM, reason->code, reason->message + strlen (self->name) + strlen (": "));
  return FALSE;
}

static gboolean
line_start (int fd, guint *index, gpointer data, GError **error)
{
  PrwHci *self = data;

  give_back (self);
  *index = self->index;
  if (!is_gone (&self->wire))
    return TRUE;
  g_set_error_literal (error, PRW_PROBLEM, PRW_PROBLEM_GONE, _("went away; plug the board in again"));
  return FALSE;
}

static gboolean
line_is_there (int fd, guint index, gpointer data)
{
  PrwHci *self = data;

  return !is_gone (&self->wire);
}

/* It stays what it is: the kernel's. */
static void
line_close (int fd, gpointer data)
{
  give_back (data);
}

PrwLine
prw_hci_get_line (PrwHci *self)
{
  return (PrwLine) { .open = line_open, .start = line_start, .is_there = line_is_there, .close = line_close, .data = self };
}
