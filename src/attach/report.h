/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attach/attach.h"
#include "boards/record.h"

G_BEGIN_DECLS

/**
 * PrwPortFacts: what is known of a port without opening it
 * @usb: (nullable): "2fe3:0004"
 * @product: (nullable): what the USB device calls itself; safe to show
 */
typedef struct
{
  const char *usb, *product;
} PrwPortFacts;

/** prw_report_summary: Returns: (transfer full): "nRF52, Zephyr 3.7, HCI 5.4, C0:…" */
char *prw_report_summary (const PrwBoard *board);
/** prw_report_probe: Returns: (transfer full): all that --probe says for people: lines, the last one without its end */
char *prw_report_probe (const PrwAttach *attach, const PrwPortFacts *port);
/** prw_report_attached: Returns: (transfer full): "ttyACM0 is hci1, nRF52, Zephyr 3.7, C0:…" */
char *prw_report_attached (const PrwAttach *attach, const char *address);
/**
 * prw_report_json:
 * @tty: its name
 * @attach: (nullable): NULL: the port could not be opened
 * @address: (nullable): the one that it has as a controller, where that is known
 * @state: "found", "attached" or "failed"
 * @error: (nullable): why it failed
 *
 * Returns: (transfer full): one line of JSON
 */
char *prw_report_json (const char *tty, const PrwAttach *attach, const PrwPortFacts *port, const char *address, const char *state,
                       const GError *error);
/** prw_report_record_name: Returns: (transfer full): the name of the record of @tty, which is a file: of "pts/3" it is "pts-3" */
char *prw_report_record_name (const char *tty);
/** prw_report_record: Returns: (transfer full): the same for others to read; @since: CLOCK_BOOTTIME, µs, when it became a controller */
PrwRecord *prw_report_record (const PrwAttach *attach, const PrwPortFacts *port, const char *address, gint64 since, const GError *error);

G_END_DECLS
