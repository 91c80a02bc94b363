/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/board.h"

#include <string.h>

#include <glib/gi18n.h>

#include "kernel/bytes.h"
#include "policy/text.h"

#define IDENTITY_ROOT 16
#define PLATFORM_NORDIC 2

/* Those whose vendor commands from 0xfc01 on are others: Broadcom's 0xfc01 writes the address, Intel's resets. */
static const guint16 other_vendors[] = { 0x0002 /* Intel */,    0x000a /* Qualcomm (CSR) */, 0x000d /* Texas Instruments */,
                                         0x000f /* Broadcom */, 0x001d /* Qualcomm */,       0x0030 /* ST */,
                                         0x0046 /* MediaTek */, 0x0048 /* Marvell */,        0x005d /* Realtek */,
                                         0x0131 /* Cypress */ };

/* All zero is what controllers without an address of their own say, all ones what is in a chip where nobody wrote one. */
static gboolean
is_address (const guint8 *bytes)
{
  static const guint8 zero[PRW_ADDRESS_BYTES], ones[PRW_ADDRESS_BYTES] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

  return memcmp (bytes, zero, sizeof zero) != 0 && memcmp (bytes, ones, sizeof ones) != 0;
}

/* Two ones at the top, and of the 46 random bits at least one of each (Core 5.4 Vol 6 Part B 1.3.2.1). */
static gboolean
is_static_address (const guint8 *bytes)
{
  static const guint8 no_bits[PRW_ADDRESS_BYTES] = { 0, 0, 0, 0, 0, 0xc0 };

  return (bytes[5] & 0xc0) == 0xc0 && is_address (bytes) && memcmp (bytes, no_bits, sizeof no_bits) != 0;
}

static gboolean
read_version (PrwBoard *self, const guint8 *parameters, gsize size)
{
  if (size != 9)
    return FALSE;
  self->hci_version = parameters[1];
  self->hci_revision = prw_bytes_get_le16 (parameters + 2);
  self->manufacturer = prw_bytes_get_le16 (parameters + 5);
  return TRUE;
}

static gboolean
read_address (PrwBoard *self, const guint8 *parameters, gsize size)
{
  if (size != 1 + PRW_ADDRESS_BYTES)
    return FALSE;
  if (is_address (parameters + 1))
    prw_bytes_get_address (parameters + 1, self->public_address);
  return TRUE;
}

static gboolean
read_zephyr_version (PrwBoard *self, const guint8 *parameters, gsize size)
{
  if (size != 13)
    return FALSE;
  self->is_zephyr = TRUE;
  self->platform = prw_bytes_get_le16 (parameters + 1);
  self->variant = prw_bytes_get_le16 (parameters + 3);
  self->fw_variant = parameters[5];
  self->fw_version = parameters[6];
  self->fw_revision = prw_bytes_get_le16 (parameters + 7);
  self->fw_build = prw_bytes_get_le32 (parameters + 9);
  return TRUE;
}

static gboolean
read_commands (PrwBoard *self, const guint8 *parameters, gsize size)
{
  if (size != 1 + sizeof self->commands)
    return FALSE;
  memcpy (self->commands, parameters + 1, sizeof self->commands);
  return TRUE;
}

/* A text, ended by a zero or by the event. */
static gboolean
read_build (PrwBoard *self, const guint8 *parameters, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) parameters + 1, size - 1);
  g_autofree char *shown = prw_text_sanitize (text);

  g_strlcpy (self->build, shown, sizeof self->build);
  return TRUE;
}

/* A count that does not fit the event is believed in nothing: half of an address would be another one. */
static gboolean
read_static_addresses (PrwBoard *self, const guint8 *parameters, gsize size)
{
  const gsize entry = PRW_ADDRESS_BYTES + IDENTITY_ROOT;
  const guint8 *address = parameters + 2;

  if (size < 2 || parameters[1] > PRW_BOARD_ADDRESSES_MAX || size != 2 + parameters[1] * entry)
    return FALSE;
  self->n_static_addresses = 0;
  for (guint i = 0; i < parameters[1]; i++, address += entry)
    if (is_static_address (address))
      prw_bytes_get_address (address, self->static_addresses[self->n_static_addresses++]);
  return TRUE;
}

