/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/storage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/mgmt.h"

#define FILE_MAX (64 * 1024) /* bluetoothd's are of some hundred bytes */
#define ADAPTERS_MAX 64
/* Before the address of an adapter that has no public one (BlueZ's btd_adapter_get_storage_dir()). */
#define STATIC "static-"

/* A piece of a line; nothing of the file is copied. */
typedef struct
{
  const char *text;
  gsize size;
} Piece;

static Piece
trim (const char *text, gsize size)
{
  while (size > 0 && g_ascii_isspace (text[0]))
    text++, size--;
  while (size > 0 && g_ascii_isspace (text[size - 1]))
    size--;
  return (Piece) { text, size };
}

static gboolean
is (Piece piece, const char *word)
{
  return piece.size == strlen (word) && memcmp (piece.text, word, piece.size) == 0;
}

static gboolean
parse_number (Piece piece, guint *number)
{
  if (piece.size == 0 || piece.size > 3)
    return FALSE;
  *number = 0;
  for (gsize i = 0; i < piece.size; i++)
    {
      if (!g_ascii_isdigit (piece.text[i]))
        return FALSE;
      *number = *number * 10 + (guint) g_ascii_digit_value (piece.text[i]);
    }
  return TRUE;
}

static void
take_key (PrwBond *bond, PrwSecurityLevel level, gboolean debug_key)
{
  if (bond->level == PRW_SECURITY_LEVEL_NO_ACCESS || level < bond->level)
    bond->level = level;
  bond->debug_key = bond->debug_key || debug_key;
}

static void
take_value (Piece group, Piece key, Piece value, PrwBond *bond)
{
  gboolean long_term = is (group, "LongTermKey") || is (group, "PeripheralLongTermKey") || is (group, "SlaveLongTermKey");
  PrwSecurityLevel level;
  gboolean debug_key;
  guint type;

  if (long_term && is (key, "Authenticated") && parse_number (value, &type) && prw_mgmt_level_of_long_term_key (type, &level, &debug_key))
    take_key (bond, level, debug_key);
  if (is (group, "LinkKey") && is (key, "Type") && parse_number (value, &type) && prw_mgmt_level_of_link_key (type, &level, &debug_key))
    take_key (bond, level, debug_key);
}

/* Not by GKeyFile: it would leave copies of the keys in memory. */
gboolean
prw_kernel_storage_parse (const char *text, gsize size, PrwBond *bond)
{
  Piece group = { "", 0 };

  *bond = (PrwBond) { .level = PRW_SECURITY_LEVEL_NO_ACCESS };
  while (size > 0)
    {
      const char *end = memchr (text, '\n', size);
      gsize length = end != NULL ? (gsize) (end - text) : size;
      Piece line = trim (text, length);
      const char *equals = line.size > 0 ? memchr (line.text, '=', line.size) : NULL;

      if (line.size > 2 && line.text[0] == '[' && line.text[line.size - 1] == ']')
        group = (Piece) { line.text + 1, line.size - 2 };
      else if (equals != NULL)
        take_value (group, trim (line.text, (gsize) (equals - line.text)),
                    trim (equals + 1, line.size - (gsize) (equals + 1 - line.text)), bond);
      length += end != NULL;
      text += length;
      size -= length;
    }
  return bond->level != PRW_SECURITY_LEVEL_NO_ACCESS;
}

static void
pass_over (const char *address)
{
  g_message ("bluetoothd's storage: what it has of %s is passed over: %s", address, g_strerror (errno));
}

/* Reads all of a plain file that is not too large. Returns: its size, or -1 with errno */
static gssize
read_plain (int fd, char *content)
{
  struct stat info;
  gsize size = 0;
  gssize got;

  if (fstat (fd, &info) != 0)
    return -1;
  if (!S_ISREG (info.st_mode) || info.st_size > FILE_MAX)
    {
      errno = S_ISREG (info.st_mode) ? EFBIG : EINVAL;
      return -1;
    }
  while (size < FILE_MAX && (got = read (fd, content + size, FILE_MAX - size)) > 0)
    size += (gsize) got;
  return (gssize) size;
}

static gboolean
read_info (int peer, const char *address, PrwBond *bond)
{
  int fd = openat (peer, "info", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  g_autofree char *content = NULL;
  gboolean found = FALSE;
  gssize size;

  if (fd < 0)
    {
      if (errno != ENOENT)
        pass_over (address);
      return FALSE;
    }
  content = g_malloc (FILE_MAX);
  size = read_plain (fd, content);
  if (size < 0)
    pass_over (address);
  else
    found = prw_kernel_storage_parse (content, (gsize) size, bond);
  explicit_bzero (content, FILE_MAX);
  close (fd);
  return found;
}

/* The folders in @folder that are named by an address, after @prefix or not, and are no links. */
static int
open_next (DIR *folder, const char *prefix, char *address)
{
  struct dirent *entry;

  while ((entry = readdir (folder)) != NULL)
    {
      const char *name = entry->d_name + (g_str_has_prefix (entry->d_name, prefix) ? strlen (prefix) : 0);
      int fd;

      if (!prw_address_normalize (name, address) || !g_str_equal (address, name))
        continue;
      fd = openat (dirfd (folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (fd >= 0)
        return fd;
      pass_over (address);
    }
  return -1;
}

/* Takes @fd. */
static void
read_adapter (int fd, const char *adapter_address, GPtrArray *bonds)
{
  DIR *folder = fdopendir (fd);
  char address[PRW_ADDRESS_LEN + 1];
  int peer;

  if (folder == NULL)
    {
      close (fd);
      return;
    }
  while (bonds->len < PRW_BONDS_MAX && (peer = open_next (folder, "", address)) >= 0)
    {
      PrwBond bond;

      if (read_info (peer, address, &bond))
        {
          PrwStoredBond *stored = g_new0 (PrwStoredBond, 1);

          g_strlcpy (stored->adapter_address, adapter_address, sizeof stored->adapter_address);
          g_strlcpy (stored->address, address, sizeof stored->address);
          stored->bond = bond;
          g_ptr_array_add (bonds, stored);
        }
      close (peer);
    }
  closedir (folder);
}

GPtrArray *
prw_kernel_storage_read (const char *folder)
{
  GPtrArray *bonds = g_ptr_array_new_with_free_func (g_free);
  char address[PRW_ADDRESS_LEN + 1];
  DIR *root = opendir (folder);
  int adapter;

  if (root == NULL)
    {
      g_debug ("bluetoothd's storage %s: %s", folder, g_strerror (errno));
      return bonds;
    }
  for (guint n = 0; n < ADAPTERS_MAX && (adapter = open_next (root, STATIC, address)) >= 0; n++)
    read_adapter (adapter, address, bonds);
  closedir (root);
  return bonds;
}
