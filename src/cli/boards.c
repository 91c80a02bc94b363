/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What is wrong with controllers and boards. */
#include "cli/boards.h"

#include <string.h>

#include <glib/gi18n.h>

#define NO_ADDRESS "00:00:00:00:00:00"

/* Whose controllers often have no public address: Zephyr's link layer, Nordic's SoftDevice Controller. */
static const guint16 address_less[] = { 0x05f1, 0x0059 };

/* The J-Link of Nordic's kits; the bootloader of the nRF52840 dongle, which pairward-attach never touches. */
#define USB_JLINK "1366:"
#define USB_BOOTLOADER "1915:521f"

PrwSeenController *
prw_seen_controller_new (const char *name, GVariant *controller, const PrwRecord *record)
{
  PrwSeenController *seen = g_new0 (PrwSeenController, 1);

  seen->name = g_strdup (name);
  seen->controller = controller != NULL ? g_variant_ref (controller) : NULL;
  seen->record = record;
  return seen;
}

void
prw_seen_controller_free (PrwSeenController *seen)
{
  g_free (seen->name);
  g_clear_pointer (&seen->controller, g_variant_unref);
  g_free (seen);
}

static int
compare_seen (gconstpointer one, gconstpointer other)
{
  const PrwSeenController *a = *(PrwSeenController *const *) one, *b = *(PrwSeenController *const *) other;

  if ((a->controller == NULL) != (b->controller == NULL))
    return a->controller == NULL ? 1 : -1;
  return strcmp (a->name, b->name);
}

GPtrArray *
prw_boards_records (const char *dir)
{
  /* A folder that was named may be another machine's. */
  return dir != NULL ? prw_records_list (dir) : prw_records_list_present (PRW_BOARDS_DIR, "/sys", "/dev");
}

GPtrArray *
prw_boards_gather (GHashTable *controllers, GPtrArray *records)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) prw_seen_controller_free);
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer path, properties;

  g_hash_table_iter_init (&iter, controllers);
  while (g_hash_table_iter_next (&iter, &path, &properties))
    {
      const char *name = strrchr (path, '/') + 1;
      const PrwRecord *record = prw_records_find (records, name);

      g_hash_table_add (taken, (gpointer) record);
      g_ptr_array_add (all, prw_seen_controller_new (name, properties, record));
    }
  for (guint i = 0; i < records->len; i++)
    if (!g_hash_table_contains (taken, records->pdata[i]))
      g_ptr_array_add (all, prw_seen_controller_new (((const PrwRecord *) records->pdata[i])->tty, NULL, records->pdata[i]));
  g_ptr_array_sort (all, compare_seen);
  return all;
}

/* --- a board that is no controller --- */

/* The nicknames are pairward-attach's. Returns: (nullable): what to do */
static const char *
advice (const char *problem)
{
  static const struct { const char *nick, *text; } table[] = {
    { "no-port", N_("the port is gone; plug the board in again") },
    { "gone", N_("it was unplugged; plug it in again") },
    { "not-a-port", N_("that is no serial port") },
    { "no-permission", N_("the port may not be opened; run pairward-attach as root") },
    { "no-privilege", N_("pairward-attach needs more rights to attach it; run it as root") },
    { "busy", N_("another program has the port; end it (ModemManager and consoles are the usual ones), and plug the board in again") },
    { "forbidden", N_("this port is never attached: it is the kernel's console, or a bootloader; flash firmware for HCI, or press reset") },
    { "bad-speed", N_("the port cannot be set to that speed; give another with Speed= in its [Controller] group") },
    { "silent", N_("nothing answers: is firmware for HCI on the board, and is Speed= the one it was built with?") },
    { "not-hci", N_("what answers is no Bluetooth controller, but a modem, a console or other firmware; flash firmware for HCI") },
    { "wrong-speed", N_("what comes makes no sense, as at a wrong speed; give the one of its firmware with Speed= in its [Controller] group") },
    { "flow-control", N_("it does not hear us, or does not let us send; try FlowControl= the other way in its [Controller] group") },
    { "stopped", N_("it stopped in the middle; press reset, or plug it in again") },
    { "refused", N_("it is there and cannot be used; press reset, or flash its firmware anew") },
    { "malformed", N_("what it answers is not what HCI says; flash its firmware anew") },
    { "no-address", N_("it has no address, and could not be given one; StaticAddress= in its [Controller] group gives it one") },
    { "no-bluetooth", N_("this kernel cannot attach controllers on serial ports; it needs the modules hci_uart and bluetooth") },
    { "interrupted", N_("pairward-attach was ended in the middle of it; plug the board in again") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].nick, problem))
      return _(table[i].text);
  return NULL;
}

static gboolean
is_nrf53 (const PrwRecord *record)
{
  return g_str_has_prefix (record->chip, "nRF53");
}

/* What its port tells beyond what pairward-attach saw. Returns: (nullable) */
static const char *
hint (const PrwRecord *record)
{
  if (g_ascii_strcasecmp (record->usb, USB_BOOTLOADER) == 0)
    return _("It is in its bootloader: flash firmware for HCI, or press reset if there is some.");
  if (g_str_has_prefix (record->usb, USB_JLINK) && g_str_equal (record->problem, "silent"))
    return _("Behind a J-Link the other of its two ports may be the one; on an nRF5340 the network core needs firmware of its own.");
  return NULL;
}

/* What went wrong, as well as it is known. Returns: (transfer full) */
static char *
failure (const PrwRecord *record)
{
  const char *what = advice (record->problem), *more = hint (record);
  g_autofree char *text = NULL;

  if (what != NULL && *record->message != '\0')
    text = g_strdup_printf ("%s (%s)", what, record->message);
  else if (*record->message != '\0')
    text = g_strdup (record->message);
  else
    text = g_strdup (what != NULL ? what : _("it could not be attached; the log of pairward-attach says why"));
  return more != NULL ? g_strdup_printf ("%s. %s", text, more) : g_steal_pointer (&text);
}

