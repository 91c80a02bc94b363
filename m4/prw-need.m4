# SPDX-License-Identifier: LGPL-2.1-or-later
# What must be there. Each names the package to install, as Debian and Ubuntu call it.

# PRW_MISSING(WHAT, PACKAGE, [HINT])
# ----------------------------------
# Ends configure. HINT: what else helps.
AC_DEFUN([PRW_MISSING], [AC_MSG_ERROR([$1 is missing: install the package $2 (the name on Debian and Ubuntu)$3])])

# PRW_NEED(PREFIX, MODULES, PACKAGE)
# ----------------------------------
# PREFIX_CFLAGS and PREFIX_LIBS of pkg-config's MODULES.
AC_DEFUN([PRW_NEED], [PKG_CHECK_MODULES([$1], [$2], [], [PRW_MISSING([$2], [$3])])])

# PRW_TOOL(VARIABLE, PROGRAM, PACKAGE, [PATH])
# --------------------------------------------
# VARIABLE: where PROGRAM is, in PATH if that is not $PATH.
AC_DEFUN([PRW_TOOL], [AC_PATH_PROG([$1], [$2], [], [$4])
  AS_IF([test -z "$$1"], [PRW_MISSING([$2], [$3])])])

# PRW_MODULE(MODULE, PACKAGE)
# ---------------------------
# A module of the system's Python, which is what tests are run by: others have none of these.
AC_DEFUN([PRW_MODULE], [AC_MSG_CHECKING([for the module $1 of /usr/bin/python3])
  AS_IF([/usr/bin/python3 -c 'import $1' 2> /dev/null], [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
    PRW_MISSING([$1], [$2], [, or use --disable-tests])])])
