/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "kernel/mgmt.h"

#include <string.h>

#include "kernel/bytes.h"

#define OOB_BLOCK 16
#define NO_ADDRESS "00:00:00:00:00:00"

/* How long the parameters of each event are, at least. */
#define LENGTH_LINK_KEY 26
#define LENGTH_LONG_TERM_KEY 37
#define LENGTH_IDENTITY_RESOLVING_KEY 30
#define LENGTH_CONNECTED 13

#define FLAG_INITIATED (1u << 3) /* of Device Connected */

/* EIR: Core Supplement 11 Part A 1.1 to 1.6, Assigned Numbers 2.3 */
#define EIR_HASH_192 0x0e
#define EIR_RANDOMIZER_192 0x0f
#define EIR_HASH_256 0x1d
#define EIR_RANDOMIZER_256 0x1e
#define EIR_LE_CONFIRM 0x22
#define EIR_LE_RANDOM 0x23

/* The protocol's address types are one number for radio and type. */
#define ADDRESS_BREDR 0
#define ADDRESS_LE_PUBLIC 1
#define ADDRESS_LE_RANDOM 2

static gboolean
parse_address (const guint8 *bytes, PrwMgmtAddress *out)
{
  guint8 type = bytes[PRW_ADDRESS_BYTES];

  prw_bytes_get_address (bytes, out->address);
  out->transport = type == ADDRESS_BREDR ? PRW_TRANSPORT_BREDR : PRW_TRANSPORT_LE;
  out->type = type == ADDRESS_LE_RANDOM ? PRW_ADDRESS_TYPE_RANDOM : PRW_ADDRESS_TYPE_PUBLIC;
  return type <= ADDRESS_LE_RANDOM;
}

gboolean
prw_mgmt_level_of_long_term_key (guint type, PrwSecurityLevel *level, gboolean *debug_key)
{
  static const PrwSecurityLevel levels[] = {
    PRW_SECURITY_LEVEL_JUST_WORKS, /* legacy, unauthenticated */
    PRW_SECURITY_LEVEL_MITM,       /* legacy, authenticated */
    PRW_SECURITY_LEVEL_JUST_WORKS, /* Secure Connections, unauthenticated */
    PRW_SECURITY_LEVEL_LESC_MITM,  /* Secure Connections, authenticated */
    PRW_SECURITY_LEVEL_JUST_WORKS, /* with the debug key: it does not say whether authenticated, and hides nothing */
  };

  if (type >= G_N_ELEMENTS (levels))
    return FALSE;
  *level = levels[type];
  *debug_key = type == 4;
  return TRUE;
}

gboolean
prw_mgmt_level_of_link_key (guint type, PrwSecurityLevel *level, gboolean *debug_key)
{
  static const PrwSecurityLevel levels[] = {
    PRW_SECURITY_LEVEL_JUST_WORKS, /* combination: a PIN; the kernel trusts it no more than Just Works unless it has 16 digits */
    PRW_SECURITY_LEVEL_JUST_WORKS, /* local unit */
    PRW_SECURITY_LEVEL_JUST_WORKS, /* remote unit */
    PRW_SECURITY_LEVEL_JUST_WORKS, /* debug combination */
    PRW_SECURITY_LEVEL_JUST_WORKS, /* P-192, unauthenticated */
    PRW_SECURITY_LEVEL_MITM,       /* P-192, authenticated */
    PRW_SECURITY_LEVEL_JUST_WORKS, /* changed combination: as strong as the one before, which is not known here */
    PRW_SECURITY_LEVEL_JUST_WORKS, /* P-256, unauthenticated */
    PRW_SECURITY_LEVEL_LESC_MITM,  /* P-256, authenticated */
  };

  if (type >= G_N_ELEMENTS (levels))
    return FALSE;
  *level = levels[type];
  *debug_key = type == 3;
  return TRUE;
}

static gboolean
parse_reply (const guint8 *bytes, gsize size, gsize length, PrwMgmtEvent *event)
{
  if (size < 3 || size != length)
    return FALSE;
  event->opcode = prw_bytes_get_le16 (bytes);
  event->status = bytes[2];
  if (event->code == PRW_MGMT_COMMAND_COMPLETE)
    {
      event->parameters = bytes + 3;
      event->n_parameters = size - 3;
    }
  return TRUE;
}

