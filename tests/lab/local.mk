# SPDX-License-Identifier: LGPL-2.1-or-later
# The lab is run by ./check, not by make check: it needs root and boots machines.
EXTRA_DIST += \
	tests/lab/README.md \
	tests/lab/contract.py \
	tests/lab/guest/advertiser.py \
	tests/lab/guest/att.py \
	tests/lab/guest/bin/lab-advertise \
	tests/lab/guest/bin/lab-peer \
	tests/lab/guest/bin/lab-up \
	tests/lab/guest/board.py \
	tests/lab/guest/boards.py \
	tests/lab/guest/boot \
	tests/lab/guest/bus.py \
	tests/lab/guest/channel.py \
	tests/lab/guest/chip.py \
	tests/lab/guest/demo-session \
	tests/lab/guest/initramfs \
	tests/lab/guest/keys.py \
	tests/lab/guest/l2cap.py \
	tests/lab/guest/main.py \
	tests/lab/guest/mgmt.py \
	tests/lab/guest/play-session \
	tests/lab/guest/stack.py \
	tests/lab/guest/strangers.py \
	tests/lab/host/terminal.py \
	tests/lab/host/vm.py \
	tests/lab/lab.py \
	tests/lab/ours.py \
	tests/lab/peer.py \
	tests/lab/play \
	tests/lab/prepare \
	tests/lab/run \
	tests/lab/scenarios/bonds.py \
	tests/lab/scenarios/bredr.py \
	tests/lab/scenarios/cli.py \
	tests/lab/scenarios/failures.py \
	tests/lab/scenarios/incoming.py \
	tests/lab/scenarios/initiate.py \
	tests/lab/scenarios/limits.py \
	tests/lab/scenarios/links.py \
	tests/lab/scenarios/passkeys.py \
	tests/lab/scenarios/policies.py \
	tests/lab/scenarios/restart.py \
	tests/lab/scenarios/rules.py \
	tests/lab/scenarios/selftest.py \
	tests/lab/scenarios/switches.py \
	tests/lab/steps.py
