# SPDX-License-Identifier: LGPL-2.1-or-later

# PRW_TESTS
# ---------
# --disable-tests, and else what the tests need. After with_gtk is known: the dialogs' tests need a display.
AC_DEFUN([PRW_TESTS], [AC_ARG_ENABLE([tests], [AS_HELP_STRING([--disable-tests], [build no tests, and need nothing of what they do])],
    [], [enable_tests=yes])
  AS_IF([test "$enable_tests" = yes], [
    PRW_NEED([GLIB_TESTING], [glib-testing-0 >= 0.1], [libglib-testing-0-dev])
    PRW_TOOL([DBUS_DAEMON], [dbus-daemon], [dbus])
    PRW_TOOL([MANDOC], [mandoc], [mandoc])
    PRW_TOOL([SYSTEMD_ANALYZE], [systemd-analyze], [systemd])
    PRW_TOOL([JOURNAL_REMOTE], [systemd-journal-remote], [systemd-journal-remote],
      [/usr/lib/systemd$PATH_SEPARATOR/lib/systemd$PATH_SEPARATOR$PATH])
    PRW_MODULE([gi], [python3-gi])
    PRW_MODULE([dbus], [python3-dbus])
    PRW_MODULE([dbusmock], [python3-dbusmock])])
  AS_IF([test "$enable_tests$with_gtk" = yesyes], [
    PRW_TOOL([XVFB], [Xvfb], [xvfb])
    PRW_TOOL([XDOTOOL], [xdotool], [xdotool])
    PRW_TOOL([XWININFO], [xwininfo], [x11-utils])
    PRW_TOOL([OPENBOX], [openbox], [openbox])
    PRW_TOOL([DUNST], [dunst], [dunst])
    PRW_TOOL([NOTIFICATION_DAEMON], [notification-daemon], [notification-daemon],
      [/usr/lib/notification-daemon$PATH_SEPARATOR/usr/libexec$PATH_SEPARATOR$PATH])
    PRW_TOOL([IMPORT], [import], [imagemagick])])
  AM_CONDITIONAL([ENABLE_TESTS], [test "$enable_tests" = yes])])
