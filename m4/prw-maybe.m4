# SPDX-License-Identifier: LGPL-2.1-or-later

# PRW_MAYBE(NAME, PREFIX, MODULES, PACKAGE, WITH, WITHOUT)
# --------------------------------------------------------
# --with-NAME=auto|yes|no: pkg-config's MODULES are used if they are there. with_NAME is yes or no afterwards.
# WITH says what there is then, WITHOUT what there is else. HAVE_PREFIX is in config.h.
AC_DEFUN([PRW_MAYBE], [AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=auto|yes|no], [$5 (auto)])], [], [with_$1=auto])
  AS_CASE([$with_$1],
    [yes], [PRW_NEED([$2], [$3], [$4])],
    [auto], [PKG_CHECK_MODULES([$2], [$3], [with_$1=yes],
      [with_$1=no
      AC_MSG_NOTICE([without $1 $6: install the package $4 (the name on Debian and Ubuntu)])])],
    [no], [],
    [AC_MSG_ERROR([--with-$1=$with_$1: neither auto, yes nor no])])
  AS_IF([test "$with_$1" = yes], [AC_DEFINE([HAVE_$2], [1], [$5])])])
