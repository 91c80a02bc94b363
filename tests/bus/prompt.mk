# SPDX-License-Identifier: LGPL-2.1-or-later
# The desktop handler with a notification server that does as the test says, on a private session bus. No display.
dist_check_SCRIPTS += tests/bus/test-prompt.py
TESTS += tests/bus/test-prompt.py
EXTRA_DIST += tests/bus/fake_notifications.py
