# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion of pairward-attach: its help tells its options.
function __pairward_attach_options
    set -l program (commandline -opc)[1]
    command $program --help 2>/dev/null </dev/null | string match -rg '^  (?:-[a-z], )?(--[a-z-]+=?)'
end

complete -c pairward-attach -n 'string match -q -- "-*" (commandline -ct)' -f -a '(__pairward_attach_options)'

function __pairward_attach_ports
    set -l program (commandline -opc)[1]
    command $program --list 2>/dev/null </dev/null | string match -rg '^(tty[A-Za-z0-9]+) '
end

complete -c pairward-attach -n 'not string match -q -- "-*" (commandline -ct)' -f -a '(__pairward_attach_ports)'
