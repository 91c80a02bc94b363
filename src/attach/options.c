/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/options.h"

#include <string.h>

#include <glib/gi18n.h>

#include "attach/tty.h"
#include "policy/address.h"

#define BLUEZ_DIR "/var/lib/bluetooth"

static gboolean G_GNUC_PRINTF (2, 3)
fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, args);
  va_end (args);
  return FALSE;
}

static gboolean
take_speeds (PrwAttachOptions *self, char **words, GError **error)
{
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      guint64 speed;

      if (!g_ascii_string_to_unsigned (words[i], 10, 0, G_MAXUINT, &speed, NULL) || !prw_tty_speed_is_known ((guint) speed))
        return fail (error, _("--speed %s: no speed of a serial port; such as 1000000 or 115200"), words[i]);
      if (self->n_speeds == PRW_ATTACH_SPEEDS_MAX)
        return fail (error, _("--speed %s: too many of them"), words[i]);
      self->speeds[self->n_speeds++] = (guint) speed;
    }
  return TRUE;
}

static gboolean
take_flow_control (PrwAttachOptions *self, const char *word, GError **error)
{
  if (word == NULL)
    return TRUE;
  self->has_flow_control = TRUE;
  self->flow_control = g_str_equal (word, "yes");
  return self->flow_control || g_str_equal (word, "no") || fail (error, _("--flow-control %s: yes or no"), word);
}

/* Which addresses can be had is the matter of those who know the board. */
static gboolean
take_address (PrwAttachOptions *self, const char *word, GError **error)
{
  char normal[PRW_ADDRESS_LEN + 1];

  if (word == NULL)
    return TRUE;
  if (!g_str_equal (word, "auto") && !g_str_equal (word, "none"))
    {
      if (!prw_address_normalize (word, normal))
        return fail (error, _("--address %s: auto, none, or an address such as C0:11:22:33:44:55"), word);
      word = normal;
    }
  self->address = g_strdup (word);
  return TRUE;
}

/* What says how one port is to be used has no meaning for all of them: the keyfile does that. */
static gboolean
check_alone (const PrwAttachOptions *self, GError **error)
{
  const struct
  {
    gboolean given;
    const char *name;
  } of_one[] = { { self->n_speeds > 0, "--speed" }, { self->has_flow_control, "--flow-control" }, { self->address != NULL, "--address" },
                 { self->bluez_dir != NULL, "--bluez-dir" }, { self->probe, "--probe" } };

  for (guint i = 0; i < G_N_ELEMENTS (of_one); i++)
    if (of_one[i].given)
      return fail (error, _("%s is about one TTY"), of_one[i].name);
  return !self->watch || !self->json || fail (error, "%s", _("--watch prints no JSON; \"pairwardctl --json controller\" does"));
}

/* Exactly one thing is to be done. */
static gboolean
take_words (PrwAttachOptions *self, int argc, char **argv, GError **error)
{
  gboolean without_port = self->list || self->watch;

  if (self->version)
    return TRUE;
  if (self->list && self->watch)
    return fail (error, "%s", _("--list and --watch do not go together"));
  if (without_port && !check_alone (self, error))
    return FALSE;
  if (argc > 1 && without_port)
    return fail (error, _("unexpected argument \"%s\""), argv[1]);
  if (argc > 2)
    return fail (error, _("one TTY at a time; unexpected argument \"%s\""), argv[2]);
  if ((argc < 2 || *argv[1] == '\0') && !without_port)
    return fail (error, "%s", _("which TTY? Such as ttyACM0; \"pairward-attach --list\" shows those there are"));
  self->port = without_port ? NULL : g_strdup (argv[1]);
  return TRUE;
}

gboolean
prw_attach_options_parse (PrwAttachOptions *self, int *argc, char ***argv, GError **error)
{
  g_auto (GStrv) speeds = NULL;
  g_autofree char *flow_control = NULL;
  g_autofree char *address = NULL;
  const GOptionEntry entries[] = {
    { "probe", 'p', 0, G_OPTION_ARG_NONE, &self->probe, N_("Only look what it is"), NULL },
    { "list", 'l', 0, G_OPTION_ARG_NONE, &self->list, N_("List ports and what may be behind them; opens none"), NULL },
    { "watch", 'w', 0, G_OPTION_ARG_NONE, &self->watch, N_("Attach boards as they come, until told to stop"), NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &self->json, N_("Print JSON"), NULL },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &self->config, N_("Read FILE over the shipped defaults instead of the system's files"), N_("FILE") },
    { "speed", 's', 0, G_OPTION_ARG_STRING_ARRAY, &speeds, N_("Bits per second; several are tried in turn (1000000, 115200)"), N_("N") },
    { "flow-control", 0, 0, G_OPTION_ARG_STRING, &flow_control, N_("RTS and CTS: yes or no (yes)"), N_("yes|no") },
    { "address", 'a', 0, G_OPTION_ARG_STRING, &address, N_("Its identity: auto (the chip's own), none (leave it to BlueZ), or an address"), N_("ADDRESS") },
    { "bluez-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->bluez_dir, N_("Where BlueZ keeps its files (/var/lib/bluetooth)"), N_("DIR") },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, N_("Say more"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, N_("Print the version and exit"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("TTY"));

  memset (self, 0, sizeof *self);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_summary (context,
                                _("Makes a Bluetooth controller of a board with HCI firmware on a serial port, and stays as long as the board "
                                  "does. In place of a TTY it takes a controller that the kernel found by itself, such as hci0, and gives it "
                                  "its chip's own address."));
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (!take_speeds (self, speeds, error) || !take_flow_control (self, flow_control, error) || !take_address (self, address, error) ||
      !take_words (self, *argc, *argv, error))
    return FALSE;
  if (self->bluez_dir == NULL)
    self->bluez_dir = g_strdup (BLUEZ_DIR);
  return TRUE;
}

void
prw_attach_options_clear (PrwAttachOptions *self)
{
  g_free (self->port);
  g_free (self->config);
  g_free (self->address);
  g_free (self->bluez_dir);
}
