/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/report.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "policy/address.h"
#include "policy/text.h"

static void
add_line (GString *text, const char *label, const char *value)
{
  g_autofree char *named = g_strdup_printf ("  %s:", label), *column = prw_text_column (named, 19);

  g_string_append_printf (text, "\n%s%s", column, value);
}

static void G_GNUC_PRINTF (3, 4)
add_format (GString *text, const char *label, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list args;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  add_line (text, label, value);
}

char *
prw_report_summary (const PrwBoard *board)
{
  g_autofree char *what = prw_board_describe (board);
  g_autofree char *hci = prw_board_hci (board);
  const char *address = prw_board_get_address (board);

  return g_strconcat (what, board->is_zephyr ? ", " : "", board->is_zephyr ? hci : "", ", ",
                      *address != '\0' ? address : _("no address of its own"), NULL);
}

static void
add_addresses (GString *text, const PrwBoard *board)
{
  if (board->public_address[0] != '\0')
    add_format (text, _("Address"), _("%s (public)"), board->public_address);
  for (guint i = 0; i < board->n_static_addresses; i++)
    add_format (text, _("Address"), _("%s (random static, the chip's own)"), board->static_addresses[i]);
  if (*prw_board_get_address (board) == '\0')
    add_line (text, _("Address"), _("none: give it one with --address or StaticAddress=, else one is made up"));
}

char *
prw_report_probe (const PrwAttach *attach, const PrwPortFacts *port)
{
  const PrwBoard *board = prw_attach_get_board (attach);
  g_autofree char *summary = prw_report_summary (board);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s: %s", prw_attach_get_name (attach), summary);
  if (port->usb != NULL)
    add_format (text, _("USB"), "%s%s%s", port->usb, port->product != NULL ? "  " : "", port->product != NULL ? port->product : "");
  if (prw_attach_is_serial (attach))
    add_format (text, _("Speed"),
                prw_attach_get_flow_control (attach)
                ? ngettext ("%u bit per second, RTS and CTS", "%u bits per second, RTS and CTS", prw_attach_get_speed (attach))
                : ngettext ("%u bit per second, no flow control", "%u bits per second, no flow control", prw_attach_get_speed (attach)),
                prw_attach_get_speed (attach));
  add_format (text, _("Manufacturer"), "0x%04x", board->manufacturer);
  if (board->is_zephyr)
    add_format (text, _("Firmware"), "%u.%u.%u", board->fw_version, board->fw_revision, board->fw_build);
  if (board->build[0] != '\0')
    add_line (text, _("Build"), board->build);
  add_addresses (text, board);
  if (board->has_temperature)
    add_format (text, _("Temperature"), _("%d °C"), board->temperature);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
prw_report_attached (const PrwAttach *attach, const char *address)
{
  g_autofree char *what = prw_board_describe (prw_attach_get_board (attach));

  if (!prw_attach_is_serial (attach)) /* it was hciN before */
    /* Translators: hci0 is Zephyr 3.7, C0:11:22:33:44:55 */
    return g_strdup_printf (_("%s is %s, %s"), prw_attach_get_name (attach), what, *address != '\0' ? address : _("no address of its own"));
  /* Translators: ttyACM0 is hci0, Zephyr 3.7, C0:11:22:33:44:55 */
  return g_strdup_printf (_("%s is hci%u, %s, %s"), prw_attach_get_name (attach), prw_attach_get_index (attach), what,
                          *address != '\0' ? address : _("no address of its own"));
}

/* Of the one that it has as a controller: if it is not its public one, bluetoothd gave it a static one. */
static const char *
address_type (const PrwAttach *attach, const char *address)
{
  if (*address == '\0')
    return "";
  return g_str_equal (address, prw_attach_get_board (attach)->public_address) ? "public" : "random";
}

static void
add_all (GVariantDict *dict, GVariant *more)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, more);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (dict, key, value);
}

char *
prw_report_json (const char *tty, const PrwAttach *attach, const PrwPortFacts *port, const char *address, const char *state,
                 const GError *error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) all = NULL;

  if (attach != NULL && prw_attach_is_known (attach))
    {
      g_autoptr (GVariant) board = g_variant_ref_sink (prw_board_to_variant (prw_attach_get_board (attach)));

      add_all (&dict, board);
      if (address != NULL && *address != '\0')
        {
          g_variant_dict_insert (&dict, "Address", "s", address);
          g_variant_dict_insert (&dict, "AddressType", "s", address_type (attach, address));
        }
      if (prw_attach_is_serial (attach))
        {
          g_variant_dict_insert (&dict, "Speed", "u", prw_attach_get_speed (attach));
          g_variant_dict_insert (&dict, "FlowControl", "b", prw_attach_get_flow_control (attach));
        }
    }
  g_variant_dict_insert (&dict, prw_adapter_parse_name (tty, NULL) ? "Device" : "Tty", "s", tty);
  g_variant_dict_insert (&dict, "State", "s", state);
  if (port->usb != NULL)
    g_variant_dict_insert (&dict, "Usb", "s", port->usb);
  if (port->product != NULL)
    g_variant_dict_insert (&dict, "Product", "s", port->product);
  if (g_str_equal (state, "attached") && !prw_adapter_parse_name (tty, NULL))
    g_variant_dict_insert_value (&dict, "Device", g_variant_new_take_string (g_strdup_printf ("hci%u", prw_attach_get_index (attach))));
  if (error != NULL)
    {
      g_variant_dict_insert (&dict, "Problem", "s", prw_problem_nick (error));
      g_variant_dict_insert (&dict, "Message", "s", error->message);
    }
  all = g_variant_ref_sink (g_variant_dict_end (&dict));
  return json_gvariant_serialize_data (all, NULL);
}

char *
prw_report_record_name (const char *tty)
{
  return g_strdelimit (g_strdup (tty), "/", '-');
}

PrwRecord *
prw_report_record (const PrwAttach *attach, const PrwPortFacts *port, const char *address, gint64 since, const GError *error)
{
  const PrwBoard *board = prw_attach_get_board (attach);
  g_autofree char *name = prw_report_record_name (prw_attach_get_name (attach));
  PrwRecord *record = prw_record_new (name);

  record->usb = g_strdup (port->usb);
  record->product = g_strdup (port->product);
  record->speed = prw_attach_get_speed (attach);
  record->flow_control = prw_attach_get_flow_control (attach);
  if (prw_attach_is_known (attach))
    {
      record->chip = prw_board_chip (board);
      record->firmware = prw_board_firmware (board);
      record->manufacturer = board->manufacturer;
      record->address = g_strdup (address);
      record->address_type = g_strdup (address_type (attach, address));
      record->own_address = g_strdup (prw_board_get_address (board));
      record->temperature = board->has_temperature ? board->temperature : G_MININT;
    }
  if (error != NULL)
    {
      record->problem = g_strdup (prw_problem_nick (error));
      record->message = g_strdup (error->message);
      return record;
    }
  record->state = PRW_RECORD_ATTACHED;
  record->since = since;
  record->device = g_strdup_printf ("hci%u", prw_attach_get_index (attach));
  return record;
}
