/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/error.h"

G_DEFINE_QUARK (prw-error-quark, prw_error)
