# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion of pairward-attach: its help tells its options.
complete -c pairward-attach -n 'string match -q -- "-*" (commandline -ct)' -f -a '(command (commandline -opc)[1] --help 2>/dev/null </dev/null | string match -rg "^  (?:-[a-z], )?(--[a-z-]+=?)")'
complete -c pairward-attach -n 'not string match -q -- "-*" (commandline -ct)' -f -a '(command (commandline -opc)[1] --list 2>/dev/null </dev/null | string match -rg "^(tty[A-Za-z0-9]+) ")'
