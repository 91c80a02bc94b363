/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "prompt/surface.h"

G_BEGIN_DECLS

/**
 * PrwPresenter:
 *
 * The questions that wait, oldest first. One at a time is shown, on the first surface that can; what a surface gives up is
 * shown on the next one. A question that can be shown nowhere waits, without keeping others from being shown.
 */
#define PRW_TYPE_PRESENTER (prw_presenter_get_type ())
G_DECLARE_FINAL_TYPE (PrwPresenter, prw_presenter, PRW, PRESENTER, GObject)

/** prw_presenter_new: @surfaces: (element-type PrwSurface): by preference, at most 32; referenced */
PrwPresenter *prw_presenter_new (GPtrArray *surfaces);
/** prw_presenter_set_patience: how long after its deadline a question that the daemon does not close is closed here, ms (2000); for tests */
void prw_presenter_set_patience (PrwPresenter *self, guint patience);
/** prw_presenter_add: takes @question up until it closes. */
void prw_presenter_add (PrwPresenter *self, PrwPromptQuestion *question);
/** prw_presenter_get_shown: Returns: (transfer none) (nullable): the question that is shown */
PrwPromptQuestion *prw_presenter_get_shown (PrwPresenter *self);

G_END_DECLS
