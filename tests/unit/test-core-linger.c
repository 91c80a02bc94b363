/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

/* What nobody holds any more is kept for a minute, and not more than eight of them. */
#include "core/linger.h"

#include "fake-clock.h"

typedef struct
{
  PrwFakeClock *clock;
  PrwLinger *linger;
  GPtrArray *gone; /* (not owned): what was let go of, in order */
} Fixture;

static void
on_released (gpointer object, gpointer data)
{
  g_ptr_array_add (data, object);
}

static void
set_up (Fixture *f)
{
  f->clock = prw_fake_clock_new ();
  f->gone = g_ptr_array_new ();
  f->linger = prw_linger_new (PRW_CLOCK (f->clock), on_released, f->gone);
}

static void
tear_down (Fixture *f)
{
  g_clear_pointer (&f->linger, prw_linger_free);
  g_assert_cmpuint (prw_fake_clock_count_alarms (f->clock), ==, 0);
  g_ptr_array_unref (f->gone);
  g_object_unref (f->clock);
}

/* Any object does. Returns: (transfer full) */
static GObject *
thing (void)
{
  return G_OBJECT (prw_fake_clock_new ());
}

static void
test_time (void)
{
  Fixture f;
  g_autoptr (GObject) one = thing (), two = thing ();

  set_up (&f);
  prw_linger_add (f.linger, one);
  prw_fake_clock_advance_seconds (f.clock, 20);
  prw_linger_add (f.linger, two);
  prw_fake_clock_advance (f.clock, PRW_LINGER_TIME - 20 * G_USEC_PER_SEC - 1);
  g_assert_cmpuint (f.gone->len, ==, 0);
  prw_fake_clock_advance (f.clock, 1);
  g_assert_cmpuint (f.gone->len, ==, 1);
  g_assert_true (f.gone->pdata[0] == one);
  prw_fake_clock_advance_seconds (f.clock, 20);
  g_assert_cmpuint (f.gone->len, ==, 2);
  g_assert_true (f.gone->pdata[1] == two);
  g_assert_cmpuint (prw_fake_clock_count_alarms (f.clock), ==, 0); /* nothing wakes for nothing */
  tear_down (&f);
}

static void
test_count (void)
{
  Fixture f;
  g_autoptr (GPtrArray) things = g_ptr_array_new_with_free_func (g_object_unref);

  set_up (&f);
  for (guint i = 0; i < PRW_LINGER_MAX + 2; i++)
    {
      g_ptr_array_add (things, thing ());
      prw_linger_add (f.linger, things->pdata[i]);
    }
  g_assert_cmpuint (prw_linger_count (f.linger), ==, PRW_LINGER_MAX);
  g_assert_cmpuint (f.gone->len, ==, 2);
  g_assert_true (f.gone->pdata[0] == things->pdata[0] && f.gone->pdata[1] == things->pdata[1]);
  g_clear_pointer (&f.linger, prw_linger_free);
  g_assert_cmpuint (f.gone->len, ==, PRW_LINGER_MAX + 2);
  tear_down (&f);
}

/* Each time it was held it is let go of, and it stays for as long as the last says. */
static void
test_again (void)
{
  Fixture f;
  g_autoptr (GObject) one = thing (), two = thing ();

  set_up (&f);
  prw_linger_add (f.linger, one);
  prw_linger_add (f.linger, two);
  prw_fake_clock_advance_seconds (f.clock, 30);
  prw_linger_add (f.linger, one);
  g_assert_cmpuint (prw_linger_count (f.linger), ==, 2);
  g_assert_cmpuint (f.gone->len, ==, 1);
  prw_fake_clock_advance_seconds (f.clock, 30);
  g_assert_cmpuint (f.gone->len, ==, 2);
  g_assert_true (f.gone->pdata[1] == two);
  prw_fake_clock_advance_seconds (f.clock, 30);
  g_assert_cmpuint (f.gone->len, ==, 3);
  g_assert_true (f.gone->pdata[2] == one);
  tear_down (&f);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/linger/time", test_time);
  g_test_add_func ("/core/linger/count", test_count);
  g_test_add_func ("/core/linger/again", test_again);
  return g_test_run ();
}
