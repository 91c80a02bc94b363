/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replays a folder of inputs through a fuzz target, so that `make check` needs no fuzzer. With libFuzzer: build the
 * target with -fsanitize=fuzzer in place of this file. */
#include "config.h"

#include "fuzz.h"

#include <string.h>

static gboolean
replay (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *content = NULL;
  gsize length;

  if (!g_file_get_contents (path, &content, &length, NULL))
    return FALSE;
  return LLVMFuzzerTestOneInput ((const guint8 *) content, length) == 0;
}

/* Usage: fuzz-NAME [FOLDER]; without one the corpus of NAME in the source tree. Prints TAP. */
int
main (int argc, char **argv)
{
  g_autofree char *program = g_path_get_basename (argv[0]);
  const char *target = g_str_has_prefix (program, "fuzz-") ? program + strlen ("fuzz-") : program;
  const char *srcdir = g_getenv ("top_srcdir");
  g_autofree char *corpus = g_build_filename (srcdir != NULL ? srcdir : ".", "tests", "fuzz", "corpus", target, NULL);
  const char *folder = argc > 1 ? argv[1] : corpus;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;
  guint n = 0, failed = 0;

  if (dir == NULL)
    {
      g_print ("Bail out! %s\n", error->message);
      return 1;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      gboolean ok = replay (folder, name);

      g_print ("%sok %u - %s %s\n", ok ? "" : "not ", ++n, target, name);
      failed += !ok;
    }
  g_print ("1..%u\n", n);
  return n == 0 || failed > 0;
}
