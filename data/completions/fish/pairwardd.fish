# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion of pairwardd: its help tells its options.
function __pairwardd_options
    set -l program (commandline -opc)[1]
    command $program --help 2>/dev/null </dev/null | string match -rg '^  (?:-[a-z], )?(--[a-z-]+=?)'
end

complete -c pairwardd -n 'string match -q -- "-*" (commandline -ct)' -f -a '(__pairwardd_options)'
