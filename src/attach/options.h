/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "attach/attach.h"

G_BEGIN_DECLS

/**
 * PrwAttachOptions:
 * @port: (nullable): TTY; NULL with @list or @watch
 * @probe: only look
 * @config: (nullable): `--config FILE`
 * @n_speeds: of @speeds, in the order in which they are tried; 0: as the keyfile says
 * @has_flow_control: @flow_control was told; else as the keyfile says
 * @address: (nullable): "auto", "none" or an address in its normal form; NULL: as the keyfile says
 * @bluez_dir: where BlueZ keeps what it knows
 *
 * What the command line says, checked.
 */
typedef struct
{
  char *port;
  gboolean probe, json, list, watch, verbose, version;
  char *config;
  guint speeds[PRW_ATTACH_SPEEDS_MAX];
  guint n_speeds;
  gboolean has_flow_control, flow_control;
  char *address;
  char *bluez_dir;
} PrwAttachOptions;

/**
 * prw_attach_options_parse:
 * @argc: (inout)
 * @argv: (inout): the words of the command line; left are those that could not be understood
 *
 * Prints nothing but what --help asks for.
 */
gboolean prw_attach_options_parse (PrwAttachOptions *self, int *argc, char ***argv, GError **error);
void prw_attach_options_clear (PrwAttachOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PrwAttachOptions, prw_attach_options_clear)

G_END_DECLS
