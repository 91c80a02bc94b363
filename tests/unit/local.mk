# SPDX-License-Identifier: LGPL-2.1-or-later
include tests/unit/attach-plug.mk
include tests/unit/cli.mk
include tests/unit/config.mk
include tests/unit/control.mk
include tests/unit/policy.mk
include tests/unit/core.mk
include tests/unit/daemon.mk
include tests/unit/kernel.mk
include tests/unit/identity.mk
include tests/unit/attach.mk
include tests/unit/manual.mk
include tests/unit/prompt.mk
