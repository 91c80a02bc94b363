# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion of pairwardd: its help tells its options.
complete -c pairwardd -n 'string match -q -- "-*" (commandline -ct)' -f -a '(command (commandline -opc)[1] --help 2>/dev/null </dev/null | string match -rg "^  (?:-[a-z], )?(--[a-z-]+=?)")'
