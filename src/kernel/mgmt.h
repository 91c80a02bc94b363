/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/kernel.h"
#include "policy/address.h"
#include "policy/types.h"

G_BEGIN_DECLS

/*
 * The kernel's management interface (BlueZ's doc/mgmt-protocol.rst), as far as pairward speaks it. Pure: bytes in, values
 * out, and back. A frame is le16 code, le16 index, le16 length, then the parameters.
 */
#define PRW_MGMT_HEADER 6
#define PRW_MGMT_INDEX_NONE 0xffff /* no controller in particular */

/** PrwMgmtCode: the events that pairward needs; no other passes the filter. */
typedef enum
{
  PRW_MGMT_COMMAND_COMPLETE = 0x0001,
  PRW_MGMT_COMMAND_STATUS = 0x0002,
  PRW_MGMT_INDEX_ADDED = 0x0004,
  PRW_MGMT_INDEX_REMOVED = 0x0005,
  PRW_MGMT_NEW_SETTINGS = 0x0006,
  PRW_MGMT_NEW_LINK_KEY = 0x0009,
  PRW_MGMT_NEW_LONG_TERM_KEY = 0x000a,
  PRW_MGMT_DEVICE_CONNECTED = 0x000b,
  PRW_MGMT_DEVICE_DISCONNECTED = 0x000c,
  PRW_MGMT_AUTHENTICATION_FAILED = 0x0011,
  PRW_MGMT_NEW_IDENTITY_RESOLVING_KEY = 0x0018,
} PrwMgmtCode;

/* How many octets of these events' parameters are looked at. Of the keys' that is what comes before the key. */
#define PRW_MGMT_SHOWN_LINK_KEY 9
#define PRW_MGMT_SHOWN_LONG_TERM_KEY 9
#define PRW_MGMT_SHOWN_IDENTITY_RESOLVING_KEY 14
#define PRW_MGMT_SHOWN_CONNECTED 11

/** PrwMgmtOpcode: the commands that pairward gives. */
typedef enum
{
  PRW_MGMT_READ_INDEX_LIST = 0x0003,
  PRW_MGMT_READ_CONTROLLER_INFORMATION = 0x0004,
  PRW_MGMT_SET_POWERED = 0x0005,
  PRW_MGMT_DISCONNECT = 0x0014,
  PRW_MGMT_GET_CONNECTIONS = 0x0015,
  PRW_MGMT_READ_LOCAL_OOB = 0x0020,
  PRW_MGMT_ADD_REMOTE_OOB = 0x0021,
  PRW_MGMT_REMOVE_REMOTE_OOB = 0x0022,
  PRW_MGMT_SET_STATIC_ADDRESS = 0x002b,
  PRW_MGMT_SET_SECURE_CONNECTIONS = 0x002d,
  PRW_MGMT_SET_DEBUG_KEYS = 0x002e,
  PRW_MGMT_READ_LOCAL_OOB_EXTENDED = 0x003b,
} PrwMgmtOpcode;

/** PrwMgmtStatus: those that mean something of their own here; the protocol has more. */
typedef enum
{
  PRW_MGMT_STATUS_SUCCESS = 0x00,
  PRW_MGMT_STATUS_UNKNOWN_COMMAND = 0x01,
  PRW_MGMT_STATUS_NOT_CONNECTED = 0x02,
  PRW_MGMT_STATUS_TIMEOUT = 0x08,
  PRW_MGMT_STATUS_BUSY = 0x0a,
  PRW_MGMT_STATUS_REJECTED = 0x0b,
  PRW_MGMT_STATUS_NOT_SUPPORTED = 0x0c,
  PRW_MGMT_STATUS_INVALID_PARAMETERS = 0x0d,
  PRW_MGMT_STATUS_NOT_POWERED = 0x0f,
  PRW_MGMT_STATUS_INVALID_INDEX = 0x11,
  PRW_MGMT_STATUS_RFKILLED = 0x12,
  PRW_MGMT_STATUS_PERMISSION_DENIED = 0x14,
} PrwMgmtStatus;

/** PRW_MGMT_REASON_LOCAL_HOST: of DEVICE_DISCONNECTED: this host did it. */
#define PRW_MGMT_REASON_LOCAL_HOST 0x02

/** PrwMgmtSettings: bits of a controller's settings. */
typedef enum
{
  PRW_MGMT_SETTING_POWERED = 1 << 0,
  PRW_MGMT_SETTING_BREDR = 1 << 7,
  PRW_MGMT_SETTING_LE = 1 << 9,
  PRW_MGMT_SETTING_SECURE_CONNECTIONS = 1 << 11,
  PRW_MGMT_SETTING_DEBUG_KEYS = 1 << 12,
  PRW_MGMT_SETTING_STATIC_ADDRESS = 1 << 15,
} PrwMgmtSettings;

/** PrwMgmtAddress: a remote device on one radio. A BR/EDR address is public. */
typedef struct
{
  char address[PRW_ADDRESS_LEN + 1];
  PrwTransport transport;
  PrwAddressType type;
} PrwMgmtAddress;

