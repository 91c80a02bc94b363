/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A board that answers whatever it likes: each input is what comes, in pieces whose length is told by the first octet; where
 * nothing more comes, time goes on. */
#include "config.h"

#include "attach/probe.h"
#include "fuzz.h"

#include <string.h>

static void
check_board (const PrwBoard *board)
{
  g_autoptr (GVariant) details = g_variant_ref_sink (prw_board_to_variant (board));
  g_autofree char *text = prw_board_describe (board);
  char normal[PRW_ADDRESS_LEN + 1];

  g_assert_true (g_variant_is_normal_form (details) && *text != '\0');
  g_assert_true (g_utf8_validate (board->build, -1, NULL));
  g_assert_cmpuint (board->n_static_addresses, <=, PRW_BOARD_ADDRESSES_MAX);
  for (guint i = 0; i < board->n_static_addresses; i++)
    {
      g_assert_true (prw_address_normalize (board->static_addresses[i], normal));
      g_assert_cmpint (board->static_addresses[i][0], >=, 'C');
    }
  if (board->public_address[0] != '\0')
    g_assert_true (prw_address_normalize (board->public_address, normal));
  if (!board->is_zephyr)
    g_assert_true (board->n_static_addresses == 0 && board->build[0] == '\0' && !board->has_temperature);
}

/* Nothing but a Reset is sent to what has not answered one. */
static void
send_what_is_due (PrwProbe *probe, guint *n_sent)
{
  guint8 command[PRW_H4_COMMAND_MAX];
  gsize n = prw_probe_take_command (probe, command);

  if (n == 0)
    return;
  g_assert_cmpuint (n, ==, 4);
  if ((*n_sent)++ == 0)
    g_assert_cmpmem (command, n, "\x01\x03\x0c\x00", 4);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (PrwProbe) probe = prw_probe_new (0);
  gsize piece = size > 0 ? MAX (1u, data[0]) : 1;
  gint64 now = 0;
  guint n_sent = 0;
  g_autofree char *text = NULL;

  for (gsize i = 1; i < size; i += piece)
    {
      gsize n = MIN (piece, size - i);
      g_autofree guint8 *copy = g_memdup2 (data + i, n);

      send_what_is_due (probe, &n_sent);
      prw_probe_feed (probe, copy, n, now);
      now += G_TIME_SPAN_MILLISECOND;
    }
  /* each wait that is over sends again, or ends it */
  for (guint i = 0; prw_probe_get_verdict (probe) == PRW_PROBE_PENDING; i++)
    {
      send_what_is_due (probe, &n_sent);
      g_assert_cmpuint (i, <, 64);
      prw_probe_wake (probe, prw_probe_get_deadline (probe));
    }
  text = prw_probe_explain (probe);
  g_assert_true (text != NULL && *text != '\0');
  check_board (prw_probe_get_board (probe));
  return 0;
}
