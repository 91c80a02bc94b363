# SPDX-License-Identifier: LGPL-2.1-or-later

# PRW_SANITIZERS
# --------------
# --enable-sanitizers: SANITIZER_CFLAGS, for compiler and linker, and the conditional ENABLE_SANITIZERS.
AC_DEFUN([PRW_SANITIZERS], [AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers], [build with AddressSanitizer and UndefinedBehaviorSanitizer])])
  AS_IF([test "$enable_sanitizers" = yes],
    [AC_SUBST([SANITIZER_CFLAGS], ["-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined"])])
  AM_CONDITIONAL([ENABLE_SANITIZERS], [test "$enable_sanitizers" = yes])])
