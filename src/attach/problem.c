/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "attach/problem.h"

#include <stdlib.h>

G_DEFINE_QUARK (prw-problem-quark, prw_problem)

static const char *const nicks[] = {
  [PRW_PROBLEM_FAILED] = "failed",
  [PRW_PROBLEM_NO_PORT] = "no-port",
  [PRW_PROBLEM_NOT_A_PORT] = "not-a-port",
  [PRW_PROBLEM_NO_PERMISSION] = "no-permission",
  [PRW_PROBLEM_BUSY] = "busy",
  [PRW_PROBLEM_FORBIDDEN] = "forbidden",
  [PRW_PROBLEM_BAD_SPEED] = "bad-speed",
  [PRW_PROBLEM_GONE] = "gone",
  [PRW_PROBLEM_SILENT] = "silent",
  [PRW_PROBLEM_NOT_HCI] = "not-hci",
  [PRW_PROBLEM_WRONG_SPEED] = "wrong-speed",
  [PRW_PROBLEM_FLOW_CONTROL] = "flow-control",
  [PRW_PROBLEM_STOPPED] = "stopped",
  [PRW_PROBLEM_REFUSED] = "refused",
  [PRW_PROBLEM_MALFORMED] = "malformed",
  [PRW_PROBLEM_NO_ADDRESS] = "no-address",
  [PRW_PROBLEM_NO_PRIVILEGE] = "no-privilege",
  [PRW_PROBLEM_NO_BLUETOOTH] = "no-bluetooth",
  [PRW_PROBLEM_STOPPED_BY_US] = "interrupted",
  [PRW_PROBLEM_NOTHING_TO_DO] = "nothing-to-do",
};

const char *
prw_problem_nick (const GError *error)
{
  if (error->domain != PRW_PROBLEM || error->code < 0 || error->code >= (int) G_N_ELEMENTS (nicks))
    return nicks[PRW_PROBLEM_FAILED];
  return nicks[error->code];
}

int
prw_problem_exit_status (const GError *error)
{
  if (g_error_matches (error, PRW_PROBLEM, PRW_PROBLEM_NOTHING_TO_DO))
    return PRW_PROBLEM_EXIT_NOTHING;
  return g_error_matches (error, PRW_PROBLEM, PRW_PROBLEM_BUSY) ? PRW_PROBLEM_EXIT_BUSY : EXIT_FAILURE;
}

PrwProblem
prw_problem_of_verdict (PrwProbeVerdict verdict)
{
  switch (verdict)
    {
    case PRW_PROBE_SILENT:
      return PRW_PROBLEM_SILENT;
    case PRW_PROBE_NOT_HCI:
      return PRW_PROBLEM_NOT_HCI;
    case PRW_PROBE_NOISE:
      return PRW_PROBLEM_WRONG_SPEED;
    case PRW_PROBE_DEAF:
      return PRW_PROBLEM_FLOW_CONTROL;
    case PRW_PROBE_STOPPED:
      return PRW_PROBLEM_STOPPED;
    case PRW_PROBE_REFUSED:
      return PRW_PROBLEM_REFUSED;
    case PRW_PROBE_MALFORMED:
      return PRW_PROBLEM_MALFORMED;
    case PRW_PROBE_PENDING:
    case PRW_PROBE_CONTROLLER:
      return PRW_PROBLEM_FAILED;
    }
  return PRW_PROBLEM_FAILED;
}
