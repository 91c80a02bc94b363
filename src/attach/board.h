/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "policy/address.h"

G_BEGIN_DECLS

/**
 * PrwHciOpcode:
 *
 * The commands that a board is asked (Core 5.4 Vol 4 Part E 7.3.2, 7.4; Zephyr's doc/connectivity/bluetooth "HCI vendor-specific
 * commands").
 */
typedef enum
{
  PRW_HCI_RESET = 0x0c03,
  PRW_HCI_READ_LOCAL_VERSION = 0x1001,
  PRW_HCI_READ_BD_ADDR = 0x1009,
  PRW_HCI_ZEPHYR_READ_VERSION = 0xfc01,
  PRW_HCI_ZEPHYR_READ_COMMANDS = 0xfc02,
  PRW_HCI_ZEPHYR_WRITE_BD_ADDR = 0xfc06,
  PRW_HCI_ZEPHYR_READ_BUILD = 0xfc08,
  PRW_HCI_ZEPHYR_READ_STATIC_ADDRESSES = 0xfc09,
  PRW_HCI_ZEPHYR_READ_TEMPERATURE = 0xfc0b,
} PrwHciOpcode;

/** PRW_BOARD_COMMANDS: octets of Zephyr's mask of vendor commands. */
#define PRW_BOARD_COMMANDS 64
/** PRW_BOARD_ADDRESSES_MAX: static addresses that fit into one event, each with its identity root. */
#define PRW_BOARD_ADDRESSES_MAX 11

/** PRW_MANUFACTURER_ZEPHYR, PRW_MANUFACTURER_NORDIC: Zephyr's own link layer (and btvirt); the SoftDevice Controller. */
#define PRW_MANUFACTURER_ZEPHYR 0x05f1
#define PRW_MANUFACTURER_NORDIC 0x0059

/**
 * PrwBoard:
 * @hci_version: as in the Assigned Numbers; 13 is 5.4
 * @manufacturer: company identifier
 * @public_address: or ""
 * @is_zephyr: answers Zephyr's vendor commands; what follows is known only then
 * @platform: whose chip; 2 is Nordic
 * @variant: the family; of Nordic 1 nRF51, 2 nRF52, 3 nRF53, 4 nRF54H, 5 nRF54L
 * @fw_variant: 0 a standard controller
 * @fw_version: of Zephyr's link layer its major, minor (@fw_revision) and patch level (@fw_build); of the SoftDevice Controller a hash
 * @commands: mask of the vendor commands that there are, each its own bit from 0xfc01 on
 * @build: what the firmware says of itself, fit to be shown; or ""
 * @static_addresses: the @n_static_addresses random static addresses of the chip
 * @has_temperature: @temperature is known, in °C
 *
 * What a controller tells of itself. No secret is in it. All zero knows nothing.
 */
typedef struct
{
  guint8 hci_version;
  guint16 hci_revision;
  guint16 manufacturer;
  char public_address[PRW_ADDRESS_LEN + 1];
  gboolean is_zephyr;
  guint16 platform, variant;
  guint8 fw_variant, fw_version;
  guint16 fw_revision;
  guint32 fw_build;
  guint8 commands[PRW_BOARD_COMMANDS];
  char build[256];
  char static_addresses[PRW_BOARD_ADDRESSES_MAX][PRW_ADDRESS_LEN + 1];
  guint n_static_addresses;
  gboolean has_temperature;
  int temperature;
} PrwBoard;

/**
 * prw_board_read:
 * @opcode: what was asked
 * @parameters: (array length=size): the answer, from its status on
 *
 * Takes over what the answer says. Of the answer to READ_STATIC_ADDRESSES the identity roots are not looked at.
 *
 * Returns: whether it is an answer as it must be; else @self is as it was
 */
gboolean prw_board_read (PrwBoard *self, PrwHciOpcode opcode, const guint8 *parameters, gsize size);

/** prw_board_has_command: whether the firmware says that it has this vendor command of Zephyr's. */
gboolean prw_board_has_command (const PrwBoard *self, PrwHciOpcode opcode);
/** prw_board_may_be_zephyr: whether Zephyr's vendor commands may be tried: other makers' mean something else by these numbers. */
gboolean prw_board_may_be_zephyr (const PrwBoard *self);
/** prw_board_get_address: Returns: (transfer none): the public address, else the first static one, else "" */
const char *prw_board_get_address (const PrwBoard *self);
/** prw_board_get_address_type: Returns: (transfer none): of that address: "public", "random" or "" */
const char *prw_board_get_address_type (const PrwBoard *self);

/** prw_board_chip: Returns: (transfer full): "nRF52", or as well as it is known; perhaps "" */
char *prw_board_chip (const PrwBoard *self);
/** prw_board_firmware: Returns: (transfer full): "Zephyr 3.7", "SoftDevice Controller", or "" when it is not known */
char *prw_board_firmware (const PrwBoard *self);
/** prw_board_hci: Returns: (transfer full): "HCI 5.4" */
char *prw_board_hci (const PrwBoard *self);
/** prw_board_describe: Returns: (transfer full): "nRF52, Zephyr 3.7"; of one that tells neither "manufacturer 0x000f, HCI 5.0" */
char *prw_board_describe (const PrwBoard *self);
/** prw_board_to_variant: Returns: (transfer floating): what is known, as a{sv}; what is not known is not in it */
GVariant *prw_board_to_variant (const PrwBoard *self);

G_END_DECLS
