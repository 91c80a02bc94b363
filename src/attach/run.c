/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "attach/adoption.h"
#include "attach/hci.h"
#include "attach/report.h"
#include "attach/sysfs.h"
#include "attach/tty.h"
#include "base/boot-time.h"
#include "config/settings.h"
#include "policy/address.h"

#define RUN_DIR "/run/pairward" /* as PRW_BOARDS_DIR says to those who read there */

static const guint default_speeds[] = { 1000000, 115200 };

/* Where things are kept: records of boards, BlueZ's addresses, our own, and locks. */
typedef struct
{
  char *boards, *addresses, *state, *locks;
} Places;

/* @name: of the tty, or of the controller. @facts: of @port. @hci: (nullable): the controller, the attachment's, taken by way of @kernel.
 * @since: when it became a controller. @signals: what ends us can be read there, or -1. @recorded: there is a record of ours. */
typedef struct
{
  const PrwAttachOptions *options;
  PrwSettings *settings;
  char *name;
  PrwPort *port;
  PrwPortFacts facts;
  PrwAttach *attach;
  PrwHciSystem kernel;
  PrwHci *hci;
  PrwAdoption *adoption;
  Places places;
  gint64 since;
  GMainLoop *loop;
  int signals;
  gboolean recorded;
  int status;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->adoption, prw_adoption_free);
  g_clear_pointer (&run->attach, prw_attach_free);
  g_clear_pointer (&run->settings, prw_settings_unref);
  g_clear_pointer (&run->port, prw_port_free);
  g_clear_pointer (&run->loop, g_main_loop_unref);
  if (run->signals >= 0)
    close (run->signals);
  g_free (run->places.boards);
  g_free (run->places.addresses);
  g_free (run->places.state);
  g_free (run->places.locks);
  g_free (run->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* In UTF-8 whatever the locale when it is JSON. */
static void
say (const char *text, gboolean json)
{
  if (json)
    puts (text);
  else
    g_print ("%s\n", text);
  fflush (stdout);
}

static int
fail (const Run *run, const GError *error)
{
  if (run->options->json)
    {
      g_autofree char *text = prw_report_json (run->name, run->attach, &run->facts, NULL, "failed", error);

      say (text, TRUE);
    }
  g_printerr ("pairward-attach: %s\n", error->message);
  return prw_problem_exit_status (error);
}

/* The one that bluetoothd gives it; as long as that is not known, its own. */
static const char *
address_of (const Run *run)
{
  const char *address = run->adoption != NULL ? prw_adoption_get_address (run->adoption) : "";

  return *address != '\0' ? address : prw_board_get_address (prw_attach_get_board (run->attach));
}

/* What others read of it. It is no part of attaching: where it cannot be written that is said, and goes on. */
static void
record (Run *run, const GError *error)
{
  g_autoptr (PrwRecord) record = prw_report_record (run->attach, &run->facts, address_of (run), run->since, error);
  g_autoptr (GError) write_error = NULL;

  run->recorded = prw_record_write (run->places.boards, record, &write_error);
  if (!run->recorded && error == NULL)
    g_warning ("%s: the record of it in %s cannot be written: %s", run->name, run->places.boards, write_error->message);
}

/* That another program has the port; who has it attached told of it before. */
static void
record_busy (const Run *run, const GError *error)
{
  g_autofree char *name = prw_report_record_name (run->name);
  g_autoptr (PrwRecord) record = prw_record_new (name);

  if (run->options->probe || !g_error_matches (error, PRW_PROBLEM, PRW_PROBLEM_BUSY))
    return;
  record->usb = g_strdup (run->facts.usb);
  record->product = g_strdup (run->facts.product);
  record->problem = g_strdup (prw_problem_nick (error));
  record->message = g_strdup (error->message);
  prw_record_add (run->places.boards, record, NULL);
}

static void
forget_record (Run *run)
{
  g_autofree char *name = prw_report_record_name (run->name);

  prw_record_remove (run->places.boards, name, NULL);
  run->recorded = FALSE;
}

/* Returns: (transfer none) (nullable): the keyfile's group for it. @address: (nullable): of the board, once it is known */
static const PrwControllerSettings *
pick_group (const Run *run, const char *address)
{
  return run->settings != NULL ? prw_settings_pick_controller (run->settings, run->name, address, run->facts.usb) : NULL;
}

/* The command line, then the keyfile: here the board's address is known, so that a group may match by it. */
static const char *
wanted_address (const Run *run)
{
  const char *own = prw_board_get_address (prw_attach_get_board (run->attach));
  const PrwControllerSettings *controller = pick_group (run, *own != '\0' ? own : NULL);

  if (run->options->address != NULL)
    return run->options->address;
  return controller != NULL ? controller->static_address : NULL;
}

static void
found (PrwAttach *attach, gpointer data)
{
  Run *run = data;
  g_autofree char *text = NULL;

  if (!run->options->probe)
    {
      prw_adoption_found (run->adoption, run->facts.usb, run->port != NULL ? run->port->serial : NULL,
                          run->port != NULL ? run->port->place : NULL, wanted_address (run));
      return;
    }
  text = run->options->json ? prw_report_json (run->name, attach, &run->facts, NULL, "found", NULL) : prw_report_probe (attach, &run->facts);
  say (text, run->options->json);
  prw_attach_refuse (attach, NULL);
}

static void
opened (PrwAttach *attach, gpointer data)
{
  Run *run = data;

  prw_adoption_opened (run->adoption);
}

static void
attached (PrwAttach *attach, gpointer data)
{
  Run *run = data;

  run->since = prw_boot_time ();
  prw_adoption_attached (run->adoption);
}

static void
settled (gpointer data)
{
  Run *run = data;
  gboolean again = run->recorded;
  g_autofree char *text = NULL;

  record (run, NULL);
  if (run->hci != NULL)
    prw_hci_restore_power (run->hci, address_of (run));
  if (again)
    return;
  text = run->options->json ? prw_report_json (run->name, run->attach, &run->facts, address_of (run), "attached", NULL)
                            : prw_report_attached (run->attach, address_of (run));
  say (text, run->options->json);
}

/* A failure stays on record until the board goes; of one that went, or that we left by ourselves, nothing stays. */
static void
ended (PrwAttach *attach, const GError *error, gpointer data)
{
  Run *run = data;
  gboolean stopped = g_error_matches (error, PRW_PROBLEM, PRW_PROBLEM_STOPPED_BY_US);

  if (!run->options->probe && error != NULL && !stopped && !g_error_matches (error, PRW_PROBLEM, PRW_PROBLEM_GONE))
    record (run, error);
  else if (run->recorded)
    forget_record (run);
  g_clear_pointer (&run->adoption, prw_adoption_free);
  if (error != NULL && (!stopped || run->options->probe))
    run->status = fail (run, error);
  g_main_loop_quit (run->loop);
}

static gboolean
stop (int fd, GIOCondition condition, gpointer data)
{
  Run *run = data;
  struct signalfd_siginfo signal;

  if (read (fd, &signal, sizeof signal) == sizeof signal)
    prw_attach_stop (run->attach);
  return G_SOURCE_CONTINUE;
}

/* The bootloader of Nordic's dongle is a serial port too, and takes what comes as parts of new firmware. */
static gboolean
is_allowed (const Run *run, GError **error)
{
  if (run->port == NULL || run->port->kind != PRW_PORT_KIND_DFU_BOOTLOADER)
    return TRUE;
  g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_FORBIDDEN,
               _("%s: the board's bootloader, which waits for firmware: flash it (nrfutil), or press its reset button"), run->name);
  return FALSE;
}