static void
judge_record (GPtrArray *findings, const PrwRecord *record)
{
  if (record->state == PRW_RECORD_FAILED)
    prw_findings_add (findings, "board", PRW_FINDING_PROBLEM, failure (record));
  else if (is_nrf53 (record))
    prw_findings_add (findings, "board", PRW_FINDING_PROBLEM,
                      g_strdup_printf (_("it is %s, and no adapter of bluetoothd: on an nRF5340 that is so when the network core has no "
                                         "firmware of its own; flash that, too"), record->device));
  else
    prw_findings_add (findings, "board", PRW_FINDING_PROBLEM,
                      g_strdup_printf (_("it is %s, and no adapter that pairward has: is bluetoothd running, and does Adapters= name it? "
                                         "\"pairwardctl doctor\" tells more"), record->device));
}

/* --- a controller --- */

static void
judge_settings (GPtrArray *findings, GVariant *controller)
{
  g_autoptr (GVariant) unapplied = g_variant_lookup_value (controller, "Unapplied", G_VARIANT_TYPE ("a{ss}"));
  GVariantIter iter;
  const char *key, *why;

  if (unapplied == NULL)
    return;
  g_variant_iter_init (&iter, unapplied);
  while (g_variant_iter_next (&iter, "{&s&s}", &key, &why))
    prw_findings_add (findings, "settings", PRW_FINDING_PROBLEM,
                      g_strdup_printf (_("%s= of the keyfile is not in force: %s"), key, why));
}

static gboolean
is_often_without_address (GVariant *controller)
{
  guint16 manufacturer = 0;

  g_variant_lookup (controller, "Manufacturer", "q", &manufacturer);
  for (guint i = 0; i < G_N_ELEMENTS (address_less); i++)
    if (manufacturer == address_less[i])
      return TRUE;
  return FALSE;
}

static void
judge_address (GPtrArray *findings, const PrwSeenController *seen)
{
  const PrwRecord *record = seen->record;
  const char *address = "", *type = "";

  g_variant_lookup (seen->controller, "Address", "&s", &address);
  g_variant_lookup (seen->controller, "AddressType", "&s", &type);
  if (g_str_equal (address, NO_ADDRESS))
    prw_findings_add (findings, "address", PRW_FINDING_PROBLEM,
                      g_strdup (_("it has no address, and cannot be turned on; StaticAddress= in its [Controller] group gives it one when it "
                                  "is plugged in")));
  else if (!g_str_equal (type, "random"))
    return;
  else if (record != NULL && *record->address != '\0' && g_ascii_strcasecmp (record->address, address) != 0)
    prw_findings_add (findings, "address", PRW_FINDING_PROBLEM,
                      g_strdup_printf (_("bluetoothd took %s for its identity, and its own address is %s: its bonds may be another board's; "
                                         "plug it in again, and see the log of pairward-attach"), address, record->address));
  else if (record != NULL && *record->address == '\0')
    prw_findings_add (findings, "address", PRW_FINDING_NOTE,
                      g_strdup (_("the chip tells no address, so bluetoothd made one up, which the next board of this maker may get as well; "
                                  "StaticAddress= in its [Controller] group gives it one of its own")));
  else if (record == NULL && is_often_without_address (seen->controller))
    prw_findings_add (findings, "address", PRW_FINDING_NOTE,
                      g_strdup (_("it has no public address: bluetoothd gave it one by its maker, and another board of this maker may get the same; "
                                  "keep to one such board on USB, or see pairward(7)")));
}

gboolean
prw_boards_is_le_only (GVariant *controller)
{
  g_autofree const char **transports = NULL;

  g_variant_lookup (controller, "Transports", "^a&s", &transports);
  return transports != NULL && g_strv_contains (transports, "le") && !g_strv_contains (transports, "bredr");
}

static void
judge_radio (GPtrArray *findings, GVariant *controller)
{
  if (prw_boards_is_le_only (controller))
    prw_findings_add (findings, "radio", PRW_FINDING_NOTE,
                      g_strdup (_("it is LE only: headsets and other devices of BR/EDR do not pair with it; pair them on another adapter")));
}

GPtrArray *
prw_boards_judge (const PrwSeenController *seen)
{
  GPtrArray *findings = prw_findings_new ();

  if (seen->controller == NULL)
    {
      judge_record (findings, seen->record);
      return findings;
    }
  judge_address (findings, seen);
  judge_settings (findings, seen->controller);
  if (seen->record != NULL && *seen->record->problem != '\0')
    prw_findings_add (findings, "board", PRW_FINDING_PROBLEM, failure (seen->record));
  judge_radio (findings, seen->controller);
  return findings;
}

PrwFinding *
prw_boards_judge_failed (GPtrArray *records)
{
  g_autoptr (GString) failed = g_string_new (NULL);

  for (guint i = 0; i < records->len; i++)
    {
      const PrwRecord *record = records->pdata[i];
      g_autofree char *why = NULL;

      if (record->state != PRW_RECORD_FAILED)
        continue;
      why = failure (record);
      g_string_append_printf (failed, "%s%s: %s", failed->len > 0 ? "; " : "", record->tty, why);
    }
  if (records->len == 0)
    return NULL;
  if (failed->len == 0)
    return prw_finding_new ("boards", PRW_FINDING_OK,
                            g_strdup_printf (ngettext ("%u board is attached", "%u boards are attached", records->len), records->len));
  return prw_finding_new ("boards", PRW_FINDING_PROBLEM, g_string_free (g_steal_pointer (&failed), FALSE));
}
