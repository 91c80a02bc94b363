# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion of pairward-prompt: its help tells its options.
function __pairward_prompt_options
    set -l program (commandline -opc)[1]
    command $program --help 2>/dev/null </dev/null | string match -rg '^  (?:-[a-z], )?(--[a-z-]+=?)'
end

complete -c pairward-prompt -n 'string match -q -- "-*" (commandline -ct)' -f -a '(__pairward_prompt_options)'