static gboolean
parse_long_term_key (const guint8 *bytes, gsize size, gsize length, PrwMgmtEvent *event)
{
  if (length < LENGTH_LONG_TERM_KEY || size < PRW_MGMT_SHOWN_LONG_TERM_KEY)
    return FALSE;
  event->stored = bytes[0] != 0;
  return parse_address (bytes + 1, &event->address) && event->address.transport == PRW_TRANSPORT_LE &&
         prw_mgmt_level_of_long_term_key (bytes[8], &event->level, &event->debug_key);
}

static gboolean
parse_link_key (const guint8 *bytes, gsize size, gsize length, PrwMgmtEvent *event)
{
  if (length < LENGTH_LINK_KEY || size < PRW_MGMT_SHOWN_LINK_KEY)
    return FALSE;
  event->stored = bytes[0] != 0;
  return parse_address (bytes + 1, &event->address) && event->address.transport == PRW_TRANSPORT_BREDR &&
         prw_mgmt_level_of_link_key (bytes[8], &event->level, &event->debug_key);
}

static gboolean
parse_identity (const guint8 *bytes, gsize size, gsize length, PrwMgmtEvent *event)
{
  if (length < LENGTH_IDENTITY_RESOLVING_KEY || size < PRW_MGMT_SHOWN_IDENTITY_RESOLVING_KEY)
    return FALSE;
  prw_bytes_get_address (bytes + 1, event->random_address);
  if (g_str_equal (event->random_address, NO_ADDRESS))
    event->random_address[0] = '\0';
  event->stored = bytes[0] != 0;
  return parse_address (bytes + 7, &event->address) && event->address.transport == PRW_TRANSPORT_LE;
}

static gboolean
parse_connected (const guint8 *bytes, gsize size, gsize length, PrwMgmtEvent *event)
{
  if (length < LENGTH_CONNECTED || size < PRW_MGMT_SHOWN_CONNECTED)
    return FALSE;
  event->initiated = (prw_bytes_get_le32 (bytes + 7) & FLAG_INITIATED) != 0;
  return parse_address (bytes, &event->address);
}

/* Device Disconnected and Authentication Failed: an address and an octet. */
static gboolean
parse_end (const guint8 *bytes, gsize size, guint8 *octet, PrwMgmtEvent *event)
{
  if (size < PRW_ADDRESS_BYTES + 2)
    return FALSE;
  *octet = bytes[PRW_ADDRESS_BYTES + 1];
  return parse_address (bytes, &event->address);
}

static gboolean
parse_new_settings (const guint8 *bytes, gsize size, PrwMgmtEvent *event)
{
  if (size < 4)
    return FALSE;
  event->settings = prw_bytes_get_le32 (bytes);
  return TRUE;
}

gboolean
prw_mgmt_parse (const guint8 *frame, gsize size, PrwMgmtEvent *event)
{
  const guint8 *bytes;
  gsize length;

  if (size < PRW_MGMT_HEADER)
    return FALSE;
  bytes = frame + PRW_MGMT_HEADER;
  *event = (PrwMgmtEvent) { .code = (PrwMgmtCode) prw_bytes_get_le16 (frame), .index = prw_bytes_get_le16 (frame + 2) };
  length = prw_bytes_get_le16 (frame + 4);
  size -= PRW_MGMT_HEADER;
  if (size > length)
    return FALSE;
  switch (event->code)
    {
    case PRW_MGMT_COMMAND_COMPLETE:
    case PRW_MGMT_COMMAND_STATUS:
      return parse_reply (bytes, size, length, event);
    case PRW_MGMT_INDEX_ADDED:
    case PRW_MGMT_INDEX_REMOVED:
      return TRUE;
    case PRW_MGMT_NEW_SETTINGS:
      return parse_new_settings (bytes, size, event);
    case PRW_MGMT_NEW_LINK_KEY:
      return parse_link_key (bytes, size, length, event);
    case PRW_MGMT_NEW_LONG_TERM_KEY:
      return parse_long_term_key (bytes, size, length, event);
    case PRW_MGMT_DEVICE_CONNECTED:
      return parse_connected (bytes, size, length, event);
    case PRW_MGMT_DEVICE_DISCONNECTED:
      return parse_end (bytes, size, &event->reason, event);
    case PRW_MGMT_AUTHENTICATION_FAILED:
      return parse_end (bytes, size, &event->status, event);
    case PRW_MGMT_NEW_IDENTITY_RESOLVING_KEY:
      return parse_identity (bytes, size, length, event);
    }
  return FALSE; /* the kernel has more */
}

