/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/line.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <glib/gi18n.h>

/* Linux, drivers/bluetooth/hci_uart.h: not in the headers for programs. */
#define HCIUARTSETPROTO _IOW ('U', 200, int)
#define HCIUARTGETDEVICE _IOR ('U', 202, int)
#define HCIUARTSETFLAGS _IOW ('U', 203, int)
#define HCI_UART_H4 0
#define HCI_UART_RESET_ON_INIT (1 << 1)

static gboolean
line_open (int fd, gpointer data, GError **error)
{
  int discipline = N_HCI;

  if (ioctl (fd, TIOCSETD, &discipline) == 0)
    return TRUE;
  /* where modules are not loaded for everybody (dev.tty.ldisc_autoload=0) it is EPERM too (drivers/tty/tty_ldisc.c, tty_ldisc_get()) */
  if (errno == EPERM || errno == EACCES)
    g_set_error_literal (error, PRW_PROBLEM, PRW_PROBLEM_NO_PRIVILEGE,
                         _("this needs CAP_NET_ADMIN, and the kernel's module hci_uart: use sudo, and \"modprobe hci_uart\" before"));
  else if (errno == EINVAL || errno == ENODEV)
    g_set_error_literal (error, PRW_PROBLEM, PRW_PROBLEM_NO_BLUETOOTH,
                         _("the kernel has no Bluetooth over serial ports loaded: try \"sudo modprobe hci_uart\" (CONFIG_BT_HCIUART)"));
  else if (errno == EIO)
    g_set_error_literal (error, PRW_PROBLEM, PRW_PROBLEM_GONE, _("went away; plug the board in again"));
  else
    g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_FAILED, _("the kernel does not make a controller of it: %s"), g_strerror (errno));
  return FALSE;
}

static gboolean
line_start (int fd, guint *index, gpointer data, GError **error)
{
  int number;

  /* without the flag the kernel resets a controller when it is closed, and never when it is opened */
  if (ioctl (fd, HCIUARTSETFLAGS, HCI_UART_RESET_ON_INIT) == 0 && ioctl (fd, HCIUARTSETPROTO, HCI_UART_H4) == 0)
    {
      number = ioctl (fd, HCIUARTGETDEVICE);
      if (number >= 0)
        {
          *index = (guint) number;
          return TRUE;
        }
    }
  if (errno == EPROTONOSUPPORT)
    g_set_error_literal (error, PRW_PROBLEM, PRW_PROBLEM_NO_BLUETOOTH, _("this kernel's hci_uart has no H4 (CONFIG_BT_HCIUART_H4)"));
  else
    g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_FAILED, _("the kernel does not make a controller of it: %s"), g_strerror (errno));
  return FALSE;
}

/* A port that was unplugged answers every ioctl with EIO. */
static gboolean
line_is_there (int fd, guint index, gpointer data)
{
  return ioctl (fd, HCIUARTGETDEVICE) == (int) index;
}

static void
line_close (int fd, gpointer data)
{
  int discipline = N_TTY;

  /* Closing the port would do it too, but whoever opens it next might be faster, and is told that it is busy. */
  ioctl (fd, TIOCSETD, &discipline);
}

const PrwLine prw_line_kernel = { .open = line_open, .start = line_start, .is_there = line_is_there, .close = line_close };
