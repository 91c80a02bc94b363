# SPDX-License-Identifier: LGPL-2.1-or-later
include tests/fuzz/attach-plug.mk
include tests/fuzz/attach.mk
include tests/fuzz/bluez.mk
include tests/fuzz/boards.mk
include tests/fuzz/config.mk
include tests/fuzz/kernel.mk
include tests/fuzz/policy.mk
include tests/fuzz/addresses.mk
