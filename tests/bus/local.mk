# SPDX-License-Identifier: LGPL-2.1-or-later
include tests/bus/attach.mk
include tests/bus/bluez.mk
include tests/bus/board.mk
include tests/bus/daemon.mk
include tests/bus/kernel.mk
include tests/bus/prompt.mk
