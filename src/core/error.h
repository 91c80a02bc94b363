/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PRW_ERROR: what can go wrong for a caller. Each code is one org.pairward.Error.* (the names live in src/control).
 */
#define PRW_ERROR (prw_error_quark ())
GQuark prw_error_quark (void);

typedef enum
{
  PRW_ERROR_FAILED,
  PRW_ERROR_INVALID_ARGUMENTS,
  PRW_ERROR_INVALID_OPERATION,
  PRW_ERROR_NOT_FOUND,
  PRW_ERROR_NOT_AUTHORIZED,
  PRW_ERROR_NOT_SUPPORTED,
  PRW_ERROR_ALREADY_ANSWERED,
  PRW_ERROR_NOT_READY,
  PRW_ERROR_TIMEOUT,
  PRW_ERROR_REJECTED,
  PRW_ERROR_CANCELED,
  PRW_ERROR_CONNECTION_FAILED,
  PRW_ERROR_AUTHENTICATION_FAILED,
} PrwError;
#define PRW_N_ERRORS (PRW_ERROR_AUTHENTICATION_FAILED + 1)

G_END_DECLS