/**
 * PrwMgmtEvent:
 * @opcode: of COMMAND_COMPLETE, COMMAND_STATUS: the command answered
 * @status: of the same, and of AUTHENTICATION_FAILED: a PrwMgmtStatus, or another
 * @parameters: (nullable): of COMMAND_COMPLETE: the rest, inside the frame
 * @settings: of NEW_SETTINGS: PrwMgmtSettings, and others
 * @address: of all that concern a device; of NEW_IDENTITY_RESOLVING_KEY: the identity
 * @random_address: of NEW_IDENTITY_RESOLVING_KEY: what the device called itself, or ""
 * @initiated: of DEVICE_CONNECTED: this side did; older kernels never say so
 * @reason: of DEVICE_DISCONNECTED
 * @level, @stored, @debug_key: of NEW_LINK_KEY, NEW_LONG_TERM_KEY: as in #PrwLinkEvent
 */
typedef struct
{
  PrwMgmtCode code;
  guint16 index;
  guint16 opcode;
  guint8 status;
  const guint8 *parameters;
  gsize n_parameters;
  guint32 settings;
  PrwMgmtAddress address;
  char random_address[PRW_ADDRESS_LEN + 1];
  gboolean initiated;
  guint8 reason;
  PrwSecurityLevel level;
  gboolean stored, debug_key;
} PrwMgmtEvent;

/**
 * prw_mgmt_parse:
 *
 * One frame of the control channel. @size may be less than the frame says where the filter cuts keys off; of a command's
 * reply nothing may be missing. Keys are never looked at.
 *
 * Returns: whether it is an event of PrwMgmtCode, and well formed
 */
gboolean prw_mgmt_parse (const guint8 *frame, gsize size, PrwMgmtEvent *event);

/** prw_mgmt_level_of_long_term_key: what the kernel's key type is worth, BlueZ's `Authenticated=` too; FALSE: there is no such type */
gboolean prw_mgmt_level_of_long_term_key (guint type, PrwSecurityLevel *level, gboolean *debug_key);
/** prw_mgmt_level_of_link_key: the same of a BR/EDR key, BlueZ's `Type=` */
gboolean prw_mgmt_level_of_link_key (guint type, PrwSecurityLevel *level, gboolean *debug_key);

/*
 * What replies hold: @reply is a COMMAND_COMPLETE with status success. FALSE (or 0 of a list) when it is not well formed.
 */

/** prw_mgmt_parse_index_list: Returns: how many of @indexes were filled, at most @room */
gsize prw_mgmt_parse_index_list (const PrwMgmtEvent *reply, guint16 *indexes, gsize room);
/** prw_mgmt_parse_controller: @settings: PrwMgmtSettings, and others */
gboolean prw_mgmt_parse_controller (const PrwMgmtEvent *reply, guint32 *settings);
/** prw_mgmt_parse_controller_address: of the same answer; @address: (out): PRW_ADDRESS_LEN + 1 bytes; the public one, "" when it has none */
gboolean prw_mgmt_parse_controller_address (const PrwMgmtEvent *reply, char *address);
/** prw_mgmt_parse_settings: what a command that sets something answers */
gboolean prw_mgmt_parse_settings (const PrwMgmtEvent *reply, guint32 *settings);
/** prw_mgmt_parse_connections: Returns: how many of @addresses were filled, at most @room */
gsize prw_mgmt_parse_connections (const PrwMgmtEvent *reply, PrwMgmtAddress *addresses, gsize room);
/** prw_mgmt_parse_local_oob: of either command; FALSE too when there is no data in it */
gboolean prw_mgmt_parse_local_oob (const PrwMgmtEvent *reply, PrwOobData *data);

/** PRW_MGMT_COMMAND_MAX: the longest command, with its header: Add Remote OOB. */
#define PRW_MGMT_COMMAND_MAX (PRW_MGMT_HEADER + 71)

/** PrwMgmtCommand: a command, ready to be sent. May hold out-of-band data: wiped by whoever is done with it. */
typedef struct
{
  PrwMgmtOpcode opcode;
  guint16 index;
  gsize size;
  guint8 frame[PRW_MGMT_COMMAND_MAX];
} PrwMgmtCommand;

/** prw_mgmt_command_plain: one that has no parameters: READ_INDEX_LIST, READ_CONTROLLER_INFORMATION, GET_CONNECTIONS, READ_LOCAL_OOB */
PrwMgmtCommand prw_mgmt_command_plain (PrwMgmtOpcode opcode, guint16 index);
/** prw_mgmt_command_octet: one with an octet: SET_POWERED, SET_SECURE_CONNECTIONS, SET_DEBUG_KEYS, READ_LOCAL_OOB_EXTENDED */
PrwMgmtCommand prw_mgmt_command_octet (PrwMgmtOpcode opcode, guint16 index, guint8 value);
/** PRW_MGMT_OOB_OF_LE: the octet of READ_LOCAL_OOB_EXTENDED: LE public and random */
#define PRW_MGMT_OOB_OF_LE 0x06
/** prw_mgmt_command_static_address: @address: "00:00:00:00:00:00" for none; FALSE when it is no address */
gboolean prw_mgmt_command_static_address (guint16 index, const char *address, PrwMgmtCommand *command);
/** prw_mgmt_command_device: DISCONNECT, REMOVE_REMOTE_OOB; FALSE when @device has no address, or no type */
gboolean prw_mgmt_command_device (PrwMgmtOpcode opcode, guint16 index, const PrwMgmtAddress *device, PrwMgmtCommand *command);
/** prw_mgmt_command_remote_oob: of P-192 LE takes none; FALSE when @device has no address, or no type */
gboolean prw_mgmt_command_remote_oob (guint16 index, const PrwMgmtAddress *device, const PrwOobData *data, PrwMgmtCommand *command);

G_END_DECLS
