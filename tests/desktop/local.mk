# SPDX-License-Identifier: LGPL-2.1-or-later
# The dialogs on a display of their own, with a keyboard, a mouse, window managers and a screen reader's eyes.
EXTRA_DIST += tests/desktop/desktop.py tests/desktop/machine.py tests/desktop/pictures tests/desktop/lsan.supp tests/desktop/other-window.py
dist_desktop_tests = tests/desktop/test-desktop.py tests/desktop/test-dialogs.py tests/desktop/test-notifications.py
if HAVE_GTK
check_PROGRAMS += tests/desktop/show-dialog
tests_desktop_show_dialog_CPPFLAGS = $(libprw_dialogs_a_CPPFLAGS)
tests_desktop_show_dialog_CFLAGS = $(AM_CFLAGS) $(GTK_CFLAGS)
tests_desktop_show_dialog_LDADD = libprw-dialogs.a libprw-prompt.a libprw-words.a libprw-policy.a $(GTK_LIBS)
dist_check_SCRIPTS += $(dist_desktop_tests) tests/desktop/test-looks.py
TESTS += $(dist_desktop_tests)
once_tests += tests/desktop/test-looks.py
else
EXTRA_DIST += $(dist_desktop_tests) tests/desktop/test-looks.py
endif
