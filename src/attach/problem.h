/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "attach/probe.h"

G_BEGIN_DECLS

/** PRW_PROBLEM: why a board is not attached. Each message is one sentence for a person: the port, what is wrong, what to do. */
#define PRW_PROBLEM (prw_problem_quark ())
GQuark prw_problem_quark (void);

typedef enum
{
  PRW_PROBLEM_FAILED,        /* an unexpected error of the system */
  PRW_PROBLEM_NO_PORT,       /* there is no such port */
  PRW_PROBLEM_NOT_A_PORT,    /* it is a directory, a file, some other device */
  PRW_PROBLEM_NO_PERMISSION, /* this user may not open it */
  PRW_PROBLEM_BUSY,          /* somebody else has it */
  PRW_PROBLEM_FORBIDDEN,     /* the kernel's console, the bootloader: never */
  PRW_PROBLEM_BAD_SPEED,     /* the port cannot be set so */
  PRW_PROBLEM_GONE,          /* it was unplugged */
  PRW_PROBLEM_SILENT,
  PRW_PROBLEM_NOT_HCI,
  PRW_PROBLEM_WRONG_SPEED,
  PRW_PROBLEM_FLOW_CONTROL,  /* the board does not hear us, or does not let us send */
  PRW_PROBLEM_STOPPED,
  PRW_PROBLEM_REFUSED,
  PRW_PROBLEM_MALFORMED,
  PRW_PROBLEM_NO_ADDRESS,    /* no identity for it */
  PRW_PROBLEM_NO_PRIVILEGE,  /* attaching needs a right that is missing */
  PRW_PROBLEM_NO_BLUETOOTH,  /* this kernel cannot attach */
  PRW_PROBLEM_STOPPED_BY_US, /* SIGTERM or SIGINT in the middle of it */
  PRW_PROBLEM_NOTHING_TO_DO, /* it has an address already, or is to be left alone */
} PrwProblem;

/** prw_problem_nick: Returns: (transfer none): "wrong-speed": the word of JSON and of records; of an error of another domain "failed" */
const char *prw_problem_nick (const GError *error);
/** PRW_PROBLEM_EXIT_BUSY: the exit status of pairward-attach where trying again may help; EX_TEMPFAIL of sysexits.h */
#define PRW_PROBLEM_EXIT_BUSY 75
/** PRW_PROBLEM_EXIT_NOTHING: the exit status where there is nothing to do, now or later */
#define PRW_PROBLEM_EXIT_NOTHING 3
/**
 * prw_problem_exit_status:
 *
 * Returns: PRW_PROBLEM_EXIT_NOTHING where there is nothing to do; PRW_PROBLEM_EXIT_BUSY where the port was in use: it may have been for
 *   a moment (ModemManager looks at each); else 1
 */
int prw_problem_exit_status (const GError *error);
/** prw_problem_of_verdict: which problem a verdict is that is no controller. */
PrwProblem prw_problem_of_verdict (PrwProbeVerdict verdict);

G_END_DECLS
