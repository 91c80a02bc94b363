# SPDX-License-Identifier: LGPL-2.1-or-later

# PRW_ACCOUNT(NAME, DEFAULT, HELP)
# --------------------------------
# --with-NAME=ACCOUNT, of the system's users or groups. It goes into units, XML and C: nothing may be in it that means something there.
AC_DEFUN([PRW_ACCOUNT], [AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=NAME], [$3 ($2)])], [], [with_$1=yes])
  AS_CASE([$with_$1],
    [yes], [with_$1=$2],
    [''|-*|*[[!a-zA-Z0-9_.-]]*], [AC_MSG_ERROR([--with-$1=$with_$1: not the name of a user or group (letters, digits, _, - and .)])])])

# PRW_RIGHTS
# ----------
# Who the daemon is (PRW_USER, for make), and who says who may do what: polkit (HAVE_POLKIT), or membership of PRW_GROUP, which may be "".
AC_DEFUN([PRW_RIGHTS], [
  PRW_ACCOUNT([user], [pairward], [the user that the daemon runs as])
  AS_IF([test "$with_user" = no], [AC_MSG_ERROR([--without-user: the daemon runs as some user; name one])])
  AC_SUBST([PRW_USER], [$with_user])
  AC_ARG_WITH([polkit], [AS_HELP_STRING([--without-polkit],
    [root and a group may do everything, others look (polkit is asked on the bus: nothing of it is needed to build)])], [], [with_polkit=yes])
  AS_CASE([$with_polkit], [yes|no], [], [AC_MSG_ERROR([--with-polkit=$with_polkit: neither yes nor no])])
  PRW_ACCOUNT([group], [bluetooth], [without polkit: the group that may do everything; no: root alone])
  AS_IF([test "$with_group" = no], [with_group=])
  AS_IF([test "$with_polkit" = yes], [AC_DEFINE([HAVE_POLKIT], [1], [polkit says who may do what])])
  AM_CONDITIONAL([HAVE_POLKIT], [test "$with_polkit" = yes])
  AC_DEFINE_UNQUOTED([PRW_GROUP], ["$with_group"], [Without polkit: the group that may do everything, or nothing])])