/* A list is le16 count and so many items, no more and no less. */
static gsize
count_items (const PrwMgmtEvent *reply, gsize item, gsize room)
{
  gsize count = reply->n_parameters >= 2 ? prw_bytes_get_le16 (reply->parameters) : 0;

  return reply->n_parameters == 2 + count * item ? MIN (count, room) : 0;
}

gsize
prw_mgmt_parse_index_list (const PrwMgmtEvent *reply, guint16 *indexes, gsize room)
{
  gsize count = count_items (reply, 2, room);

  for (gsize i = 0; i < count; i++)
    indexes[i] = prw_bytes_get_le16 (reply->parameters + 2 + 2 * i);
  return count;
}

gsize
prw_mgmt_parse_connections (const PrwMgmtEvent *reply, PrwMgmtAddress *addresses, gsize room)
{
  gsize count = count_items (reply, PRW_ADDRESS_BYTES + 1, room), good = 0;

  for (gsize i = 0; i < count; i++)
    good += parse_address (reply->parameters + 2 + (PRW_ADDRESS_BYTES + 1) * i, &addresses[good]);
  return good;
}

gboolean
prw_mgmt_parse_controller (const PrwMgmtEvent *reply, guint32 *settings)
{
  /* address 6, version 1, manufacturer 2, supported settings 4; class and names follow */
  if (reply->n_parameters < 17)
    return FALSE;
  *settings = prw_bytes_get_le32 (reply->parameters + 13);
  return TRUE;
}

gboolean
prw_mgmt_parse_controller_address (const PrwMgmtEvent *reply, char *address)
{
  if (reply->n_parameters < PRW_ADDRESS_BYTES)
    return FALSE;
  prw_bytes_get_address (reply->parameters, address);
  if (g_str_equal (address, NO_ADDRESS))
    *address = '\0';
  return TRUE;
}

gboolean
prw_mgmt_parse_settings (const PrwMgmtEvent *reply, guint32 *settings)
{
  if (reply->n_parameters < 4)
    return FALSE;
  *settings = prw_bytes_get_le32 (reply->parameters);
  return TRUE;
}

/* One field of EIR data of a block's length. */
static void
take_eir_field (guint8 type, const guint8 *value, PrwOobData *data, guint *seen)
{
  static const guint8 types[] = { EIR_HASH_192, EIR_RANDOMIZER_192, EIR_HASH_256, EIR_RANDOMIZER_256, EIR_LE_CONFIRM, EIR_LE_RANDOM };
  guint8 *const blocks[] = { data->hash_192,       data->randomizer_192, data->hash_256,
                             data->randomizer_256, data->hash_256,       data->randomizer_256 };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i] == type)
      {
        memcpy (blocks[i], value, OOB_BLOCK);
        *seen |= 1u << i;
      }
}

static void
parse_eir (const guint8 *eir, gsize size, PrwOobData *data)
{
  guint seen = 0;

  /* length of what follows, type, value; a length of 0 ends it */
  for (gsize at = 0; at < size && eir[at] != 0 && eir[at] < size - at; at += 1 + (gsize) eir[at])
    if (eir[at] == 1 + OOB_BLOCK)
      take_eir_field (eir[at + 1], eir + at + 2, data, &seen);
  data->has_192 = (seen & 0x03) == 0x03;
  data->has_256 = (seen & 0x0c) == 0x0c || (seen & 0x30) == 0x30;
}