static gboolean
read_temperature (PrwBoard *self, const guint8 *parameters, gsize size)
{
  if (size != 2)
    return FALSE;
  self->has_temperature = TRUE;
  self->temperature = (gint8) parameters[1];
  return TRUE;
}

gboolean
prw_board_read (PrwBoard *self, PrwHciOpcode opcode, const guint8 *parameters, gsize size)
{
  if (size == 0 || parameters[0] != 0)
    return FALSE;
  switch (opcode)
    {
    case PRW_HCI_RESET:
    case PRW_HCI_ZEPHYR_WRITE_BD_ADDR:
      return size == 1;
    case PRW_HCI_READ_LOCAL_VERSION:
      return read_version (self, parameters, size);
    case PRW_HCI_READ_BD_ADDR:
      return read_address (self, parameters, size);
    case PRW_HCI_ZEPHYR_READ_VERSION:
      return read_zephyr_version (self, parameters, size);
    case PRW_HCI_ZEPHYR_READ_COMMANDS:
      return read_commands (self, parameters, size);
    case PRW_HCI_ZEPHYR_READ_BUILD:
      return read_build (self, parameters, size);
    case PRW_HCI_ZEPHYR_READ_STATIC_ADDRESSES:
      return read_static_addresses (self, parameters, size);
    case PRW_HCI_ZEPHYR_READ_TEMPERATURE:
      return read_temperature (self, parameters, size);
    }
  return FALSE;
}

gboolean
prw_board_has_command (const PrwBoard *self, PrwHciOpcode opcode)
{
  guint bit = (guint) opcode - PRW_HCI_ZEPHYR_READ_VERSION;

  return bit < 8 * sizeof self->commands && (self->commands[bit / 8] & 1 << bit % 8) != 0;
}

gboolean
prw_board_may_be_zephyr (const PrwBoard *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (other_vendors); i++)
    if (self->manufacturer == other_vendors[i])
      return FALSE;
  return TRUE;
}

const char *
prw_board_get_address (const PrwBoard *self)
{
  return self->public_address[0] != '\0' || self->n_static_addresses == 0 ? self->public_address : self->static_addresses[0];
}

const char *
prw_board_get_address_type (const PrwBoard *self)
{
  if (self->public_address[0] != '\0')
    return "public";
  return self->n_static_addresses > 0 ? "random" : "";
}

char *
prw_board_chip (const PrwBoard *self)
{
  static const char *const nordic[] = { NULL, "nRF51", "nRF52", "nRF53", "nRF54H", "nRF54L" };

  if (!self->is_zephyr)
    return g_strdup ("");
  if (self->platform != PLATFORM_NORDIC)
    return g_strdup_printf (_("platform %u"), self->platform);
  if (self->variant >= G_N_ELEMENTS (nordic) || nordic[self->variant] == NULL)
    return g_strdup_printf (_("nRF (family %u)"), self->variant);
  return g_strdup (nordic[self->variant]);
}

/* Of "Zephyr OS v3.7.0 …" the first two numbers; NULL when it says something else. */
static char *
zephyr_release (const char *build)
{
  const char *start = g_strrstr (build, "Zephyr OS v");
  const char *end;

  if (start == NULL)
    return NULL;
  start += strlen ("Zephyr OS v");
  end = start + strspn (start, "0123456789");
  if (end == start || *end != '.')
    return NULL;
  end += 1 + strspn (end + 1, "0123456789");
  return g_strndup (start, (gsize) (end - start));
}

