/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into the daemon: its Bluetooth sockets become connections to the test, which is the kernel then. Where
 * $PRW_FAKE_HCI is not set there is no Bluetooth; else the channel N is the socket $PRW_FAKE_HCI-N. Filters, options and
 * credentials are the real ones.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define HCIGETCONNLIST _IOR ('H', 212, int)

struct sockaddr_hci
{
  sa_family_t family;
  uint16_t dev, channel;
};

int
socket (int domain, int type, int protocol)
{
  int (*real) (int, int, int) = (int (*) (int, int, int)) dlsym (RTLD_NEXT, "socket");

  if (domain != AF_BLUETOOTH)
    return real (domain, type, protocol);
  if (getenv ("PRW_FAKE_HCI") != NULL)
    return real (AF_UNIX, SOCK_SEQPACKET | (type & (SOCK_CLOEXEC | SOCK_NONBLOCK)), 0);
  errno = EAFNOSUPPORT;
  return -1;
}

int
bind (int fd, const struct sockaddr *address, socklen_t length)
{
  int (*real) (int, const struct sockaddr *, socklen_t) = (int (*) (int, const struct sockaddr *, socklen_t)) dlsym (RTLD_NEXT, "bind");
  struct sockaddr_un to = { .sun_family = AF_UNIX };
  struct sockaddr_hci hci;

  if (address->sa_family != AF_BLUETOOTH || length != sizeof hci)
    return real (fd, address, length);
  memcpy (&hci, address, sizeof hci);
  snprintf (to.sun_path, sizeof to.sun_path, "%s-%d", getenv ("PRW_FAKE_HCI"), hci.channel);
  return connect (fd, (const struct sockaddr *) &to, sizeof to);
}

/* There are no connections. */
int
ioctl (int fd, unsigned long request, ...)
{
  int (*real) (int, unsigned long, ...) = (int (*) (int, unsigned long, ...)) dlsym (RTLD_NEXT, "ioctl");
  va_list arguments;
  void *argument;

  va_start (arguments, request);
  argument = va_arg (arguments, void *);
  va_end (arguments);
  if (request != HCIGETCONNLIST)
    return real (fd, request, argument);
  ((uint16_t *) argument)[1] = 0;
  return 0;
}
