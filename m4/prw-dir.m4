# SPDX-License-Identifier: LGPL-2.1-or-later

# PRW_DIR(VARIABLE, CONDITIONAL, MODULE, DEFAULT, WHAT, [NAME])
# -------------------------------------------------------------
# --with-VARIABLE=DIR: a folder that belongs to another program. By itself it is what pkg-config's MODULE says by VARIABLE, or by
# NAME, but below our prefix: there alone an installation may write; DEFAULT is below it too. CONDITIONAL, of automake: it is wanted.
AC_DEFUN([PRW_DIR], [AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=DIR], [where to install $5; no: nowhere (as $3 says, below PREFIX)])],
    [], [with_$1=yes])
  AS_CASE([$with_$1],
    [no], [with_$1=],
    [yes], [with_$1=`$PKG_CONFIG --define-variable=prefix='${prefix}' --define-variable=rootprefix='${prefix}' --define-variable=root_prefix='${prefix}' --variable=m4_default([$6], [$1]) $3 2> /dev/null`
      AS_CASE([$with_$1], ['${prefix}/'*], [], [with_$1='${prefix}/$4'])],
    [/*|'${'*], [],
    [AC_MSG_ERROR([--with-$1=$with_$1: neither a folder's whole path nor no])])
  AC_SUBST([$1], [$with_$1])
  AM_CONDITIONAL([$2], [test -n "$$1"])])
