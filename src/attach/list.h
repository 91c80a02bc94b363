/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/plan.h"

G_BEGIN_DECLS

/**
 * prw_attach_list:
 * @root: PRW_SYSFS_ROOT, or what a test made up
 * @settings: (nullable): the keyfile's
 * @all: also ports where there is no reason to think of a controller
 *
 * Returns: (transfer full) (element-type PrwPort): the ports, then boards that the kernel's own driver has
 */
GPtrArray *prw_attach_list (const char *root, const PrwSettings *settings, gboolean all);

/** prw_attach_list_line: Returns: (transfer full): "ttyACM0  2fe3:0004  Zephyr HCI UART sample  …: attached when …", for people */
char *prw_attach_list_line (const PrwPort *port, const PrwSettings *settings);

/** prw_attach_list_json: Returns: (transfer floating): of a port, a{sv}; keys with nothing to say are left out */
GVariant *prw_attach_list_json (const PrwPort *port, const PrwSettings *settings);

/**
 * prw_attach_list_run:
 * @config_file: (nullable): `--config`
 * @json: print an array of what prw_attach_list_json() makes
 * @verbose: list all ports
 *
 * `pairward-attach --list`. Opens no port.
 *
 * Returns: the exit status: 0, also when there is nothing to list; 1 when the keyfile cannot be used
 */
int prw_attach_list_run (const char *config_file, gboolean json, gboolean verbose);

G_END_DECLS