static const PrwAttachFuncs attach_funcs = { found, opened, attached, ended };

/* The command line, then the keyfile, then what the firmware's samples have. */
static PrwAttach *
make_tty_attach (Run *run, PrwTty *tty)
{
  const PrwAttachOptions *options = run->options;
  const PrwControllerSettings *controller = pick_group (run, NULL);
  const guint *speeds = default_speeds;
  guint n_speeds = G_N_ELEMENTS (default_speeds);
  gboolean flow_control = controller == NULL || controller->flow_control;

  if (options->n_speeds > 0)
    {
      speeds = options->speeds;
      n_speeds = options->n_speeds;
    }
  else if (controller != NULL && controller->speed > 0)
    {
      speeds = &controller->speed;
      n_speeds = 1;
    }
  if (options->has_flow_control)
    flow_control = options->flow_control;
  return prw_attach_new (prw_tty_as_wire (tty), speeds, n_speeds, flow_control, &prw_line_kernel, &attach_funcs, run);
}

static gboolean
open_tty (Run *run, GError **error)
{
  PrwTty *tty;

  run->port = prw_sysfs_describe_tty (PRW_SYSFS_ROOT, run->name);
  if (run->port != NULL)
    run->facts = (PrwPortFacts) { .usb = run->port->usb, .product = run->port->product };
  tty = is_allowed (run, error) ? prw_tty_open (run->options->port, error) : NULL;
  if (tty != NULL)
    run->attach = make_tty_attach (run, tty);
  return tty != NULL;
}

/* A controller that the kernel has by itself, and not one that a pairward-attach made of a port. */
static gboolean
may_take (const Run *run, GError **error)
{
  const PrwControllerSettings *controller = pick_group (run, NULL);
  const char *wanted = run->options->address != NULL ? run->options->address : controller != NULL ? controller->static_address : NULL;
  g_autoptr (GPtrArray) records = prw_records_list_present (run->places.boards, PRW_SYSFS_ROOT, "/dev");
  const PrwRecord *record = prw_records_find (records, run->name);

  if (run->port == NULL)
    return TRUE; /* who opens it tells that there is none */
  if (g_strcmp0 (wanted, "none") == 0 && !run->options->probe)
    g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_NOTHING_TO_DO, _("%s: bluetoothd chooses its address (none): there is nothing to do"), run->name);
  else if (record != NULL && !g_str_equal (record->tty, run->name))
    g_set_error (error, PRW_PROBLEM, PRW_PROBLEM_BUSY, _("%s: is on %s, and pairward-attach has that already"), run->name, record->tty);
  else
    return TRUE;
  return FALSE;
}