char *
prw_board_firmware (const PrwBoard *self)
{
  g_autofree char *release = zephyr_release (self->build);

  if (!self->is_zephyr)
    return g_strdup ("");
  /* Its numbers are a hash of its sources ("Version 214.51162 Build 1926957230"): they say nothing to a person. */
  if (self->manufacturer == PRW_MANUFACTURER_NORDIC)
    return g_strdup ("SoftDevice Controller");
  if (release != NULL)
    return g_strconcat ("Zephyr ", release, NULL);
  return g_strdup_printf ("Zephyr %u.%u", self->fw_version, self->fw_revision);
}

char *
prw_board_hci (const PrwBoard *self)
{
  static const char *const versions[] = { "1.0b", "1.1", "1.2", "2.0", "2.1", "3.0", "4.0", "4.1",
                                          "4.2",  "5.0", "5.1", "5.2", "5.3", "5.4", "6.0", "6.1" };

  if (self->hci_version < G_N_ELEMENTS (versions))
    return g_strconcat ("HCI ", versions[self->hci_version], NULL);
  return g_strdup_printf (_("HCI version %u"), self->hci_version);
}

char *
prw_board_describe (const PrwBoard *self)
{
  g_autofree char *chip = prw_board_chip (self);
  g_autofree char *firmware = prw_board_firmware (self);
  g_autofree char *hci = prw_board_hci (self);

  if (self->is_zephyr)
    return g_strdup_printf ("%s, %s", chip, firmware);
  return g_strdup_printf (_("manufacturer 0x%04x, %s"), self->manufacturer, hci);
}

static void
add_zephyr (const PrwBoard *self, GVariantBuilder *builder)
{
  g_autofree char *chip = prw_board_chip (self);
  g_autofree char *firmware = prw_board_firmware (self);

  g_variant_builder_add (builder, "{sv}", "Chip", g_variant_new_string (chip));
  g_variant_builder_add (builder, "{sv}", "Firmware", g_variant_new_string (firmware));
  g_variant_builder_add (builder, "{sv}", "Platform", g_variant_new_uint16 (self->platform));
  g_variant_builder_add (builder, "{sv}", "Variant", g_variant_new_uint16 (self->variant));
  g_variant_builder_add (builder, "{sv}", "FirmwareVariant", g_variant_new_byte (self->fw_variant));
  g_variant_builder_add (builder, "{sv}", "FirmwareVersion",
                         g_variant_new_take_string (g_strdup_printf ("%u.%u.%u", self->fw_version, self->fw_revision, self->fw_build)));
  g_variant_builder_add (builder, "{sv}", "WritesAddress",
                         g_variant_new_boolean (prw_board_has_command (self, PRW_HCI_ZEPHYR_WRITE_BD_ADDR)));
  if (self->build[0] != '\0')
    g_variant_builder_add (builder, "{sv}", "Build", g_variant_new_string (self->build));
  if (self->has_temperature)
    g_variant_builder_add (builder, "{sv}", "Temperature", g_variant_new_int32 (self->temperature));
}

GVariant *
prw_board_to_variant (const PrwBoard *self)
{
  g_autofree char *hci = prw_board_hci (self);
  GVariantBuilder builder, addresses;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Hci", g_variant_new_string (hci));
  g_variant_builder_add (&builder, "{sv}", "HciVersion", g_variant_new_byte (self->hci_version));
  g_variant_builder_add (&builder, "{sv}", "Manufacturer", g_variant_new_uint16 (self->manufacturer));
  g_variant_builder_add (&builder, "{sv}", "Zephyr", g_variant_new_boolean (self->is_zephyr));
  if (self->is_zephyr)
    add_zephyr (self, &builder);
  g_variant_builder_add (&builder, "{sv}", "Address", g_variant_new_string (prw_board_get_address (self)));
  g_variant_builder_add (&builder, "{sv}", "AddressType", g_variant_new_string (prw_board_get_address_type (self)));
  g_variant_builder_init (&addresses, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < self->n_static_addresses; i++)
    g_variant_builder_add (&addresses, "s", self->static_addresses[i]);
  g_variant_builder_add (&builder, "{sv}", "StaticAddresses", g_variant_builder_end (&addresses));
  return g_variant_builder_end (&builder);
}