gboolean
prw_mgmt_parse_local_oob (const PrwMgmtEvent *reply, PrwOobData *data)
{
  const guint8 *bytes = reply->parameters;

  if (reply->opcode == PRW_MGMT_READ_LOCAL_OOB_EXTENDED)
    {
      if (reply->n_parameters < 3 || prw_bytes_get_le16 (bytes + 1) != reply->n_parameters - 3)
        return FALSE;
      parse_eir (bytes + 3, reply->n_parameters - 3, data);
      return data->has_192 || data->has_256;
    }
  if (reply->n_parameters != 2 * OOB_BLOCK && reply->n_parameters != 4 * OOB_BLOCK)
    return FALSE;
  memcpy (data->hash_192, bytes, OOB_BLOCK);
  memcpy (data->randomizer_192, bytes + OOB_BLOCK, OOB_BLOCK);
  data->has_192 = TRUE;
  if (reply->n_parameters == 4 * OOB_BLOCK)
    {
      memcpy (data->hash_256, bytes + 2 * OOB_BLOCK, OOB_BLOCK);
      memcpy (data->randomizer_256, bytes + 3 * OOB_BLOCK, OOB_BLOCK);
      data->has_256 = TRUE;
    }
  return TRUE;
}

static void
begin_command (PrwMgmtCommand *command, PrwMgmtOpcode opcode, guint16 index, gsize length)
{
  *command = (PrwMgmtCommand) { .opcode = opcode, .index = index, .size = PRW_MGMT_HEADER + length };
  prw_bytes_put_le16 (command->frame, opcode);
  prw_bytes_put_le16 (command->frame + 2, index);
  prw_bytes_put_le16 (command->frame + 4, (guint16) length);
}

PrwMgmtCommand
prw_mgmt_command_plain (PrwMgmtOpcode opcode, guint16 index)
{
  PrwMgmtCommand command;

  begin_command (&command, opcode, index, 0);
  return command;
}

PrwMgmtCommand
prw_mgmt_command_octet (PrwMgmtOpcode opcode, guint16 index, guint8 value)
{
  PrwMgmtCommand command;

  begin_command (&command, opcode, index, 1);
  command.frame[PRW_MGMT_HEADER] = value;
  return command;
}

gboolean
prw_mgmt_command_static_address (guint16 index, const char *address, PrwMgmtCommand *command)
{
  begin_command (command, PRW_MGMT_SET_STATIC_ADDRESS, index, PRW_ADDRESS_BYTES);
  return prw_bytes_put_address (command->frame + PRW_MGMT_HEADER, address);
}

static gboolean
put_device (guint8 *bytes, const PrwMgmtAddress *device)
{
  if (device->transport == PRW_TRANSPORT_UNKNOWN || (device->transport == PRW_TRANSPORT_LE && device->type == PRW_ADDRESS_TYPE_UNKNOWN))
    return FALSE;
  if (device->transport == PRW_TRANSPORT_BREDR)
    bytes[PRW_ADDRESS_BYTES] = ADDRESS_BREDR;
  else
    bytes[PRW_ADDRESS_BYTES] = device->type == PRW_ADDRESS_TYPE_RANDOM ? ADDRESS_LE_RANDOM : ADDRESS_LE_PUBLIC;
  return prw_bytes_put_address (bytes, device->address);
}

gboolean
prw_mgmt_command_device (PrwMgmtOpcode opcode, guint16 index, const PrwMgmtAddress *device, PrwMgmtCommand *command)
{
  begin_command (command, opcode, index, PRW_ADDRESS_BYTES + 1);
  return put_device (command->frame + PRW_MGMT_HEADER, device);
}

gboolean
prw_mgmt_command_remote_oob (guint16 index, const PrwMgmtAddress *device, const PrwOobData *data, PrwMgmtCommand *command)
{
  guint8 *blocks = command->frame + PRW_MGMT_HEADER + PRW_ADDRESS_BYTES + 1;

  begin_command (command, PRW_MGMT_ADD_REMOTE_OOB, index, PRW_ADDRESS_BYTES + 1 + 4 * OOB_BLOCK);
  if (data->has_192 && device->transport == PRW_TRANSPORT_BREDR)
    {
      memcpy (blocks, data->hash_192, OOB_BLOCK);
      memcpy (blocks + OOB_BLOCK, data->randomizer_192, OOB_BLOCK);
    }
  if (data->has_256)
    {
      memcpy (blocks + 2 * OOB_BLOCK, data->hash_256, OOB_BLOCK);
      memcpy (blocks + 3 * OOB_BLOCK, data->randomizer_256, OOB_BLOCK);
    }
  return put_device (command->frame + PRW_MGMT_HEADER, device);
}