static gboolean
open_hci (Run *run, GError **error)
{
  static const guint no_speed = 0;
  PrwLine line;

  run->port = prw_sysfs_describe_hci (PRW_SYSFS_ROOT, run->name);
  if (run->port != NULL)
    run->facts = (PrwPortFacts) { .usb = run->port->usb, .product = run->port->product };
  run->kernel = (PrwHciSystem) { .open = prw_hci_channel_open, .sysfs = PRW_SYSFS_ROOT, .locks = run->places.locks, .wait = PRW_HCI_WAIT,
                                 .answer = PRW_HCI_ANSWER, .grace = PRW_HCI_GRACE, .stop = run->signals };
  run->hci = may_take (run, error) ? prw_hci_open (&run->kernel, run->name, !run->options->probe, error) : NULL;
  if (run->hci == NULL)
    return FALSE;
  line = prw_hci_get_line (run->hci);
  run->attach = prw_attach_new (prw_hci_as_wire (run->hci), &no_speed, 1, FALSE, &line, &attach_funcs, run);
  return TRUE;
}

/* A folder that systemd made for us has its name in the environment (systemd.exec(5), RuntimeDirectory=). */
static char *
in_folder (const char *variable, const char *folder, const char *name)
{
  const char *made = g_getenv (variable);

  return g_build_filename (made != NULL && *made == '/' && strchr (made, ':') == NULL ? made : folder, name, NULL);
}

static Places
find_places (const PrwAttachOptions *options)
{
  return (Places) { .boards = in_folder ("RUNTIME_DIRECTORY", RUN_DIR, "boards"),
                    .addresses = g_build_filename (options->bluez_dir, PRW_CLAIM_ADDRESSES, NULL),
                    .state = in_folder ("STATE_DIRECTORY", PRW_ATTACHDIR, "boards"), /* not in the daemon's, which is its user's alone */
                    .locks = in_folder ("RUNTIME_DIRECTORY", RUN_DIR, "identity") };
}

/* A person who may not read a keyfile with codes in it can still look what a port of theirs has. */
static gboolean
load_settings (Run *run, GError **error)
{
  const PrwConfigSource source = { .file = run->options->config };
  g_autoptr (GError) reason = NULL;

  run->settings = prw_config_load (&source, NULL, &reason);
  if (run->settings != NULL)
    return TRUE;
  if (!run->options->probe || source.file != NULL || !g_error_matches (reason, PRW_CONFIG_ERROR, PRW_CONFIG_ERROR_DENIED))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  g_printerr (_("pairward-attach: %s; asked as if it were empty\n"), reason->message);
  return TRUE;
}

/* An answer that is waited for may hold the chip's identity root: it must not get into a core dump, wherever those go (core(5)). */
static void
forbid_core_dumps (void)
{
  if (prctl (PR_SET_DUMPABLE, 0) != 0)
    g_debug ("core dumps cannot be forbidden: %s", g_strerror (errno));
}

/* What ends us is read where it suits: killed while a controller is taken, we would leave one down that was up, and taking it waits for
 * the kernel outside of the main loop. Returns: where it can be read */
static int
catch_signals (void)
{
  sigset_t ends;
  int fd;

  sigemptyset (&ends);
  sigaddset (&ends, SIGTERM);
  sigaddset (&ends, SIGINT);
  sigaddset (&ends, SIGHUP); /* its terminal was closed */
  sigprocmask (SIG_BLOCK, &ends, NULL);
  fd = signalfd (-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd < 0)
    g_error ("signalfd: %s", g_strerror (errno)); /* no descriptor, no memory: nothing else would work */
  return fd;
}

static int
run_attach (Run *run)
{
  const PrwClaimPaths paths = { .addresses = run->places.addresses, .state = run->places.state, .run = run->places.locks };
  guint signals = g_unix_fd_add (run->signals, G_IO_IN, stop, run);

  run->loop = g_main_loop_new (NULL, FALSE);
  run->adoption = prw_adoption_new (run->attach, &paths, prw_indexes_read, settled, run);
  prw_attach_start (run->attach);
  g_main_loop_run (run->loop);
  g_source_remove (signals);
  return run->status;
}

int
prw_attach_run (const PrwAttachOptions *options)
{
  g_auto (Run) run = { .options = options, .signals = -1 };
  g_autoptr (GError) error = NULL;

  forbid_core_dumps ();
  run.name = prw_tty_name_of (options->port);
  run.places = find_places (options);
  if (!load_settings (&run, &error))
    return fail (&run, error);
  run.signals = catch_signals ();
  if (prw_adapter_parse_name (run.name, NULL) ? open_hci (&run, &error) : open_tty (&run, &error))
    return run_attach (&run);
  if (g_error_matches (error, PRW_PROBLEM, PRW_PROBLEM_STOPPED_BY_US) && !options->probe)
    return EXIT_SUCCESS;
  record_busy (&run, error);
  return fail (&run, error);
}
