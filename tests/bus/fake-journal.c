/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into the daemon: its stderr looks as if it were connected to the journal, and what is for the journal's socket goes to the
 * file PRW_FAKE_JOURNAL, one record after the other, with an empty line after each: the journal's own export format.
 *
 * Preloaded into pairwardctl: how many records it asked libsystemd for is in the file PRW_COUNT_JOURNAL at the end.
 */
#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define JOURNAL "/run/systemd/journal/"

int
getpeername (int fd, struct sockaddr *address, socklen_t *size)
{
  int (*next) (int, struct sockaddr *, socklen_t *) = (int (*) (int, struct sockaddr *, socklen_t *)) dlsym (RTLD_NEXT, "getpeername");
  struct sockaddr_un journal = { .sun_family = AF_UNIX, .sun_path = JOURNAL "stdout" };

  if (fd != STDERR_FILENO)
    return next (fd, address, size);
  memcpy (address, &journal, *size < sizeof journal ? *size : sizeof journal);
  *size = sizeof journal;
  return 0;
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  ssize_t (*next) (int, const struct msghdr *, int) = (ssize_t (*) (int, const struct msghdr *, int)) dlsym (RTLD_NEXT, "sendmsg");
  const struct sockaddr_un *to = message->msg_name;
  ssize_t size = -1;
  int file;

  if (to == NULL || to->sun_family != AF_UNIX || strncmp (to->sun_path, JOURNAL, strlen (JOURNAL)) != 0)
    return next (fd, message, flags);
  file = open (getenv ("PRW_FAKE_JOURNAL"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0)
    {
      size = writev (file, message->msg_iov, (int) message->msg_iovlen);
      if (write (file, "\n", 1) != 1)
        size = -1;
      close (file);
    }
  return size;
}

static unsigned asked;

/* libsystemd may be missing, and its headers. */
int sd_journal_previous (void *journal);

int
sd_journal_previous (void *journal)
{
  int (*next) (void *) = (int (*) (void *)) dlsym (RTLD_NEXT, "sd_journal_previous");

  asked++;
  return next (journal);
}

__attribute__ ((destructor)) static void
tell_count (void)
{
  const char *path = getenv ("PRW_COUNT_JOURNAL");
  FILE *file = path != NULL ? fopen (path, "we") : NULL;

  if (file == NULL)
    return;
  fprintf (file, "%u", asked);
  fclose (file);
}
