# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion of pairwardctl. What there is comes from the program; fish quotes what it inserts.

function __pairwardctl_candidates
    set -l said (commandline -opc)
    set -l typed (commandline -ct)
    # An open quote is none of the value.
    set -l word (string unescape -- $typed; or string replace -r '^[\'"]' '' -- $typed)
    set -l program $said[1]
    set -e said[1]
    command $program complete $said "$word" 2>/dev/null </dev/null | while read -l line
        if test "$line" = \tfile
            __fish_complete_path (string replace -r '^--[a-z-]*=' '' -- $typed)
        else
            echo $line
        end
    end
end

complete -c pairwardctl -f -a '(__pairwardctl_candidates)'
